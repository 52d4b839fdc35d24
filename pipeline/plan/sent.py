"""Rows of a plan as they were sent: what a person or a timeline knows them by."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipeline.activity import BodyFacts, facts_of, mark_of
from pipeline.plan.files import Plan, to_send
from pipeline.plan.requests import sent_body


@dataclass(frozen=True)
class SentRow:
    """A row that was sent: `row` counts as the spreadsheet does, `source` from 0.

    `mark` is its stamp, if it bears one.
    """

    identity: bytes
    source: int
    row: int
    facts: BodyFacts
    mark: str | None


def sent_rows(plan: Plan, identities: pl.Series) -> Iterator[SentRow]:
    """Those of the rows to send that have one of these identities, in source order."""
    if identities.is_empty():
        return
    wanted = identities.unique().implode()
    for batch in plan.batches:
        planned = to_send(batch.planned()).filter(pl.col("identity").is_in(wanted))
        for row, identity, body in planned.select(
            "row", "identity", "body"
        ).iter_rows():
            yield SentRow(
                identity,
                batch.source.number,
                row,
                facts_of(sent_body(body, identity, plan.stamp).decode()),
                mark_of(identity) if plan.stamp else None,
            )
