"""This run's sendings, as rows that a timeline can be asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import polars as pl

from pipeline.ledger import Ledger, State
from pipeline.plan import Plan, sent_rows
from pipeline.rows import Unanswered
from pipeline.runs.record import OpenRun, run_folder
from pipeline.stages.reconcile import Case, Witness

_MOST_BATCHES_ASKED = 4
_MOST_ROWS_ASKED = 1_000


def case_of(run: OpenRun, plan: Plan, ledger: Ledger) -> Case:
    """All of the run whose answers are not known, and what they may be taken for."""
    unsettled = ledger.unsettled(run.record.target, run.record.workspace)
    uncertain = pl.col("state") == State.UNCERTAIN
    own = unsettled.filter(uncertain & (pl.col("run") == run.record.name))
    rows = tuple(_unanswered(plan, own))
    witnesses = _witnesses(run, plan, ledger) if rows else ()
    return Case(rows, partial(_others, run, ledger), witnesses, ledger.known_ids)


def created_rows(plan: Plan, sendings: pl.DataFrame) -> Iterator[Witness]:
    """Those of a run's sendings that were created and are linked to a record."""
    created = sendings.filter(pl.col("state") == State.CREATED)
    facts = {line["identity"]: line for line in created.iter_rows(named=True)}
    for row in sent_rows(plan, created["identity"]):
        if row.facts.links:
            sending = facts[row.identity]
            yield Witness(
                sending["activity_id"],
                row.facts.subject,
                row.facts.activity_time,
                row.facts.links[0],
                _moment(sending["at"]),
            )


def _witnesses(run: OpenRun, plan: Plan, ledger: Ledger) -> tuple[Witness, ...]:
    """Rows that the API answered for among the first batches, one a kind of link."""
    found: dict[str, Witness] = {}
    for batch in plan.batches[:_MOST_BATCHES_ASKED]:
        identities = batch.planned()["identity"].drop_nulls()
        sendings = ledger.sendings(run.number, identities)
        answered = sendings.filter(pl.col("http_status").is_not_null())
        for witness in islice(created_rows(plan, answered), _MOST_ROWS_ASKED):
            found.setdefault(witness.link.kind, witness)
    return tuple(found.values())


def _others(run: OpenRun, ledger: Ledger) -> tuple[Unanswered, ...] | None:
    """None when the plan of one of those runs is gone."""
    unsettled = ledger.unsettled(run.record.target, run.record.workspace)
    elsewhere = unsettled.filter(pl.col("run") != run.record.name)
    rows: list[Unanswered] = []
    for (name,), sendings in elsewhere.group_by("run", maintain_order=True):
        plan = Plan.open(run_folder(ledger.path, str(name)))
        if plan is None:
            return None
        rows += _unanswered(plan, sendings)
    return tuple(rows)


def _unanswered(plan: Plan, sendings: pl.DataFrame) -> Iterator[Unanswered]:
    facts = {line["identity"]: line for line in sendings.iter_rows(named=True)}
    for row in sent_rows(plan, sendings["identity"]):
        sending = facts[row.identity]
        yield Unanswered(
            identity=row.identity,
            subject=row.facts.subject,
            activity_time=row.facts.activity_time,
            links=row.facts.links,
            claimed_at=_moment(sending["claimed_at"]),
            given_up_at=_moment(sending["at"]),
            code=sending["code"],
            mark=row.mark,
        )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
