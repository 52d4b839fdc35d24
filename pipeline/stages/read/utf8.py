"""The text of a file as UTF-8 bytes, for readers that know no other encoding."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.stages.read.form import Form
from pipeline.stages.read.marks import ERRORS, ESCAPED_QUOTE

_BOM = "\ufeff"
_ESCAPE = re.compile(r'\\([\\"])')
# A NUL in front of an opening quote would make a quote of the text of it.
_NUL_BEFORE_QUOTE = re.compile(r'(^|[\n\r,;\t|])(\0+)"')
_NUL_IN_LINE_END = re.compile(r"\r(\0+)\n")
_OPEN = '\\\0\r\n,;\t|"'
_PIECE = 1 << 20


class Utf8Stream:
    """A stream to read from, without a byte-order mark.

    No read ends between CR and LF: Arrow's CSV reader loses a line feed that stands
    at the start of what it reads. Bytes that are no text, NULs and escaped quotes
    are handed on as `marks` says.
    """

    closed = False

    def __init__(self, file: BinaryIO, form: Form) -> None:
        self._file = file
        self._form = form
        self._decoder = codecs.getincrementaldecoder(form.codec)(ERRORS)
        self._first = True
        self._held = ""
        self._rest = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes, which is 2 or more; none at the end."""
        while len(self._rest) <= size and (piece := self._file.read(size)):
            self._rest += self._utf8(piece)
        if len(self._rest) <= size and not self._form.as_it_is:
            self._rest += self._utf8(b"", final=True)
        ends_between = self._rest[size - 1 : size + 1] == b"\r\n"
        cut = size - 1 if ends_between else size
        piece, self._rest = self._rest[:cut], self._rest[cut:]
        return piece

    def close(self) -> None:
        self.closed = True

    def _utf8(self, piece: bytes, *, final: bool = False) -> bytes:
        if self._form.as_it_is:
            start = codecs.BOM_UTF8 if self._first else b""
            self._first = False
            return piece.removeprefix(start)
        text = self._held + self._decoder.decode(piece, final)
        if self._first and text:
            self._first = False
            text = text.removeprefix(_BOM)
        return self._cleaned(text, final=final).encode("utf-8", "surrogatepass")

    def _cleaned(self, text: str, *, final: bool) -> str:
        self._held = ""
        if self._form.dropped:
            return text.replace("\0", "")
        if not (self._form.nuls or self._form.escaped):
            return text
        if not final:
            whole = len(text.rstrip(_OPEN))
            text, self._held = text[:whole], text[whole:]
        return cleaned(text, self._form)


def cleaned(text: str, form: Form) -> str:
    """Text in which each quote is one that begins or ends a cell."""
    if form.escaped:
        text = _ESCAPE.sub(lambda found: _UNESCAPED[found[1]], text)
    if form.dropped:
        text = text.replace("\0", "")
    if form.nuls:
        text = _NUL_BEFORE_QUOTE.sub(r'\1"\2', _NUL_IN_LINE_END.sub("\\1\r\n", text))
    return text


_UNESCAPED = {"\\": "\\", '"': ESCAPED_QUOTE}


@contextmanager
def text_lines(path: Path, form: Form) -> Iterator[io.TextIOWrapper]:
    """The lines of a file, each with its line break, be it LF, CR or both."""
    with path.open("rb") as file:
        raw = io.BufferedReader(_Raw(Utf8Stream(file, form)), _PIECE)
        yield io.TextIOWrapper(raw, encoding="utf-8", newline="")


class _Raw(io.RawIOBase):
    def __init__(self, stream: Utf8Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
