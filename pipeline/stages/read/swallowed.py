"""Rows that stand inside a cell, because two stray quotes made one cell of them.

Nothing forbids such a cell, and its rows would be lost without a word.
"""

import re

import polars as pl

from pipeline.issues import all_issues, issue_rows
from pipeline.rows import Column
from pipeline.stages.read.header import Header

_BREAK = re.compile(r"\r\n|\n|\r")
_LEAST_WIDTH = 3  # in narrower tables, a sentence with a comma looks like a row


def swallowed_issues(
    rows: pl.DataFrame, header: Header, delimiter: str
) -> pl.DataFrame:
    """The issues of cells whose lines, with the cells beside them, make whole rows.

    `rows` has `row` and the text of each column.
    """
    if header.width < _LEAST_WIDTH:
        return all_issues([])
    several = pl.col(pl.String).str.contains_any(["\n", "\r"])
    broken = rows.select(several.any())
    found = []
    for column in header.columns:
        if broken[column.id].item():
            cells = rows.select("row", value=column.id).drop_nulls()
            found.append(_in_column(column, cells, header.width, delimiter))
    return all_issues(found)


def _in_column(
    column: Column, cells: pl.DataFrame, width: int, delimiter: str
) -> pl.DataFrame:
    value = pl.col("value")
    likely = cells.filter(
        value.str.contains_any(["\n", "\r"]),
        value.str.contains(delimiter, literal=True),
    )
    left = int(column.id.removeprefix("c"))
    counts = [_rows_in(cell, left, width, delimiter) for cell in likely["value"]]
    found = likely.with_columns(count=pl.Series(counts, dtype=pl.UInt32))
    return issue_rows(
        "swallowed_rows",
        found.filter(pl.col("count") > 0),
        column=column.name,
        value=value,
        detail=pl.col("count").cast(pl.String),
    )


def _rows_in(cell: str, left: int, width: int, delimiter: str) -> int:
    """How many rows begin in a cell with `left` cells before it; 0 if it is a text."""
    first, *others = (line.count(delimiter) for line in _BREAK.split(cell))
    *between, last = others
    whole = all(count == width - 1 for count in between)
    return len(others) if whole and first == width - 1 - left and last == left else 0
