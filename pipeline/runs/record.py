"""A run's own places: its line in the ledger, its private folder, its report folder."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import PipelineError, SettingsError
from pipeline.ledger import RunEnd, RunRecord
from pipeline.plan import Plan
from pipeline.private_files import private_folder, write_whole
from pipeline.runs.job import Job, Tools
from pipeline.runs.next_commands import resume_command
from pipeline.runs.summary import SUMMARY, Heading, RunStatus, Summary
from pipeline.runs.typed import from_here
from pipeline.stages.read import STDIN
from pipeline.stopping import Interrupted

_LOCK_SECONDS = 1.0  # `history` holds a lock for a moment, to see whether it is free
_REPORT_SECONDS = 120.0


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
        sources=tuple(str(p if p == STDIN else p.absolute()) for p in job.paths),
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
    plan = plan_of(record, tools)
    with _held(folder, record.name):
        number = tools.ledger.number_of(record.name)
        tools.ledger.settle_intents(number)
        run = OpenRun(record, number, folder)
        with _failures_told(run, tools):
            yield run, plan


def plan_of(record: RunRecord, tools: Tools) -> Plan:
    """The plan of a run; raises PipelineError when it was never completed."""
    folder = run_folder(tools.ledger.path, record.name)
    plan = Plan.open(folder)
    if plan is None and tools.ledger.counts(tools.ledger.number_of(record.name)):
        raise PipelineError(
            f"The plan of the run {record.name} is gone, though some of it was sent.",
            where=str(folder),
            hint="Put that folder back beside the ledger: both belong together. What "
            "was sent is in the ledger, and no run sends it again.",
            code="plan_gone",
        )
    if plan is None:
        raise PipelineError(
            f"The run {record.name} ended before its plan was complete; nothing of it "
            "was sent.",
            hint="Run the import again.",
            code="plan_incomplete",
        )
    return plan


@contextmanager
def writing_report(folder: Path) -> Iterator[None]:
    """One process at a time writes the report of a run."""
    try:
        with FileLock(folder / "report.lock", timeout=_REPORT_SECONDS, mode=0o600):
            yield
    except Timeout:
        raise PipelineError(
            "Another process has been writing the report of this run for minutes.",
            hint="Wait for it to end, then try again.",
            code="report_busy",
        ) from None


@contextmanager
def _failures_told(run: OpenRun, tools: Tools) -> Iterator[None]:
    """Writes down what ends the run early, as far as that can be done."""
    try:
        yield
    except SettingsError:  # what was typed is wrong, and the run is as it was
        raise
    except PipelineError as error:
        if Plan.open(run.folder) is not None:
            error.next = (resume_command(run.record),)
        with suppress(PipelineError):
            end_run(run, _failed(run, error, tools.now()), tools)
        raise


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


def _failed(run: OpenRun, error: PipelineError, now: datetime) -> Summary:
    interrupted = isinstance(error, Interrupted)
    return Summary(
        heading=run.heading,
        status=RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED,
        exit_code=error.exit_code,
        ended_at=now,
        reason=error.sentence,
        hint=error.hint,
        code=error.code,
        next=error.next,
    )


def summary_file(record: RunRecord) -> Path:
    return Path(record.reports) / SUMMARY


def end_run(run: OpenRun, summary: Summary, tools: Tools) -> None:
    """Writes the summary down, in its file and in the ledger."""
    write_whole(summary_file(run.record), summary.json())
    end = RunEnd(
        summary.status,
        summary.exit_code,
        summary.ended_at,
        counts={name: count for name, count in summary.by_status().items() if count},
        issues={issue["code"]: issue["count"] for issue in summary.issues},
    )
    tools.ledger.end_run(run.number, end)


@contextmanager
def _held(folder: Path, name: str) -> Iterator[None]:
    try:
        with FileLock(folder / "lock", timeout=_LOCK_SECONDS, mode=0o600):
            yield
    except Timeout:
        raise PipelineError(
            f"The run {name} is still going on in another process.",
            hint="Wait for it to end, or stop it, before you go on with it.",
            code="run_goes_on",
        ) from None
