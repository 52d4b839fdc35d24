"""Records with more or fewer cells than the header."""

import re
from dataclasses import dataclass, field

import polars as pl

from pipeline.issues import all_issues, issue_rows
from pipeline.stages.read.marks import shown
from pipeline.stages.read.text_records import text_records

Records = dict[int, list[str]]
_BREAK = re.compile(r"[\r\n]")


@dataclass
class Ragged:
    """The records of other widths that were met and not yet taken, as text.

    `found` has them by their number in the file, from 1.
    """

    delimiter: str
    found: dict[int, str] = field(default_factory=dict)
    last: int = 0

    @property
    def breaks_lines(self) -> bool:
        return any(_BREAK.search(text.rstrip("\r\n")) for text in self.found.values())

    def add(self, number: int, text: str) -> None:
        """Sets a record aside; one that was met before is passed over."""
        if number > self.last:
            self.found[number] = text
            self.last = number

    def take(self, up_to: int | None = None) -> Records:
        """Hands out the records up to a number, or all; each with its cells."""
        numbers = [n for n in self.found if up_to is None or n <= up_to]
        return {number: self._cells(self.found.pop(number)) for number in numbers}

    def _cells(self, text: str) -> list[str]:
        return next(text_records(text, self.delimiter), [])


def fitted(records: Records, ids: list[str]) -> pl.DataFrame:
    """The records as rows: missing cells are empty, those too many are cut off."""
    width = len(ids)
    cells = [[*each, *[""] * (width - len(each))][:width] for each in records.values()]
    columns = zip(*cells, strict=True) if cells else [()] * width
    texts = pl.DataFrame(
        {
            at: pl.Series(each, dtype=pl.String)
            for at, each in zip(ids, columns, strict=True)
        }
    )
    numbers = pl.Series("row", list(records), dtype=pl.UInt32)
    filled = texts.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return filled.insert_column(0, numbers)


def ragged_issues(
    records: Records, width: int, delimiter: str, *, cut_off: bool
) -> pl.DataFrame:
    """What is wrong with the records; `cut_off`: the file ends in the middle of one."""
    extra = [
        (row, str(len(cells) - width), shown(delimiter.join(cells[width:])))
        for row, cells in records.items()
        if any(cells[width:])
    ]
    short = [
        (row, str(width - len(cells)), "")
        for row, cells in records.items()
        if len(cells) < width
    ]
    short_code = "cut_off_row" if cut_off else "missing_cells"
    return all_issues([_issues("extra_cells", extra), _issues(short_code, short)])


def broken_issues(broken: dict[int, str]) -> pl.DataFrame:
    """Issues of records that are broken, by number, with their lines."""
    facts = [(row, "", shown(line)) for row, line in broken.items()]
    return _issues("broken_row", facts)


def _issues(code: str, facts: list[tuple[int, str, str]]) -> pl.DataFrame:
    schema = {"row": pl.UInt32, "detail": pl.String, "value": pl.String}
    frame = pl.DataFrame(facts, schema=schema, orient="row")
    return issue_rows(code, frame, value=pl.col("value"), detail=pl.col("detail"))
