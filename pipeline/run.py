"""A run: what happens to the rows of the sources, from first to last.

read -> map -> validate -> (plan, on disk) -> post -> report
"""

from collections.abc import Iterator
from itertools import starmap
from pathlib import Path

from pipeline.ahead import ahead
from pipeline.errors import PipelineError
from pipeline.ledger import RunRecord
from pipeline.plan import (
    Plan,
    PlanWriter,
    Scope,
    decide,
    identifier,
    requests_of,
    with_changes,
    without_bodies,
)
from pipeline.rows import Batch, Status
from pipeline.runs.job import Job, Tools
from pipeline.runs.prepare import Prepared, prepare, rules_of
from pipeline.runs.record import (
    OpenRun,
    conclude,
    open_run,
    posted_before,
    reopen_run,
)
from pipeline.runs.summary import Summary
from pipeline.stages.map import BoundMapping, map_rows
from pipeline.stages.post import Ending, Posted
from pipeline.stages.validate import validate_rows


def run(job: Job, tools: Tools) -> Summary:
    """Does the job; raises PipelineError when it cannot be done.

    Nothing is sent before the whole plan is on disk.
    """
    prepared = prepare(job.paths, job.mapping, job.layout)
    with open_run(job, tools) as opened:
        plan = make_plan(job, prepared, tools, opened.folder)
        posted = _too_many_invalid(plan, job) or post(plan, opened, tools)
        return conclude(opened, plan, posted, tools)


def resume(record: RunRecord, tools: Tools) -> Summary:
    """Sends what the run did not get to; raises PipelineError."""
    if record.dry_run:
        raise PipelineError(
            f"The run {record.name} was a dry run: there is nothing to go on with.",
            hint="Use `activity-import run` to send the rows.",
        )
    with reopen_run(record, tools) as (opened, plan):
        return conclude(opened, plan, post(plan, opened, tools), tools)


def report_again(record: RunRecord, tools: Tools) -> Summary:
    """Writes the report of what is known now; sends nothing."""
    with reopen_run(record, tools) as (opened, plan):
        return conclude(opened, plan, posted_before(opened), tools)


def make_plan(
    job: Job, prepared: tuple[Prepared, ...], tools: Tools, folder: Path
) -> Plan:
    """read, map and validate every row, and write down what is to be sent."""
    rules = rules_of(job.mapping, tools.now())
    scope = Scope(job.target.url, job.target.workspace, job.mapping.system)
    identities = identifier(job.mapping, scope)
    writer = PlanWriter(folder)
    for one in prepared:
        writer.add_source(one.source.source, one.bound.labels)
    tools.progress.begin("checking", None)
    mapped = starmap(map_rows, ahead(_batches(job, prepared)))
    for checked in ahead(validate_rows(rows, rules) for rows in mapped):
        batch = checked.mapped.batch
        named = identities.identify(checked.bodies, batch.source.number)
        standing = with_changes(named, tools.ledger.standing(named["identity"]))
        planned, issues = decide(checked, named, standing)
        kept = without_bodies(planned) if job.dry_run else planned
        writer.add(batch, kept, issues)
        tools.progress.advance(planned.height)
        tools.stop.raise_if_requested()
    return writer.seal()


def post(plan: Plan, run: OpenRun, tools: Tools) -> Posted:
    """Sends what the plan holds and the ledger does not."""
    total = plan.counts.get(Status.UNSENT, 0)
    sender = tools.sender_for(run.number, total=total)
    return sender.send(requests_of(plan, tools.ledger.standing), total)


def _batches(
    job: Job, prepared: tuple[Prepared, ...]
) -> Iterator[tuple[Batch, BoundMapping]]:
    left = job.limit
    for one in prepared:
        for batch in one.source.batches(left):
            yield batch, one.bound
            left = None if left is None else left - batch.rows.height


def _too_many_invalid(plan: Plan, job: Job) -> Posted | None:
    invalid = plan.counts.get(Status.INVALID, 0)
    if job.max_invalid is None or invalid <= job.max_invalid.of(sum(plan.rows)):
        return None
    return Posted(
        Ending.STOPPED,
        f"{invalid:,} of {sum(plan.rows):,} rows are invalid, more than --max-invalid "
        f"{job.max_invalid} allows. Nothing was sent.",
        "Correct the source or the mapping and run it again; or let `resume` send the "
        "valid rows as they are.",
    )
