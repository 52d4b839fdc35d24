"""The delimiter of a CSV file, and the first records as it divides them."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pipeline.stages.read.header import LOOKED_AT
from pipeline.stages.read.survey import Survey

DELIMITERS = (",", ";", "\t", "|")
_EXCEL_MARK = "sep="


@dataclass(frozen=True)
class Dialect:
    """How a file is divided. `marked`: its first line only names the delimiter."""

    delimiter: str
    marked: bool
    records: tuple[tuple[str, ...], ...]


def find_dialect(found: Survey, asked: str | None) -> Dialect:
    """The delimiter asked for or named by the file; else the one that divides best."""
    first, _, rest = found.head.partition("\n")
    mark = first.rstrip("\r")
    marked = mark.lower().startswith(_EXCEL_MARK) and len(mark) == len(_EXCEL_MARK) + 1
    head = rest if marked else found.head
    named = asked or (mark[-1] if marked else None)
    delimiter = named or max(DELIMITERS, key=lambda each: _fit(_records(head, each)))
    return Dialect(delimiter, marked, tuple(map(tuple, _records(head, delimiter))))


def _records(head: str, delimiter: str) -> list[list[str]]:
    lines = csv.reader(head.splitlines(keepends=True), delimiter=delimiter)
    return list(islice(_readable(lines), LOOKED_AT))


def _readable(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except csv.Error:
            yield []


def _fit(records: list[list[str]]) -> float:
    """How many columns, and how evenly: 0 when there is one only."""
    widths = Counter(len(record) for record in records if record)
    if not widths:
        return 0.0
    width, count = widths.most_common(1)[0]
    return (width - 1) * count / widths.total()
