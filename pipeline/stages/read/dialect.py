"""The delimiter of a CSV file, and the first records as it divides them."""

import io
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from pipeline.stages.read.header import LOOKED_AT
from pipeline.stages.read.opened import Layout
from pipeline.stages.read.survey import Survey
from pipeline.stages.read.text_records import text_records

DELIMITERS = (",", ";", "\t", "|")
_EXCEL_MARK = "sep="


@dataclass(frozen=True)
class Dialect:
    """How a file is divided. `marked`: its first line only names the delimiter."""

    delimiter: str
    marked: bool
    records: tuple[tuple[str, ...], ...]


def find_dialect(found: Survey, layout: Layout) -> Dialect:
    """The delimiter asked for or named by the file; else the one that divides best."""
    first = io.StringIO(found.head, newline=None).readline().rstrip("\n")
    marked = (
        first.lower().startswith(_EXCEL_MARK) and len(first) == len(_EXCEL_MARK) + 1
    )
    head = found.head[len(first) :].lstrip("\r\n") if marked else found.head
    named = layout.delimiter or (first[-1] if marked else None)
    delimiter = named or max(DELIMITERS, key=lambda each: _fit(head, each))
    looked_at = max(LOOKED_AT, layout.header_row or 0)
    records = islice(text_records(head, delimiter), looked_at)
    return Dialect(delimiter, marked, tuple(map(tuple, records)))


def _fit(head: str, delimiter: str) -> float:
    """How many columns, and how evenly: 0 when there is one only."""
    records = list(islice(text_records(head, delimiter), LOOKED_AT))
    filled = [record for record in records if record]
    widths = Counter(map(len, filled))
    if not widths:
        return 0.0
    width, count = widths.most_common(1)[0]
    like_the_first = 2 if len(filled[0]) == width else 1
    return (width - 1) * like_the_first * count / widths.total()
