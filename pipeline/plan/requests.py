"""The requests of a plan that are still to be sent."""

from collections.abc import Callable, Collection, Iterator

import polars as pl

from pipeline.activity import stamped
from pipeline.plan.files import Plan, to_send
from pipeline.plan.identity import body_digests
from pipeline.rows import Request, Status

Settled = Callable[[pl.Series], pl.DataFrame]


def requests_of(plan: Plan, settled: Settled) -> Iterator[Request]:
    """In source order, without those whose `identity` is in what `settled` returns."""
    for waiting in _waiting(plan, settled):
        yield from _requests(waiting, plan.stamp)


def requests_for(
    plan: Plan, settled: Settled, identities: Collection[bytes]
) -> Iterator[Request]:
    """As `requests_of`, but only those with one of these identities."""
    wanted = pl.Series(list(identities), dtype=pl.Binary)
    for waiting in _waiting(plan, settled):
        chosen = waiting.filter(pl.col("identity").is_in(wanted.implode()))
        yield from _requests(chosen, plan.stamp)


def requests_spread(plan: Plan, settled: Settled, count: int) -> Iterator[Request]:
    """As `requests_of`, but only `count` of them, spread evenly over the plan."""
    total = plan.requests
    chosen = min(count, total)
    places = {number * total // chosen for number in range(chosen)}
    before = 0
    for waiting in _waiting(plan, settled):
        here = [at - before for at in places if 0 <= at - before < waiting.height]
        yield from _requests(waiting[sorted(here)], plan.stamp)
        before += waiting.height


def still_unsent(plan: Plan, settled: Settled) -> int:
    """How many rows that the plan leaves unsent are not in what `settled` returns.

    Those of a dry run, too, which have no body.
    """
    count = 0
    for batch in plan.batches:
        unsent = batch.planned().filter(pl.col("status") == Status.UNSENT)
        done = settled(unsent["identity"])
        count += unsent.join(done, on="identity", how="anti").height
    return count


def sent_body(body: str, identity: bytes, stamp: str | None) -> bytes:
    """What is sent for a planned body."""
    return stamped(body, stamp, identity) if stamp else body.encode()


def _waiting(plan: Plan, settled: Settled) -> Iterator[pl.DataFrame]:
    for batch in plan.batches:
        planned = to_send(batch.planned())
        done = settled(planned["identity"])
        yield planned.join(done, on="identity", how="anti", maintain_order="left")


def _requests(waiting: pl.DataFrame, stamp: str | None) -> Iterator[Request]:
    digests = body_digests(waiting["body"])
    for identity, digest, body in zip(
        waiting["identity"], digests, waiting["body"], strict=True
    ):
        yield Request(identity, digest, sent_body(body, identity, stamp))
