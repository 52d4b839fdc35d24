"""A text file read once from end to end: its digest and its encoding."""

import codecs
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SourceError

_CHUNK = 1 << 20
_HEAD = 1 << 18
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WESTERN = ("windows-1252", "iso-8859-1")
_TEXT_BYTES = bytes({9, 10, 11, 12, 13, 27, 31, *range(32, 256)})
_MOST_NULS = 0.3
_MOST_ODD_BYTES = 0.01


@dataclass(frozen=True)
class Survey:
    """`head` is the start of the text, without a byte-order mark.

    `whole_end`: the file ends with a line break; `changed_at` is its time stamp, in
    nanoseconds. `odd_quotes`: a quote is opened and never closed.
    """

    sha256: str
    encoding: str
    head: str
    whole_end: bool
    odd_quotes: bool
    changed_at: int
    notes: tuple[str, ...] = ()


def survey(path: Path, asked: str | None) -> Survey:
    """Reads the whole file; raises SourceError if it is no text."""
    facts = path.stat()
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(-min(4, facts.st_size), os.SEEK_END)
        tail = file.read()
    first, *others = (asked,) if asked else _candidates(path, head)
    sha256, quotes, fits = _read_through(path, first)
    encoding = first if fits else _encoding(path, others, asked)
    text = codecs.getincrementaldecoder(encoding)().decode(head)
    return Survey(
        sha256,
        encoding,
        head=text.removeprefix("\ufeff"),
        whole_end=tail.rstrip(b"\0").endswith((b"\n", b"\r")),
        odd_quotes=quotes % 2 == 1,
        changed_at=facts.st_mtime_ns,
        notes=() if asked else _notes(encoding),
    )


def _read_through(path: Path, encoding: str) -> tuple[str, int, bool]:
    """The digest, the number of quotes, and whether all of it is in that encoding."""
    digest, quotes, fits = hashlib.sha256(), 0, True
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
            quotes += piece.count(b'"')
            fits = fits and _accepts(decoder, piece)
    fits = fits and _accepts(decoder, b"", final=True)
    return digest.hexdigest(), quotes, fits


def _accepts(
    decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False
) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeError:
        return False
    return True


def _encoding(path: Path, others: list[str], asked: str | None) -> str:
    """The first of the other encodings that the whole file is valid in."""
    for name in others:
        if _read_through(path, name)[2]:
            return name
    raise SourceError(
        f"The file is not encoded in {asked or 'the way its first bytes say'}.",
        where=str(path),
        hint="Leave `encoding` out of the mapping to have it found."
        if asked
        else "It is probably damaged: export or copy it again.",
    )


def _candidates(path: Path, head: bytes) -> tuple[str, ...]:
    for mark, name in _BOMS.items():
        if head.startswith(mark):
            return (name,)
    pairs = len(head) // 2 or 1
    if head[1::2].count(0) > pairs * _MOST_NULS:
        return ("utf-16-le",)
    if head[0::2].count(0) > pairs * _MOST_NULS:
        return ("utf-16-be",)
    if len(head.translate(None, _TEXT_BYTES)) > len(head) * _MOST_ODD_BYTES:
        raise SourceError(
            "The file holds no text: it is not a table.",
            where=str(path),
            hint="Name a CSV or XLSX file.",
        )
    return ("utf-8", *_WESTERN)


def _notes(encoding: str) -> tuple[str, ...]:
    if encoding not in _WESTERN:
        return ()
    return (
        f"The file is no UTF-8; it was read as {encoding}. If letters look wrong, set "
        "`encoding` in the mapping.",
    )
