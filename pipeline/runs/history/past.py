"""What is known of each run, also of one that has not ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pipeline.ledger import Ledger, RunRecord
from pipeline.plan import Plan
from pipeline.rows import Status
from pipeline.runs.conclude import recorded
from pipeline.runs.record import is_held, run_folder
from pipeline.runs.summary import RunStatus
from pipeline.stages.report import NEEDS_A_PERSON, PAGE

GOING_ON: Final = "going_on"
CUT_OFF: Final = "cut_off"
_SCHEMA_VERSION = 1
_MAY_GO_ON = (None, RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)


@dataclass(frozen=True)
class PastRun:
    """A run of a ledger. `status` is a `RunStatus`, `GOING_ON` or `CUT_OFF`.

    `counts` are rows by status; those of a run that has not ended are of this moment.
    """

    record: RunRecord
    ledger: Path
    status: str
    counts: Counter[str]

    @property
    def what(self) -> str:
        return "dry run" if self.record.dry_run else self.record.command

    @property
    def needs_a_person(self) -> int:
        return sum(self.counts[status] for status in NEEDS_A_PERSON)

    @property
    def page(self) -> Path | None:
        """Its report.html, if it is still there."""
        path = Path(self.record.reports) / PAGE
        return path if path.is_file() else None


def past_runs(ledgers: Sequence[Path], last: int | None) -> list[PastRun]:
    """The newest of all ledgers first; None: all of them."""
    runs: list[PastRun] = []
    for path in ledgers:
        with Ledger.open(path) as ledger:
            runs += [_past(record, ledger) for record in ledger.runs(last)]
    return sorted(runs, key=lambda run: run.record.started_at, reverse=True)[:last]


def document(runs: Sequence[PastRun]) -> dict[str, Any]:
    """The runs as JSON; the README describes it."""
    return {"schema": _SCHEMA_VERSION, "runs": [_facts(run) for run in runs]}


def _past(record: RunRecord, ledger: Ledger) -> PastRun:
    if record.status in _MAY_GO_ON:
        held = is_held(ledger.path, record.name)
        if held or record.status is None:
            status = GOING_ON if held else CUT_OFF
            return PastRun(record, ledger.path, status, _so_far(record, ledger))
    counts = Counter(record.counts or {})
    return PastRun(record, ledger.path, str(record.status), counts)


def _so_far(record: RunRecord, ledger: Ledger) -> Counter[str]:
    """What the ledger says was sent, and what the plan says of all others."""
    sent = recorded(ledger, ledger.number_of(record.name))
    plan = Plan.open(run_folder(ledger.path, record.name))
    if plan is None:
        return sent
    counts = Counter(plan.counts)
    waiting = counts.pop(Status.UNSENT.value, 0)
    if record.dry_run:
        return counts + Counter({Status.VALID.value: waiting})
    if plan.requests == waiting:  # else one request is sent for several rows
        counts[Status.UNSENT.value] = waiting - sent.total()
    return +(counts + sent)


def _facts(run: PastRun) -> dict[str, Any]:
    record = run.record
    return {
        "run": record.name,
        "command": record.command,
        "dry_run": record.dry_run,
        "status": run.status,
        "exit_code": record.exit_code,
        "started_at": _moment(record.started_at),
        "ended_at": record.ended_at and _moment(record.ended_at),
        "target": record.target,
        "workspace": record.workspace,
        "mapping": {"name": record.mapping_name, "sha256": record.mapping_sha256},
        "sources": list(record.sources),
        "counts": {
            "read": run.counts.total(),
            **{status.value: run.counts[status] for status in Status},
        },
        "issues": record.issues,
        "reports": record.reports,
        "ledger": str(run.ledger),
    }


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
