"""What a run created, as a list for a person who must remove it by hand."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from pipeline.activity import facts_in
from pipeline.ledger import Ledger, State
from pipeline.plan import Plan, PlannedBatch, to_send

CREATED_SCHEMA: Final = pl.Schema(
    {
        "activity_id": pl.String(),
        "created_at": pl.String(),
        "source": pl.String(),
        "sheet": pl.String(),
        "row": pl.UInt32(),
        "activity_time": pl.String(),
        "subject": pl.String(),
        "account_id": pl.String(),
        "opportunity_id": pl.String(),
        "contact_ids": pl.String(),
    }
)


def created_by(run: int, plan: Plan, ledger: Ledger) -> Iterator[pl.DataFrame]:
    """The activities that run number `run` created, in `CREATED_SCHEMA`, in order.

    Times are UTC; `created_at` is when the answer was written down. Of an activity
    that was combined of several rows, the first row is named.
    """
    for batch in plan.batches:
        planned = to_send(batch.planned())
        sendings = ledger.sendings(run, planned["identity"])
        taken = sendings.filter(pl.col("state") == State.CREATED)
        yield _listed(batch, planned, taken)


def _listed(
    batch: PlannedBatch, planned: pl.DataFrame, taken: pl.DataFrame
) -> pl.DataFrame:
    rows = planned.select("row", "identity", "body").join(
        taken.select("identity", "activity_id", "at"),
        on="identity",
        how="inner",
        maintain_order="left",
    )
    moment = pl.from_epoch("at", time_unit="ms")
    return rows.select(
        "activity_id",
        created_at=moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        source=pl.lit(batch.source.path),
        sheet=pl.lit(batch.source.sheet or ""),
        row="row",
        **facts_in("body"),
    ).cast(CREATED_SCHEMA)
