"""The summary of a run: what programs read, and what exit codes say."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.plan import Follows
from pipeline.printable import json_text
from pipeline.rows import Source, Status
from pipeline.stages.post import Ending, Posted
from pipeline.stages.report import Counted

SUMMARY = "summary.json"
SCHEMA_VERSION = 1
_MEND = (Status.INVALID, Status.REJECTED, Status.UNCERTAIN)


class RunStatus(StrEnum):
    """How a run ended, in one word."""

    OK = "ok"
    ATTENTION = "attention"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


EXIT_CODES = {
    RunStatus.OK: 0,
    RunStatus.FAILED: 1,
    RunStatus.ATTENTION: 3,
    RunStatus.STOPPED: 4,
    RunStatus.INTERRUPTED: 130,
}


@dataclass(frozen=True)
class Heading:
    """What is known of a run before it starts."""

    run: str
    command: str
    dry_run: bool
    target: str
    mapping_name: str
    mapping_sha256: str
    started_at: datetime
    reports: str


@dataclass(frozen=True)
class Summary:
    """What a run came to. `reason`, `hint` and `code` say why it ended early.

    `follows` is the run whose report was its source.
    """

    heading: Heading | None
    status: RunStatus
    exit_code: int
    ended_at: datetime
    sources: tuple[tuple[Source, int], ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    issues: tuple[dict[str, Any], ...] = ()
    posted: Posted = field(default_factory=Posted)
    reason: str = ""
    hint: str = ""
    code: str = ""
    next: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    follows: Follows | None = None

    @property
    def goes_on(self) -> bool:
        """Whether another process is sending, and this is what is known meanwhile."""
        return self.posted.ending is Ending.INTERRUPTED and not self.posted.resumable

    def document(self) -> dict[str, Any]:
        """The JSON summary; its schema is described in the README."""
        heading = self.heading
        return {
            "schema": SCHEMA_VERSION,
            "run": heading.run if heading else None,
            "command": heading.command if heading else None,
            "dry_run": heading.dry_run if heading else False,
            "status": self.status.value,
            "exit_code": self.exit_code,
            "started_at": _moment(heading.started_at if heading else self.ended_at),
            "ended_at": _moment(self.ended_at),
            "target": heading.target if heading else None,
            "mapping": {
                "name": heading.mapping_name,
                "sha256": heading.mapping_sha256,
            }
            if heading
            else None,
            "sources": [_source(source, rows) for source, rows in self.sources],
            "counts": {"read": self.counts.total(), **self.by_status()},
            "issues": list(self.issues),
            "requests": {
                "sent": self.posted.sent,
                "retried": self.posted.retried,
                "throttled": self.posted.throttled,
                "per_second": self.posted.per_second,
            },
            "reports": heading.reports if heading else None,
            "follows": self.follows.run if self.follows else None,
            "notes": list(self.all_notes()),
            "reason": self.reason,
            "hint": self.hint,
            "code": self.code,
            "next": list(self.next),
        }

    def all_notes(self) -> tuple[str, ...]:
        """What was found or taken for granted on the way: of sources, then of all."""
        found = (
            f"{source.label}: {note}"
            for source, _ in self.sources
            for note in source.notes
        )
        return (*found, *self.notes)

    def json(self) -> str:
        return json_text(self.document())

    def by_status(self) -> dict[str, int]:
        """How many rows have each status, in the order of `Status`."""
        return {status.value: self.counts[status] for status in Status}


def sources_reported_in(folder: Path) -> tuple[str, ...]:
    """The paths of the sources whose report lies in a folder, if one does."""
    try:
        return tuple(str(source["path"]) for source in _told_in(folder)["sources"])
    except (OSError, ValueError, TypeError, LookupError):
        return ()


def run_reported_in(folder: Path) -> str | None:
    """The id of the run whose report lies in a folder, if one does."""
    try:
        return str(_told_in(folder)["run"])
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _told_in(folder: Path) -> Any:
    return json.loads((folder / SUMMARY).read_text(encoding="utf-8"))


def judge(counts: Counter[str], posted: Posted) -> RunStatus:
    """The status of a run that came to its report."""
    if posted.ending in {Ending.INTERRUPTED, Ending.CUT_OFF}:
        return RunStatus.INTERRUPTED
    if posted.ending is Ending.STOPPED or counts[Status.UNSENT]:
        return RunStatus.STOPPED
    wrong = any(counts[status] for status in _MEND)
    return RunStatus.ATTENTION if wrong else RunStatus.OK


def issue_lines(counted: Counted) -> tuple[dict[str, Any], ...]:
    """Issues by code, the most frequent first."""
    ordered = sorted(counted.issues.values(), key=lambda issue: -issue.count)
    return tuple(
        {
            "code": issue.code,
            "count": issue.count,
            "first_row": issue.first_row,
            "message": issue.message,
        }
        for issue in ordered
    )


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _source(source: Source, rows: int) -> dict[str, Any]:
    return {
        "path": source.path,
        "sheet": source.sheet,
        "sha256": source.sha256,
        "rows": rows,
    }
