"""Whether the quotes of a CSV file hold its records apart."""

import csv
import sys
from pathlib import Path

from pipeline.errors import SourceError


def check_quotes(
    path: Path, encoding: str, delimiter: str, *, lines_above: int = 0
) -> None:
    """Raises SourceError if a stray quote makes several lines run together.

    A line break inside a quoted cell is fine. But when the quote that ends such a
    cell is not at its end, the quote that began it was probably never closed, and
    the rows between the two would be lost. `lines_above` are no rows.
    """
    csv.field_size_limit(sys.maxsize)
    number, line = 0, 0
    with path.open(encoding=encoding, newline="") as file:
        records = csv.reader(file, delimiter=delimiter, strict=True)
        while True:
            try:
                for _ in records:
                    number += 1
                    line = records.line_num
            except csv.Error as error:
                number += 1
                if "end of data" in str(error) or records.line_num > line + 1:
                    row = number - lines_above
                    raise _run_together(path, row, line + 1) from None
                line = records.line_num
            else:
                return


def _run_together(path: Path, row: int, line: int) -> SourceError:
    return SourceError(
        f"A quote that is opened in row {row} (line {line} of the file) is not closed "
        "at the end of its cell: what follows would run together.",
        where=str(path),
        hint="Look at that line in a text editor. A double quote inside a cell must be "
        "doubled; or the file was not copied whole.",
    )
