"""The requests of a plan that are still to be sent."""

from collections.abc import Callable, Iterator

import polars as pl

from pipeline.plan.files import Plan
from pipeline.plan.identity import body_digests
from pipeline.rows import Request, Status


def requests_of(
    plan: Plan, settled: Callable[[pl.Series], pl.DataFrame]
) -> Iterator[Request]:
    """In source order, without those whose `identity` is in what `settled` returns."""
    for batch in plan.batches:
        planned = batch.planned().filter(pl.col("status") == Status.UNSENT)
        done = settled(planned["identity"])
        waiting = planned.join(done, on="identity", how="anti", maintain_order="left")
        digests = body_digests(waiting["body"])
        for identity, digest, body in zip(
            waiting["identity"], digests, waiting["body"], strict=True
        ):
            yield Request(identity, digest, body.encode())
