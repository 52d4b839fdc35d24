"""`--pilot N`: a few rows go first, and are shown before the rest follows."""

from collections.abc import Iterator

import polars as pl

from pipeline.ledger import State
from pipeline.plan import Plan, SentRow, requests_spread, sent_rows
from pipeline.rows import Request, rows_told
from pipeline.runs.job import Tools
from pipeline.runs.record import OpenRun
from pipeline.runs.sendings import created_rows
from pipeline.stages.post import Ending, Posted, Sender

_STOPPED = "The run stopped after its pilot."


def send_pilot(
    plan: Plan, run: OpenRun, sender: Sender, tools: Tools, count: int
) -> Posted:
    """Sends `count` rows spread over the plan; FINISHED lets the others follow."""
    chosen = list(requests_spread(plan, tools.ledger.standing, count))
    posted = sender.send(iter(chosen), len(chosen))
    if posted.ending is not Ending.FINISHED or not chosen:
        return posted
    left = plan.requests - len(chosen)
    tools.progress.say("\n".join(_told(plan, run, tools, chosen)))
    question = f"Look at them in Reevo. Send the other {rows_told(left)}?"
    if not left or tools.consent.may_go_on(question):
        return posted
    interrupted = tools.stop.is_requested()
    return posted.then(
        Posted(
            Ending.INTERRUPTED if interrupted else Ending.STOPPED,
            _STOPPED,
            "When the rows look right in Reevo, `resume` sends the others.",
            code="interrupted" if interrupted else "pilot_not_confirmed",
        )
    )


def _told(
    plan: Plan, run: OpenRun, tools: Tools, chosen: list[Request]
) -> Iterator[str]:
    identities = pl.Series([each.identity for each in chosen], dtype=pl.Binary)
    sendings = tools.ledger.sendings(run.number, identities)
    linked = list(created_rows(plan, sendings))
    shown = dict(
        zip(
            (each.activity_id for each in linked),
            tools.showing.show(linked),
            strict=True,
        )
    )
    by_identity = {line["identity"]: line for line in sendings.iter_rows(named=True)}
    yield f"Pilot: {rows_told(len(chosen))} went first."
    for row in sent_rows(plan, identities):
        yield from _row_told(row, by_identity.get(row.identity, {}), shown)


def _row_told(
    row: SentRow, sending: dict[str, object], shown: dict[str, str]
) -> Iterator[str]:
    state = State(int(str(sending.get("state", State.RELEASED.value))))
    activity_id = str(sending.get("activity_id") or "")
    said = activity_id or str(sending.get("message") or "")
    yield f"  row {row.row}  {state.name.lower()}  {said}"
    if state is State.CREATED:
        unlinked = "It is linked to no record: the API shows it nowhere."
        yield f"    {shown.get(activity_id, unlinked)}"
