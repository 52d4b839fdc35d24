"""The places among equal contents that rows of earlier runs hold.

Where the content of a row identifies it, so does its ordinal: the how-manieth it is
of equal rows. A corrected row must not take the ordinal of a row that was right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from pipeline.plan.files import Plan, PlannedBatch

CONTENTS = ("identity", "content", "ordinal")
_HELD = pl.Schema({"content": pl.UInt64(), "ordinal": pl.UInt32()})
Refused = Callable[[pl.Series], pl.Series]


class Held(Protocol):
    """Knows which ordinals are not free."""

    def among(self, contents: pl.Series) -> pl.DataFrame:
        """`content` and `ordinal`, each once, of those contents."""


class NothingHeld:
    """Every row counts from the first."""

    def among(self, contents: pl.Series) -> pl.DataFrame:
        return pl.DataFrame(schema=_HELD)


NOTHING_HELD = NothingHeld()


@dataclass(frozen=True)
class Forebear:
    """An earlier run: of identities, `refused` tells which the API refused there."""

    plan: Plan
    refused: Refused


@dataclass(frozen=True)
class HeldByForebears:
    """What rows of these runs hold, but for those that stand in their fix-me.csv.

    A batch of a plan at a time is in memory, and only what is equal stays there.
    """

    forebears: tuple[Forebear, ...]

    def among(self, contents: pl.Series) -> pl.DataFrame:
        wanted = contents.unique().to_frame("content")
        found = [
            _held(batch, wanted, forebear.refused)
            for forebear in self.forebears
            for batch in forebear.plan.batches
        ]
        return pl.concat([pl.DataFrame(schema=_HELD), *found]).unique()


def free_ordinals(counted: pl.DataFrame, held: pl.DataFrame) -> pl.Series:
    """For each `content` and `place` from 1 on: the place-th ordinal not held.

    Before the place-th free ordinal lie those held ones that have fewer than `place`
    free ones before them.
    """
    count = pl.col("ordinal").cum_count().over("content").cast(pl.Int64)
    steps = (
        held.sort("content", "ordinal")
        .with_columns(before=count)
        .with_columns(free=pl.col("ordinal").cast(pl.Int64) - pl.col("before"))
        .group_by("content", "free")
        .agg(pl.col("before").max())
        .sort("free")
    )
    place = pl.col("place").cast(pl.Int64)
    asked = counted.with_row_index("at").with_columns(free=place - 1).sort("free")
    passed = asked.join_asof(steps, on="free", by="content", check_sortedness=False)
    ordinal = place + pl.col("before").fill_null(0)
    return passed.sort("at").select(ordinal.cast(pl.UInt32)).to_series()


def _held(batch: PlannedBatch, wanted: pl.DataFrame, refused: Refused) -> pl.DataFrame:
    equal = batch.contents().join(wanted, on="content", how="semi")
    if equal.is_empty():
        return pl.DataFrame(schema=_HELD)
    again = refused(equal["identity"]).implode()
    return equal.filter(~pl.col("identity").is_in(again)).select(_HELD.names())
