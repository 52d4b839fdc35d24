"""What is counted while a text file is read through for the first time."""

import codecs
import hashlib
import re
from dataclasses import dataclass, field

from pipeline.stages.read.marks import ERRORS, count_of

_ENOUGH_BAD = 10_000
_SAMPLE = 24_000
_SAMPLE_OF_PIECE = 8_000
_LINE = 2_000
_FOREIGN = re.compile(rb"[\x80-\xff]")


class Decoding:
    """Reads bytes as an encoding; counts those that are no text in it."""

    def __init__(self, codec: str) -> None:
        self._strict = codecs.getincrementaldecoder(codec)()
        self._loose = codecs.getincrementaldecoder(codec)(ERRORS)
        self.bad = 0

    def text(self, piece: bytes, *, final: bool = False) -> str:
        state = self._strict.getstate()
        try:
            return self._strict.decode(piece, final)
        except UnicodeDecodeError:
            self._loose.setstate(state)
            text = self._loose.decode(piece, final)
            self._strict.setstate(self._loose.getstate())
            self.bad += count_of(text)
            return text


@dataclass
class Tally:
    """Counts of a file; `foreign` are some lines that are not all ASCII.

    `bad` bytes are no UTF-8; `good` ones go on with a letter that is UTF-8 and not
    ASCII: both are counted until it is clear that the file is in another encoding.
    """

    quotes: int = 0
    nuls: int = 0
    backslashes: int = 0
    good: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    foreign: bytearray = field(default_factory=bytearray)
    _utf8: Decoding = field(default_factory=lambda: Decoding("utf-8"))
    _last: bytes = b""

    @property
    def bad(self) -> int:
        return self._utf8.bad

    @property
    def is_utf8(self) -> bool:
        return self.bad <= self.good

    def add(self, piece: bytes) -> None:
        self.digest.update(piece)
        self.quotes += piece.count(b'"')
        self.nuls += piece.count(0)
        if b"\\" in piece or self._last == b"\\":
            self.backslashes += (self._last + piece).count(b'\\"')
        self._last = piece[-1:]
        if not piece.isascii():
            self._sample(piece)
        if self.is_utf8 or self.bad < _ENOUGH_BAD:
            self._judge(piece)

    def end(self) -> None:
        self._utf8.text(b"", final=True)

    def _judge(self, piece: bytes) -> None:
        # Letters that are not ASCII have more bytes than signs; a mark stands for one.
        self.good += len(piece) - len(self._utf8.text(piece))

    def _sample(self, piece: bytes) -> None:
        most = min(len(self.foreign) + _SAMPLE_OF_PIECE, _SAMPLE)
        at = 0
        while len(self.foreign) < most and (found := _FOREIGN.search(piece, at)):
            first = max(piece.rfind(b"\n", at, found.start()) + 1, at)
            start = first if found.start() - first < _LINE else found.start()
            at = piece.find(b"\n", found.start()) + 1 or len(piece)
            self.foreign += piece[start : min(at, start + 2 * _LINE)] + b"\n"
