"""Answers are kept in the ledger: the same values are not asked for every time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from pipeline.ledger import Ledger, Topic
from pipeline.ledger.records import milliseconds
from pipeline.lookups import KIND_OF
from pipeline.mapping.model import QueryLookup
from pipeline.stages.lookup.directory import Directory


@dataclass(frozen=True)
class Remembered:
    """A directory that asks another one for what it does not know.

    A value with exactly one record is known for `age`; others are asked for again,
    since somebody may have added or merged records meanwhile.
    """

    directory: Directory
    ledger: Ledger
    target: str
    workspace: str
    age: timedelta
    now: Callable[[], datetime]

    def find(self, lookup: QueryLookup, values: pl.Series) -> Iterator[pl.DataFrame]:
        topic = Topic(
            self.target, self.workspace, lookup.record_type, lookup.match, lookup.by
        )
        written = values.drop_nulls().unique().to_frame("written")
        written = written.with_columns(value=KIND_OF[lookup.by](written["written"]))
        kept = self.ledger.answers(topic, written["value"], since=self.now() - self.age)
        known = kept.filter(pl.col("ids").list.len() == 1)
        yield known.select("value", "ids", "names")
        rest = written.join(known, on="value", how="anti")["written"]
        for found in self.directory.find(lookup, rest):
            at = pl.lit(milliseconds(self.now()))
            self.ledger.keep_answers(topic, found.with_columns(asked_at=at))
            yield found
