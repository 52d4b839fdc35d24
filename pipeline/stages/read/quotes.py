"""Whether the quotes of a CSV file hold its records apart."""

import csv
import sys
from pathlib import Path

from pipeline.errors import SourceError


def check_quotes(path: Path, encoding: str, delimiter: str) -> None:
    """Raises SourceError if a stray quote makes several lines run together.

    A line break inside a quoted cell is fine. But when the quote that ends such a
    cell is not at its end, the quote that began it was probably never closed, and
    the rows between the two would be lost.
    """
    csv.field_size_limit(sys.maxsize)
    number, lines_before = 0, 0
    with path.open(encoding=encoding, newline="") as file:
        records = csv.reader(file, delimiter=delimiter, strict=True)
        while True:
            try:
                for _ in records:
                    number += 1
                    lines_before = records.line_num
            except csv.Error:
                number += 1
                if records.line_num > lines_before + 1:
                    raise _run_together(path, number, lines_before + 1) from None
                lines_before = records.line_num
            else:
                return


def _run_together(path: Path, row: int, line: int) -> SourceError:
    return SourceError(
        f"A quote that is opened in row {row} (line {line} of the file) is not closed "
        "at the end of its cell: the rows after it would run together.",
        where=str(path),
        hint="Look at that line in a text editor. A double quote inside a cell must be "
        "doubled; or the file was not copied whole.",
    )
