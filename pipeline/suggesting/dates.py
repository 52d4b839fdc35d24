"""In which order the dates of a column are written, and what tells."""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from pipeline.suggesting.kinds import OFFSET

_PARTS = r"^(?P<first>\d{1,2})[-/.]\s?(?P<second>\d{1,2})[-/.]\s?\d{2,4}(\D|$)"
_YEAR = r"^\d{4}"
_TIMED = r"\d[:h]\d{2}"
_MIDNIGHT = r"[T ]00:00(:00(\.0+)?)?$"


class Order(StrEnum):
    """What comes first in a date."""

    YEAR = "year first"
    DAY = "day first"
    MONTH = "month first"
    UNDECIDED = "day or month first, which the file does not tell"
    BOTH = "some day first, some month first"
    NAMED = "with the month's name"


@dataclass(frozen=True)
class Dates:
    """How the dates of a column are written.

    `telling` is a cell that decides the order, or one that does not; `timed`: there
    are times of day other than midnight; `zoned`: all tell their distance from UTC.
    """

    order: Order
    telling: str
    timed: bool
    zoned: bool


def dates_in(cells: pl.Series) -> Dates:
    """The order of dates in filled, trimmed cells, of which there is one at least."""
    clock = cells.str.contains(_TIMED) & ~cells.str.contains(_MIDNIGHT)
    timed = cells.filter(clock)
    zoned = not timed.is_empty() and bool(timed.str.contains(OFFSET).all())
    order, telling = _order(cells)
    return Dates(order, telling, timed=not timed.is_empty(), zoned=zoned)


def _order(cells: pl.Series) -> tuple[Order, str]:
    parts = cells.to_frame("cell").with_columns(
        pl.col("cell").str.extract_groups(_PARTS).struct.unnest()
    )
    parts = parts.cast({"first": pl.Int64, "second": pl.Int64}, strict=False)
    first, second = pl.col("first"), pl.col("second")
    numeric = parts.filter(first.is_not_null() & ((first <= 12) | (second <= 12)))
    by_year = cells.filter(cells.str.contains(_YEAR))
    if numeric.height * 2 < cells.len():
        if by_year.len() * 2 >= cells.len():
            return Order.YEAR, str(by_year[0])
        named = cells.filter(cells.str.contains(r"\p{L}{3}"))
        return Order.NAMED, str((cells if named.is_empty() else named)[0])
    return _numeric_order(
        numeric.filter(first > 12)["cell"],
        numeric.filter(second > 12)["cell"],
        str(numeric["cell"][0]),
    )


def _numeric_order(
    by_day: pl.Series, by_month: pl.Series, any_cell: str
) -> tuple[Order, str]:
    """`by_day` and `by_month` are cells that are a date in one order only."""
    if not by_day.is_empty() and not by_month.is_empty():
        return Order.BOTH, f"{by_day[0]} and {by_month[0]}"
    if not by_day.is_empty():
        return Order.DAY, str(by_day[0])
    if not by_month.is_empty():
        return Order.MONTH, str(by_month[0])
    return Order.UNDECIDED, any_cell
