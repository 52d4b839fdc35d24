"""A night's ending as JSON; its schema is described in the README."""

from datetime import UTC, datetime
from typing import Any, Final

from pipeline.nightly.endings import FileEnding, JobEnding
from pipeline.nightly.telling.policy import Tidings
from pipeline.nightly.telling.stories import News, subject_of

SCHEMA_VERSION: Final = 1


def document(news: News) -> dict[str, Any]:
    """The whole night, and which of its jobs are told, as what."""
    night = news.night
    return {
        "schema": SCHEMA_VERSION,
        "subject": subject_of(news),
        "status": night.status.value,
        "started_at": _moment(night.started_at),
        "ended_at": _moment(night.ended_at),
        "reason": night.reason,
        "hint": night.hint,
        "told": [_told(tidings) for tidings in news.told],
        "jobs": [_job(ending) for ending in night.jobs],
    }


def _told(tidings: Tidings) -> dict[str, Any]:
    return {
        "job": tidings.ending.job,
        "event": tidings.event.value,
        "since": tidings.since.isoformat(),
        "nights": tidings.nights,
        "silent": tidings.silent,
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
        "sha256": ending.sha256,
        "status": ending.status.value,
        "now_at": str(ending.now_at),
        "run": ending.run,
        "counts": dict(ending.counts),
        "requests": dict(ending.requests),
        "issues": dict(ending.issues),
        "reports": str(ending.reports) if ending.reports else None,
        "reason": ending.reason,
        "hint": ending.hint,
        "next": list(ending.next),
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
