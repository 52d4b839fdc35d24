"""A text file read once from end to end: its digest and its encoding."""

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.stages.read.form import Form
from pipeline.stages.read.guess import as_read, guess
from pipeline.stages.read.marks import ERRORS
from pipeline.stages.read.signs import asked_for, by_bom, is_text, wide
from pipeline.stages.read.tally import Decoding, Tally

_CHUNK = 1 << 20
_HEAD = 1 << 18
_TAIL = 1 << 16
_WIDEST = 4
_PEOPLE_SAY = {"cp932": "cp932 (Shift-JIS of Windows)"}


@dataclass(frozen=True)
class Survey:
    """`head` and `tail` are the start and the end of the text.

    `whole_tail`: there is no more than that; `whole_end`: the file ends with a line
    break; `changed_at` is its time stamp, in nanoseconds. `odd_quotes`: a quote is
    opened and never closed. `backslashes`: some quote stands after a backslash.
    """

    sha256: str
    form: Form
    head: str
    tail: str
    whole_tail: bool
    whole_end: bool
    odd_quotes: bool
    backslashes: bool
    changed_at: int
    notes: tuple[str, ...] = ()


def survey(path: Path, asked: str | None) -> Survey:
    """Reads the whole file; raises SourceError if it is no text.

    A file that is no UTF-8 or has an encoding that was asked for is read twice.
    """
    facts = path.stat()
    head, tail = _ends(path, facts.st_size)
    known = _known(path, head, asked)
    tally = Tally()
    for piece in _pieces(path):
        tally.add(piece)
    tally.end()
    form = known or _found(tally)
    counts = _Counts.of(path, form, tally)
    form = counts.put_in(path, form)
    return Survey(
        tally.digest.hexdigest(),
        form,
        head=_text(head, form).removeprefix("\ufeff"),
        tail=_text(tail, form).removeprefix("\ufeff"),
        whole_tail=facts.st_size <= _TAIL,
        whole_end=tail.rstrip(b"\0").endswith((b"\n", b"\r")),
        odd_quotes=counts.quotes % 2 == 1,
        backslashes=counts.backslashes > 0,
        changed_at=facts.st_mtime_ns,
        notes=_notes(counts, form, tally, guessed=known is None),
    )


@dataclass(frozen=True)
class _Counts:
    """What was counted in the file's own encoding; `bad` bytes are no text in it."""

    quotes: int
    nuls: int
    backslashes: int
    bad: int

    @classmethod
    def of(cls, path: Path, form: Form, tally: Tally) -> "_Counts":
        if form.codec == "utf-8":
            bad = tally.bad
        elif form.codec.startswith(("utf-16", "utf-32")):
            return cls._of_text(path, form)
        else:
            decoding = Decoding(form.codec)
            for piece in _pieces(path):
                decoding.text(piece)
            decoding.text(b"", final=True)
            bad = decoding.bad
        return cls(tally.quotes, tally.nuls, tally.backslashes, bad)

    @classmethod
    def _of_text(cls, path: Path, form: Form) -> "_Counts":
        decoding = Decoding(form.codec)
        tally = Tally()
        for piece in _pieces(path):
            tally.add(decoding.text(piece).encode())
        decoding.text(b"", final=True)
        return cls(tally.quotes, tally.nuls, tally.backslashes, decoding.bad)

    def put_in(self, path: Path, form: Form) -> Form:
        """Where every second line has a NUL, they tell nothing about a row."""
        everywhere = self.nuls > 0 and self.nuls > _breaks(path) / 2
        return replace(
            form,
            broken=self.bad > 0,
            nuls=self.nuls > 0 and not everywhere,
            dropped=everywhere,
        )


def _known(path: Path, head: bytes, asked: str | None) -> Form | None:
    if asked is not None:
        if form := asked_for(asked, head):
            return form
        raise SourceError(
            f"The file is not encoded in {asked}.",
            where=str(path),
            hint="Leave `encoding` out of the mapping to have it found.",
            code="source_encoding",
        )
    known = by_bom(head) or wide(head)
    if known is None and not is_text(head):
        raise SourceError(
            "The file holds no text: it is not a table.",
            where=str(path),
            hint="Name a CSV or XLSX file.",
        )
    return known


def _found(tally: Tally) -> Form:
    if tally.is_utf8:
        return Form("utf-8", "utf-8")
    name = guess(bytes(tally.foreign))
    return Form(name, name)


def _ends(path: Path, size: int) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, size - _TAIL) // _WIDEST * _WIDEST, os.SEEK_SET)
        return head, file.read()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def _breaks(path: Path) -> int:
    return sum(p.count(b"\n") or p.count(b"\r") for p in _pieces(path))


def _text(part: bytes, form: Form) -> str:
    text = codecs.getincrementaldecoder(form.codec)(ERRORS).decode(part)
    return text.replace("\0", "") if form.dropped else text


def _notes(
    counts: _Counts, form: Form, tally: Tally, *, guessed: bool
) -> tuple[str, ...]:
    notes = []
    if guessed and form.codec != "utf-8":
        words = " and ".join(f"'{word}'" for word in _samples(tally, form))
        name = _PEOPLE_SAY.get(form.encoding, form.encoding)
        notes.append(
            f"The file is no UTF-8; it was read as {name}, which is a guess: it makes "
            f"{words}. If these look wrong, set `encoding` in the mapping."
        )
    if counts.bad:
        notes.append(
            f"Bytes that are no {form.encoding}: {counts.bad:,}. The rows that hold "
            "them are invalid."
        )
    if form.dropped:
        notes.append(
            f"NUL characters all over the file were left out: {counts.nuls:,}."
        )
    return tuple(notes)


def _samples(tally: Tally, form: Form) -> tuple[str, ...]:
    return as_read(bytes(tally.foreign), form.codec)
