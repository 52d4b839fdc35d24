"""The sending over the time of the run: how fast, with what outcome, how answered."""

from typing import Final

import polars as pl

from pipeline.rows import Status

_MOST_SLICES: Final = 1_500
_PER_DOUBLING: Final = 4
_SETTLED_LATER = ("reconciled", "settled_by_person")
_KEY = ("slice", "status", "wait")
_SCHEMA: Final = pl.Schema(
    {
        "slice": pl.Int64(),
        "status": pl.String(),
        "wait": pl.Int32(),
        "rows": pl.UInt64(),
        "again": pl.Int64(),
    }
)


class Traffic:
    """Counts sendings by the time of their answer; memory does not grow with them.

    `told` has a line per `slice` (of `slice_ms`, counted from 1970 in UTC), `status`
    and class of `wait` (null where it says nothing): how many `rows`, and how often
    one was tried `again`.
    """

    def __init__(self) -> None:
        self.slice_ms = 1_000
        self.told = pl.DataFrame(schema=_SCHEMA)

    def see(self, outcomes: pl.DataFrame) -> None:
        own = outcomes.filter(pl.col("attempts").is_not_null() & (pl.col("at") > 0))
        if own.is_empty():
            return
        told = own.select(
            slice=pl.col("at") // self.slice_ms,
            status="status",
            wait=_wait(),
            rows=pl.lit(1, dtype=pl.UInt64),
            again=pl.col("attempts").cast(pl.Int64) - 1,
        )
        self.told = _summed(pl.concat([self.told, told]))
        while self.told["slice"].n_unique() > _MOST_SLICES:
            self.slice_ms *= 2
            self.told = _summed(self.told.with_columns(pl.col("slice") // 2))


def seconds_of(wait: int) -> float:
    """The middle of a class of waits."""
    return float(2 ** ((wait + 0.5) / _PER_DOUBLING)) / 1000


def _wait() -> pl.Expr:
    """The class of the time from the intent to the answer, for rows tried once."""
    waited = (pl.col("at") - pl.col("claimed_at")).clip(lower_bound=1)
    answered = pl.col("status").is_in([Status.CREATED.value, Status.REJECTED.value])
    told = (
        answered
        & (pl.col("attempts") == 1)
        & (pl.col("claimed_at") > 0)
        & ~pl.col("code").fill_null("").is_in(_SETTLED_LATER)
    )
    wait = (waited.cast(pl.Float64).log(2) * _PER_DOUBLING).floor().cast(pl.Int32)
    return pl.when(told).then(wait)


def _summed(told: pl.DataFrame) -> pl.DataFrame:
    return told.group_by(_KEY).agg(pl.col("rows").sum(), pl.col("again").sum())
