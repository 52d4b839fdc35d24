"""A run: what happens to the rows of the sources, from first to last.

read -> map -> validate -> (plan, on disk) -> post -> reconcile -> report
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import starmap

import polars as pl

from pipeline.ahead import ahead
from pipeline.errors import PipelineError
from pipeline.ledger import RunRecord, Settled, State
from pipeline.plan import (
    NOTHING_HELD,
    CalendarOf,
    FamiliarBodies,
    Plan,
    PlanWriter,
    Scope,
    contents_of,
    decide,
    identified,
    identifier,
    requests_for,
    requests_of,
    with_changes,
    without_bodies,
)
from pipeline.rows import Mapped
from pipeline.runs.conclude import conclude, going_on, posted_before
from pipeline.runs.dates import with_dates_decided
from pipeline.runs.drift import Watch, changes, keep_seen, remember
from pipeline.runs.foresee import foresee
from pipeline.runs.in_flight import decided
from pipeline.runs.job import Job, Tools
from pipeline.runs.lineage import (
    Lineage,
    as_correction,
    lineage_of,
    notes_of_part,
)
from pipeline.runs.pilot import send_pilot
from pipeline.runs.prepare import Prepared, batches_of, prepare_job, rules_of
from pipeline.runs.record import OpenRun, open_run, reopen_run
from pipeline.runs.sendings import case_of
from pipeline.runs.summary import Summary
from pipeline.runs.verdicts import Verdict, settle_by_person
from pipeline.stages.combine import combine_rows
from pipeline.stages.map import map_rows
from pipeline.stages.post import STOPPED_BY_USER, Ending, Posted
from pipeline.stages.read import Spool
from pipeline.stages.reconcile import NOT_FOUND
from pipeline.stages.validate import validate_rows


def run(job: Job, tools: Tools, spool: Spool) -> Summary:
    """Does the job; raises PipelineError when it cannot be done.

    Nothing is sent before the whole plan is on disk. `spool` takes what must be
    unpacked.
    """
    job, prepared = as_correction(job, prepare_job(job, spool))
    job, prepared = with_dates_decided(job, prepared, tools)
    with open_run(job, tools) as opened, lineage_of(job, prepared) as lineage:
        foreseen = foresee(job, prepared, tools)
        plan = make_plan(job, foreseen, tools, opened, lineage=lineage)
        posted = objection(plan, opened, tools) or post(plan, opened, tools)
        return end(opened, plan, settle(plan, opened, tools, posted), tools)


def resume(record: RunRecord, tools: Tools) -> Summary:
    """Sends what the run did not get to; raises PipelineError."""
    _refuse_dry_run(record)
    with reopen_run(record, tools) as (opened, plan):
        posted = objection(plan, opened, tools) or post(plan, opened, tools)
        return end(opened, plan, settle(plan, opened, tools, posted), tools)


def reconcile(
    record: RunRecord,
    taken: Sequence[Verdict],
    not_taken: Sequence[Verdict],
    tools: Tools,
) -> Summary:
    """Settles rows whose answers are not known, by a person's word or by looking.

    Sends only what is ordered.
    """
    _refuse_dry_run(record)
    with reopen_run(record, tools) as (opened, plan):
        settle_by_person(opened, plan, tools.ledger, taken=taken, not_taken=not_taken)
        posted = settle(plan, opened, tools, posted_before(opened))
        return conclude(opened, plan, posted, tools)


def report_again(record: RunRecord, tools: Tools) -> Summary:
    """Writes the report of what is known now; sends nothing."""
    if (snapshot := going_on(record, tools)) is not None:
        return snapshot
    with reopen_run(record, tools) as (opened, plan):
        return conclude(opened, plan, posted_before(opened), tools)


def make_plan(
    job: Job,
    prepared: tuple[Prepared, ...],
    tools: Tools,
    run: OpenRun,
    *,
    lineage: Lineage,
) -> Plan:
    """read, map and validate every row, and write down what is to be sent."""
    rules = rules_of(job.mapping, tools.now())
    scope = Scope(job.target.url, job.target.workspace, job.mapping.system)
    identities = identifier(job.mapping, scope, lineage.held)
    writer = PlanWriter(run.folder)
    watch = Watch(prepared, job.mapping)
    # What comes back corrected may be equal to what was imported: no key was changed.
    compared = lineage.held is NOTHING_HELD and tools.ledger.sent_before(*scope.place)
    familiar = FamiliarBodies(
        partial(tools.ledger.imported_bodies, *scope.place), tools.ledger.standing
    )
    calendar = CalendarOf()
    for one in prepared:
        writer.add_source(one.source.source, one.bound.labels)
    tools.progress.begin("checking", None)
    mapped = _mapped(job, prepared)
    notes = dict.fromkeys((*job.notes, *lineage.notes))
    for checked in ahead(validate_rows(rows, rules) for rows in mapped):
        batch = checked.mapped.batch
        watch.see(checked.mapped)
        named = identified(identities, checked)
        standing = with_changes(named, decided(tools.ledger, named["identity"]))
        planned, issues = decide(checked, named, standing)
        if compared:
            familiar.see(planned)
        calendar.see(checked.mapped.fields)
        kept = without_bodies(planned) if job.dry_run else planned
        writer.add(batch, kept, issues, contents_of(named))
        notes |= dict.fromkeys(checked.mapped.notes)
        tools.passed(planned.height)
    seen = watch.seen(run.record)
    keep_seen(run.folder, seen)
    return writer.seal(
        stamp=job.mapping.stamp,
        familiar=familiar.counts,
        notes=(*notes, *notes_of_part(lineage, job.mapping, writer.read)),
        changes=changes(seen, job.mapping, tools.ledger),
        calendar=calendar.counted,
        follows=lineage.follows,
    )


def objection(plan: Plan, run: OpenRun, tools: Tools) -> Posted | None:
    """Why nothing of the plan is to be sent; None lets it be sent."""
    for change in plan.changes:
        tools.progress.say(f"Changed: {change}")
    for guard in tools.guards:
        found = guard.objection(plan, run.record, tools.ledger)
        tools.stop.raise_if_requested()
        if found is not None:
            return found
    return None


def post(plan: Plan, run: OpenRun, tools: Tools) -> Posted:
    """Sends what the plan holds and the ledger does not, a pilot of it first."""
    tools.ledger.keep_sources(run.number, plan.fingerprints)
    sender = tools.sender_for(run.number)
    piloted = Posted()
    if tools.orders.pilot:
        piloted = send_pilot(plan, run, sender, tools, tools.orders.pilot)
    if piloted.ending is not Ending.FINISHED:
        return piloted
    requests = requests_of(plan, partial(decided, tools.ledger))
    left = plan.requests - tools.ledger.live(run.number)
    return piloted.then(sender.send(requests, left))


def end(run: OpenRun, plan: Plan, posted: Posted, tools: Tools) -> Summary:
    """Tells what became of each row, and remembers what the sources looked like."""
    summary = conclude(run, plan, posted, tools)
    remember(run, summary, tools)
    return summary


def settle(plan: Plan, run: OpenRun, tools: Tools, posted: Posted) -> Posted:
    """Looks for rows whose answers are not known, and sends again what is ordered."""
    if tools.stop.is_requested():
        return posted
    tools.reconciler_for(run.number).reconcile(case_of(run, plan, tools.ledger))
    if tools.stop.is_requested():
        return posted.then(STOPPED_BY_USER)
    uncertain = tools.ledger.uncertain(run.number)
    absent = uncertain.filter(pl.col("code") == NOT_FOUND)["identity"]
    if absent.is_empty() or not tools.orders.resend_uncertain:
        return posted
    tools.ledger.settle(run.number, [_released(each) for each in absent])
    requests = requests_for(plan, tools.ledger.standing, absent.to_list())
    return posted.then(tools.sender_for(run.number).send(requests, len(absent)))


def _released(identity: bytes) -> Settled:
    return Settled(
        identity,
        State.RELEASED,
        code="resent_by_order",
        message="Looked for twice and not found; sent again by order.",
    )


def _mapped(job: Job, prepared: tuple[Prepared, ...]) -> Iterator[Mapped]:
    if not job.mapping.combine:
        return starmap(map_rows, ahead(batches_of(prepared, job.limit)))
    everything = starmap(map_rows, ahead(batches_of(prepared, None)))
    return combine_rows(everything, job.mapping, limit=job.limit)


def _refuse_dry_run(record: RunRecord) -> None:
    if record.dry_run:
        raise PipelineError(
            f"The run {record.name} was a dry run: there is nothing to go on with.",
            hint="Use `activity-import run` to send the rows.",
            code="run_was_dry",
        )
