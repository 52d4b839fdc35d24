"""Records of a CSV file whose quotes do not hold them apart everywhere.

Much slower than Arrow's reader: a record of ten cells takes about 10 microseconds
where that one takes one.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# A quoted cell that goes on for longer was never closed.
_LONGEST = 16 << 20


class Record(NamedTuple):
    """`cells` as far as they can be told; `raw` is the line of one that is broken.

    `stray`: a quote stands where none may, whether or not it joins lines.
    """

    cells: list[str]
    raw: str | None = None
    stray: bool = False


def careful_records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """The records in order; a broken one is its first line, and the next line begins
    another.

    A line break inside a quoted cell is fine. But when the quote that ends such a
    cell is not at its end, the quote that began it was probably never closed. Stray
    quotes that join no lines are text.
    """
    csv.field_size_limit(sys.maxsize)
    feed = _Feed(iter(lines))
    while True:
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                feed.taken.clear()
                yield Record(cells)
        except csv.Error:
            yield _first_line(feed, delimiter)
        else:
            return


class _Feed:
    """Lines that can be given back: `taken` are those of the record that is read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self._length = 0
        self.taken: list[str] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if not self.taken:
            self._length = 0
        elif self._length > _LONGEST:
            raise csv.Error
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        self._length += len(line)
        return line

    def keep_first(self) -> str:
        """The first line of the record; the others are read again."""
        first, *others = self.taken
        self._again += reversed(others)
        self.taken.clear()
        return first


def _first_line(feed: _Feed, delimiter: str) -> Record:
    joined = len(feed.taken) > 1
    line = feed.keep_first()
    lenient = csv.reader(iter([line, ""]), delimiter=delimiter)
    cells = [cell.rstrip("\r\n") for cell in next(lenient)]
    open_at_end = joined or lenient.line_num > 1
    return Record(cells, line.rstrip("\r\n") if open_at_end else None, stray=True)
