"""The end of a run: its report is written, the rows are added up, it is told."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import polars as pl

from pipeline.ledger import (
    SENDINGS_SCHEMA,
    STANDING_SCHEMA,
    Ledger,
    RunRecord,
    State,
)
from pipeline.plan import Follows, Plan
from pipeline.private_files import write_whole
from pipeline.rows import Status
from pipeline.runs.edited import remember_written, set_edited_aside
from pipeline.runs.job import Tools
from pipeline.runs.next_commands import next_commands, reconcile_command
from pipeline.runs.record import (
    OpenRun,
    end_run,
    is_held,
    plan_of,
    run_folder,
    summary_file,
    writing_report,
)
from pipeline.runs.summary import (
    EXIT_CODES,
    RunStatus,
    Summary,
    issue_lines,
    judge,
)
from pipeline.stages.post import Ending, Posted
from pipeline.stages.report import (
    PAGE,
    ROWS,
    Counted,
    Ended,
    Fates,
    Onlooker,
    Sights,
    Told,
    check_accounts,
    write_page,
    write_report,
    writing_workbook,
)

_STATUS = {
    State.INTENT: Status.UNCERTAIN,
    State.CREATED: Status.CREATED,
    State.REJECTED: Status.REJECTED,
    State.UNCERTAIN: Status.UNCERTAIN,
}
_ELSEWHERE = {
    State.INTENT: Status.UNCERTAIN,
    State.CREATED: Status.DUPLICATE,
    State.UNCERTAIN: Status.UNCERTAIN,
}
_IN_FLIGHT = ("in_flight", "It is being sent at this moment.")
_GOING_ON = Posted(
    Ending.INTERRUPTED,
    "The run is still going on in another process: this is what is known now.",
    resumable=False,
    code="run_goes_on",
)
_CUT_OFF = Posted(
    Ending.CUT_OFF, "The run was cut off before its report.", code="run_cut_off"
)


def conclude(run: OpenRun, plan: Plan, posted: Posted, tools: Tools) -> Summary:
    """Writes the report, checks that the rows add up, and ends the run."""
    with writing_report(run.folder):
        summary = _reported(run, plan, posted, tools)
        end_run(run, summary, tools)
    return summary


def going_on(record: RunRecord, tools: Tools) -> Summary | None:
    """The report of a run that another process is sending; None if none is.

    It is made of one state of the ledger, and changes nothing there.
    """
    if not is_held(tools.ledger.path, record.name):
        return None
    folder = run_folder(tools.ledger.path, record.name)
    run = OpenRun(record, tools.ledger.number_of(record.name), folder)
    plan = plan_of(record, tools)
    with tools.ledger.unchanging(), writing_report(folder):
        summary = _reported(run, plan, _GOING_ON, tools)
        write_whole(summary_file(record), summary.json())
    return summary


def posted_before(run: OpenRun) -> Posted:
    """How the run's sending ended, and what its last summary tells of the traffic."""
    endings = {"stopped": Ending.STOPPED, "interrupted": Ending.INTERRUPTED}
    if run.record.status in {None, "failed"}:
        return _CUT_OFF
    ending = endings.get(run.record.status or "", Ending.FINISHED)
    try:
        told = json.loads(summary_file(run.record).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Posted(ending)
    requests = told["requests"]
    per_second = requests["per_second"]
    return Posted(
        ending,
        told["reason"],
        told["hint"],
        sent=requests["sent"],
        retried=requests["retried"],
        throttled=requests["throttled"],
        seconds=requests["sent"] / per_second if per_second else 0.0,
        code=told.get("code", ""),
    )


def _reported(run: OpenRun, plan: Plan, posted: Posted, tools: Tools) -> Summary:
    folder = Path(run.record.reports)
    sights = Sights()
    edited = set_edited_aside(folder, run.folder)
    with writing_workbook(folder, plan) as book:
        counted = _write(run, plan, tools, [sights, book])
        summary = _summary(run, plan, posted, counted, tools)
        summary = replace(summary, notes=(*summary.notes, *edited))
        ended = _ended(summary, run, counted)
        causes = sights.causes.found()
        book.finish(Told(run.record, summary.sources, ended, causes))
    write_page(folder, plan, sights, ended, run=run.record)
    remember_written(folder, run.folder)
    return summary


def _summary(
    run: OpenRun, plan: Plan, posted: Posted, counted: Counted, tools: Tools
) -> Summary:
    left = counted.statuses[Status.UNSENT] + counted.statuses[Status.VALID]
    if counted.statuses.total() and not left:
        posted = posted.with_nothing_left()
    status = judge(counted.statuses, posted)
    interrupted = status is RunStatus.INTERRUPTED
    return Summary(
        heading=run.heading,
        status=status,
        exit_code=tools.stop.exit_code if interrupted else EXIT_CODES[status],
        ended_at=tools.now(),
        sources=tuple(zip(plan.sources, plan.rows, strict=True)),
        counts=counted.statuses,
        issues=issue_lines(counted),
        posted=posted,
        notes=(*plan.notes, *plan.changes),
        reason=posted.reason,
        hint=posted.hint,
        code=posted.code,
        next=next_commands(run.record, counted, posted),
        follows=plan.follows,
    )


def _ended(summary: Summary, run: OpenRun, counted: Counted) -> Ended:
    posted, follows = summary.posted, summary.follows
    return Ended(
        status=summary.status,
        ended_at=summary.ended_at,
        counts=summary.counts,
        reports=run.heading.reports,
        counts_of_own=counted.sent,
        reason=summary.reason,
        hint=summary.hint,
        code=summary.code,
        notes=summary.all_notes(),
        next=summary.next,
        settle=reconcile_command(run.record),
        sent=posted.sent,
        retried=posted.retried,
        throttled=posted.throttled,
        per_second=posted.per_second,
        goes_on=posted is _GOING_ON,
        corrects=follows.told(summary.counts) if follows else "",
        before=_way_to(follows, run.record) if follows else "",
    )


def _way_to(follows: Follows, record: RunRecord) -> str:
    """The page of the run before, as a link from the page of this one."""
    page = Path(follows.reports, PAGE)
    if not page.is_file():
        return ""
    try:
        return quote(Path(os.path.relpath(page, record.reports)).as_posix())
    except ValueError:  # on another drive
        return page.as_uri()


def _write(
    run: OpenRun, plan: Plan, tools: Tools, onlookers: Sequence[Onlooker]
) -> Counted:
    reports = Path(run.record.reports)
    tools.progress.begin("reporting", sum(plan.rows))
    counted = write_report(
        reports,
        plan,
        _nothing_sent if run.record.dry_run else partial(fates, tools.ledger, run),
        run=run.record,
        advance=tools.progress.advance,
        onlookers=onlookers,
    )
    check_accounts(
        reports / ROWS,
        read=sum(plan.rows),
        outcomes=counted.statuses,
        sent=counted.sent,
        ledger=recorded(tools.ledger, run.number),
    )
    return counted


def fates(ledger: Ledger, run: OpenRun, identities: pl.Series) -> Fates:
    """What the ledger knows of these identities, in terms of outcomes."""
    own = ledger.sendings(run.number, identities)
    others = ledger.standing(identities).filter(pl.col("run") != run.record.name)
    return Fates(
        _with_status(_with_flight(own), _STATUS), _with_status(others, _ELSEWHERE)
    )


def _nothing_sent(_identities: pl.Series) -> Fates:
    """A dry run's plan already holds all that is to be said."""
    return Fates(
        _with_status(pl.DataFrame(schema=SENDINGS_SCHEMA), _STATUS),
        _with_status(pl.DataFrame(schema=STANDING_SCHEMA), _ELSEWHERE),
    )


def _with_flight(own: pl.DataFrame) -> pl.DataFrame:
    code, message = _IN_FLIGHT
    in_flight = pl.col("state") == State.INTENT
    return own.with_columns(
        code=pl.when(in_flight).then(pl.lit(code)).otherwise("code"),
        message=pl.when(in_flight).then(pl.lit(message)).otherwise("message"),
    )


def _with_status(frame: pl.DataFrame, statuses: dict[State, Status]) -> pl.DataFrame:
    words = {state.value: status.value for state, status in statuses.items()}
    state = pl.col("state").cast(pl.Int64)
    named = frame.with_columns(
        status=state.replace_strict(words, default=None, return_dtype=pl.String)
    )
    return named.filter(pl.col("status").is_not_null()).drop("state")


def recorded(ledger: Ledger, number: int) -> Counter[str]:
    """How many sendings of the run have each status; what is in flight is uncertain."""
    found: Counter[str] = Counter()
    for state, count in ledger.counts(number).items():
        if state in _STATUS:
            found[_STATUS[state]] += count
    return found
