"""When the activities of a plan took place: what shows a wrong century or zone."""

from collections import Counter
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.activity import CATEGORIES, complete

HOURS = 24
_TIME = pl.col("activity_time").dt


@dataclass(frozen=True)
class Calendar:
    """How many rows have their activity when, in UTC; skipped rows do not count.

    `months` has (year, month, category, rows), in order; the category is "" where
    none is known. `hours` has the rows by hour of the day. `undated` rows have no
    time that could be read.
    """

    months: tuple[tuple[int, int, str, int], ...] = ()
    hours: tuple[int, ...] = (0,) * HOURS
    undated: int = 0

    @classmethod
    def of(cls, facts: Dict[str, Any]) -> "Calendar":
        """Reads what `asdict` made of one."""
        months = ((int(y), int(m), str(c), int(n)) for y, m, c, n in facts["months"])
        return cls(tuple(months), tuple(facts["hours"]), facts["undated"])


class CalendarOf:
    """Counts the mapped rows of a plan, batch by batch."""

    def __init__(self) -> None:
        self._months: Counter[tuple[int, int, str]] = Counter()
        self._hours: Counter[int] = Counter()
        self._undated = 0

    def see(self, fields: pl.DataFrame) -> None:
        """`fields` is what a batch was mapped to."""
        times = complete(fields).select("activity_time", "category")
        dated = times.drop_nulls("activity_time")
        self._undated += times.height - dated.height
        for year, month, category, rows in _by_month(dated).iter_rows():
            self._months[year, month, category] += rows
        for hour, rows in dated.group_by(_TIME.hour()).len().iter_rows():
            self._hours[hour] += rows

    @property
    def counted(self) -> Calendar:
        return Calendar(
            tuple((*key, rows) for key, rows in sorted(self._months.items())),
            tuple(self._hours[hour] for hour in range(HOURS)),
            self._undated,
        )


def _by_month(dated: pl.DataFrame) -> pl.DataFrame:
    """First by day, which is cheap, then the days by month."""
    days = dated.group_by(day=_TIME.date(), category="category").len()
    category = pl.col("category")
    known = pl.when(category.is_in(CATEGORIES)).then(category).otherwise(pl.lit(""))
    day = pl.col("day").dt
    by_month = days.group_by(year=day.year(), month=day.month(), category=known)
    return by_month.agg(pl.col("len").sum())
