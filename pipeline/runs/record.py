"""A run's own places: its line in the ledger, its private folder, its report folder."""

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from pipeline.errors import PipelineError
from pipeline.ledger import (
    SENDINGS_SCHEMA,
    STANDING_SCHEMA,
    Ledger,
    RunRecord,
    State,
)
from pipeline.plan import Plan
from pipeline.private_files import private_folder, write_whole
from pipeline.rows import Status
from pipeline.runs.job import Job, Tools
from pipeline.runs.summary import (
    EXIT_CODES,
    SUMMARY,
    Heading,
    RunStatus,
    Summary,
    issue_lines,
    judge,
)
from pipeline.stages.post import Ending, Posted
from pipeline.stages.report import FIX_ME, ROWS, Fates, check_accounts, write_report
from pipeline.stopping import Interrupted

_FOR_RESUME = ("--ledger=", "--allow-http", "--api-key-file=")
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


@dataclass(frozen=True)
class OpenRun:
    """A run that this process holds: nobody else sends for it meanwhile."""

    record: RunRecord
    number: int
    folder: Path

    @property
    def heading(self) -> Heading:
        record = self.record
        return Heading(
            run=record.name,
            command=record.command,
            dry_run=record.dry_run,
            target=record.target,
            mapping_name=record.mapping_name,
            mapping_sha256=record.mapping_sha256,
            started_at=record.started_at,
            reports=from_here(record.reports),
        )


@contextmanager
def open_run(job: Job, tools: Tools) -> Iterator[OpenRun]:
    """Begins a run; whatever ends it early is written down before it goes on up."""
    started = tools.now()
    name = tools.new_name(started)
    reports = private_folder(job.reports / name)
    record = RunRecord(
        name=name,
        command=job.command,
        dry_run=job.dry_run,
        target=job.target.url,
        workspace=job.target.workspace,
        mapping_name=job.mapping.name,
        mapping_sha256=job.mapping.sha256,
        started_at=started,
        reports=str(reports.absolute()),
        sources=tuple(str(path.absolute()) for path in job.paths),
        options=job.options,
    )
    number = tools.ledger.begin_run(record)
    folder = private_folder(run_folder(tools.ledger.path, name))
    with _held(folder, name):
        run = OpenRun(record, number, folder)
        with _failures_told(run, tools):
            yield run


@contextmanager
def reopen_run(record: RunRecord, tools: Tools) -> Iterator[tuple[OpenRun, Plan]]:
    """Takes up a run that was planned before; raises PipelineError if it cannot be."""
    folder = run_folder(tools.ledger.path, record.name)
    plan = Plan.open(folder)
    if plan is None:
        raise PipelineError(
            f"The run {record.name} ended before its plan was complete; nothing of it "
            "was sent.",
            hint="Run the import again.",
        )
    with _held(folder, record.name):
        number = tools.ledger.number_of(record.name)
        tools.ledger.settle_intents(number)
        run = OpenRun(record, number, folder)
        with _failures_told(run, tools):
            yield run, plan


@contextmanager
def _failures_told(run: OpenRun, tools: Tools) -> Iterator[None]:
    """Writes down what ends the run early, as far as that can be done."""
    try:
        yield
    except PipelineError as error:
        if Plan.open(run.folder) is not None:
            error.next = (_command(*_resume(run.record)),)
        with suppress(PipelineError):
            _end(run, _failed(run, error, tools.now()), tools)
        raise


def conclude(run: OpenRun, plan: Plan, posted: Posted, tools: Tools) -> Summary:
    """Writes the report, checks that the rows add up, and ends the run."""
    reports = Path(run.record.reports)
    tools.progress.begin("reporting", sum(plan.rows))
    counted = write_report(
        reports,
        plan,
        _nothing_sent if run.record.dry_run else partial(fates, tools.ledger, run),
        dry_run=run.record.dry_run,
        advance=tools.progress.advance,
    )
    check_accounts(
        reports / ROWS,
        read=sum(plan.rows),
        outcomes=counted.statuses,
        sent=counted.sent,
        ledger=_recorded(tools.ledger, run.number),
    )
    status = judge(counted.statuses, posted)
    interrupted = status is RunStatus.INTERRUPTED
    summary = Summary(
        heading=run.heading,
        status=status,
        exit_code=tools.stop.exit_code if interrupted else EXIT_CODES[status],
        ended_at=tools.now(),
        sources=tuple(zip(plan.sources, plan.rows, strict=True)),
        counts=counted.statuses,
        issues=issue_lines(counted),
        posted=posted,
        reason=posted.reason,
        hint=posted.hint,
        next=_next(run, counted.statuses),
    )
    _end(run, summary, tools)
    return summary


def posted_before(run: OpenRun) -> Posted:
    """How the run's sending ended, and what its last summary tells of the traffic."""
    endings = {"stopped": Ending.STOPPED, "interrupted": Ending.INTERRUPTED}
    if run.record.status in {None, "failed"}:
        return Posted(Ending.INTERRUPTED, "The run was cut off before its report.")
    ending = endings.get(run.record.status or "", Ending.FINISHED)
    try:
        told = json.loads(_summary_file(run).read_text(encoding="utf-8"))
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
    )


def fates(ledger: Ledger, run: OpenRun, identities: pl.Series) -> Fates:
    """What the ledger knows of these identities, in terms of outcomes."""
    own = ledger.sendings(run.number, identities)
    others = ledger.standing(identities).filter(pl.col("run") != run.record.name)
    return Fates(_with_status(own, _STATUS), _with_status(others, _ELSEWHERE))


def _nothing_sent(_identities: pl.Series) -> Fates:
    """A dry run's plan already holds all that is to be said."""
    return Fates(
        _with_status(pl.DataFrame(schema=SENDINGS_SCHEMA), _STATUS),
        _with_status(pl.DataFrame(schema=STANDING_SCHEMA), _ELSEWHERE),
    )


def from_here(path: str) -> str:
    """The path as one would type it in the working folder."""
    if not Path(path).is_relative_to(Path.cwd()):
        return path
    return str(Path(path).relative_to(Path.cwd()))


def run_folder(ledger: Path, name: str) -> Path:
    """Where a run's plan lies: beside the ledger, private."""
    return ledger.with_name(f"{ledger.name}.runs") / name


def is_held(ledger: Path, name: str) -> bool:
    """Whether a process is working on the run."""
    lock = run_folder(ledger, name) / "lock"
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def _with_status(frame: pl.DataFrame, statuses: dict[State, Status]) -> pl.DataFrame:
    words = {state.value: status.value for state, status in statuses.items()}
    state = pl.col("state").cast(pl.Int64)
    named = frame.with_columns(
        status=state.replace_strict(words, default=None, return_dtype=pl.String)
    )
    return named.filter(pl.col("status").is_not_null()).drop("state")


def _recorded(ledger: Ledger, number: int) -> Counter[str]:
    recorded: Counter[str] = Counter()
    for state, count in ledger.counts(number).items():
        if state in _STATUS:
            recorded[_STATUS[state]] += count
    return recorded


def _failed(run: OpenRun, error: PipelineError, now: datetime) -> Summary:
    interrupted = isinstance(error, Interrupted)
    return Summary(
        heading=run.heading,
        status=RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED,
        exit_code=error.exit_code,
        ended_at=now,
        reason=error.sentence,
        hint=error.hint,
        next=error.next,
    )


def _summary_file(run: OpenRun) -> Path:
    return Path(run.record.reports) / SUMMARY


def _end(run: OpenRun, summary: Summary, tools: Tools) -> None:
    write_whole(_summary_file(run), summary.json())
    tools.ledger.end_run(
        run.number,
        status=summary.status,
        exit_code=summary.exit_code,
        ended_at=summary.ended_at,
        counts={name: count for name, count in summary.by_status().items() if count},
    )


def _next(run: OpenRun, counts: Counter[str]) -> tuple[str, ...]:
    """The commands that a person would type now."""
    record = run.record
    fix_me = from_here(str(Path(record.reports) / FIX_ME))
    to_fix = counts[Status.INVALID] + counts[Status.REJECTED]
    commands: list[tuple[str, ...]] = []
    if counts[Status.UNSENT]:
        commands.append(_resume(record))
    if to_fix:
        commands.append(("run", fix_me, *record.options))
    if record.dry_run and not to_fix:
        sources = map(from_here, record.sources)
        commands.append(("run", *sources, *record.options))
    if not commands:
        ledger = [word for word in record.options if word.startswith("--ledger=")]
        commands.append(("history", *ledger))
    return tuple(_command(*words) for words in commands)


def _resume(record: RunRecord) -> tuple[str, ...]:
    needed = (word for word in record.options if word.startswith(_FOR_RESUME))
    return ("resume", record.name, *needed)


def _command(*words: str) -> str:
    return shlex.join(("activity-import", *words))


@contextmanager
def _held(folder: Path, name: str) -> Iterator[None]:
    try:
        with FileLock(folder / "lock", timeout=0, mode=0o600):
            yield
    except Timeout:
        raise PipelineError(
            f"The run {name} is still going on in another process.",
            hint="Wait for it to end, or stop it, before you go on with it.",
        ) from None
