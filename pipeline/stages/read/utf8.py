"""The text of a file as UTF-8 bytes, for a reader that knows no other encoding."""

import codecs
from typing import BinaryIO


class Utf8Stream:
    """A stream to read from. No read ends between CR and LF.

    Arrow's CSV reader loses a line feed that stands at the start of what it reads.
    """

    closed = False

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._as_it_is = encoding == "utf-8"
        self._rest = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes, which is 2 or more; none at the end."""
        while len(self._rest) <= size and (piece := self._file.read(size)):
            self._rest += self._utf8(piece)
        ends_between = self._rest[size - 1 : size + 1] == b"\r\n"
        cut = size - 1 if ends_between else size
        piece, self._rest = self._rest[:cut], self._rest[cut:]
        return piece

    def close(self) -> None:
        self.closed = True

    def _utf8(self, piece: bytes) -> bytes:
        return piece if self._as_it_is else self._decoder.decode(piece).encode()
