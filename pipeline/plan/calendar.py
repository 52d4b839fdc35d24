"""When the activities of a plan took place: what shows a wrong century or zone."""

from collections import Counter
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.activity import CATEGORIES, complete

HOURS = 24


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
        dated = (
            complete(fields)
            .select("activity_time", "category")
            .drop_nulls("activity_time")
        )
        self._undated += fields.height - dated.height
        time, category = pl.col("activity_time").dt, pl.col("category")
        known = pl.when(category.is_in(CATEGORIES)).then(category).otherwise(pl.lit(""))
        months = dated.group_by(time.year(), month=time.month(), category=known).len()
        hours = dated.group_by(time.hour()).len()
        for *key, rows in months.iter_rows():
            self._months[tuple(key)] += rows
        for hour, rows in hours.iter_rows():
            self._hours[hour] += rows

    @property
    def counted(self) -> Calendar:
        return Calendar(
            tuple((*key, rows) for key, rows in sorted(self._months.items())),
            tuple(self._hours[hour] for hour in range(HOURS)),
            self._undated,
        )
