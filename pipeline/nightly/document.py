"""A night's ending as JSON; its schema is described in the README."""

from datetime import UTC, datetime
from typing import Any, Final

from pipeline.nightly.endings import FileEnding, JobEnding, NightEnding

SCHEMA_VERSION: Final = 1


def night_document(night: NightEnding) -> dict[str, Any]:
    """The whole night; `read` among the counts of a file is the sum of the others."""
    return {
        "schema": SCHEMA_VERSION,
        "status": night.status.value,
        "started_at": _moment(night.started_at),
        "ended_at": _moment(night.ended_at),
        "reason": night.reason,
        "hint": night.hint,
        "jobs": [_job(ending) for ending in night.jobs],
    }


def _job(ending: JobEnding) -> dict[str, Any]:
    return {
        "job": ending.job,
        "status": ending.status.value,
        "started_at": _moment(ending.started_at),
        "ended_at": _moment(ending.ended_at),
        "reason": ending.reason,
        "hint": ending.hint,
        "notices": list(ending.notices),
        "files": [_file(each) for each in ending.files],
    }


def _file(ending: FileEnding) -> dict[str, Any]:
    return {
        "name": ending.name,
        "status": ending.status.value,
        "sha256": ending.sha256,
        "now_at": str(ending.now_at),
        "run": ending.run,
        "counts": {"read": sum(ending.counts.values()), **ending.counts},
        "requests": dict(ending.requests),
        "issues": dict(ending.issues),
        "reports": str(ending.reports) if ending.reports else None,
        "reason": ending.reason,
        "hint": ending.hint,
        "next": list(ending.next),
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
