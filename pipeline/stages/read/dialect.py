"""The delimiter of a CSV file, and the first records as it divides them."""

import io
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeline.stages.read.careful import careful_records
from pipeline.stages.read.escapes import escapes
from pipeline.stages.read.form import Form
from pipeline.stages.read.header import LOOKED_AT
from pipeline.stages.read.marks import shown
from pipeline.stages.read.opened import Layout
from pipeline.stages.read.survey import Survey
from pipeline.stages.read.text_records import text_records
from pipeline.stages.read.utf8 import cleaned

DELIMITERS = (",", ";", "\t", "|")
_EXCEL_MARK = "sep="


@dataclass(frozen=True)
class Dialect:
    """How a file is divided. `marked`: its first line only names the delimiter."""

    delimiter: str
    marked: bool
    form: Form
    head: str

    def records(self, most: int) -> list[list[str]]:
        """The first records, without the line that names the delimiter."""
        lines = io.StringIO(cleaned(self.head, self.form), newline="")
        found = islice(careful_records(lines, self.delimiter), most)
        return [[shown(cell) for cell in record.cells] for record in found]


def find_dialect(path: Path, found: Survey, layout: Layout) -> Dialect:
    """The delimiter asked for or named by the file; else the one that divides best."""
    first = io.StringIO(found.head, newline=None).readline().rstrip("\n")
    mark = first.strip('"')
    marked = mark.lower().startswith(_EXCEL_MARK) and len(mark) == len(_EXCEL_MARK) + 1
    head = found.head[len(first) :].lstrip("\r\n") if marked else found.head
    named = layout.delimiter or (mark[-1] if marked else None)
    delimiter = named or max(DELIMITERS, key=lambda each: _fit(head, each))
    escaped = layout.escape == "backslash"
    if layout.escape is None and found.backslashes:
        escaped = escapes(path, found.form, delimiter)
    return Dialect(delimiter, marked, replace(found.form, escaped=escaped), head)


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
