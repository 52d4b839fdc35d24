"""Nights that ended, as short as they can be written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.nightly.endings import FileEnding, JobEnding, NightEnding, NightStatus

FIRST = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
RUN = "20261101-0200-ab12"
_WORST = list(NightStatus)


def at(night: int, hour: int = 2) -> datetime:
    """The start of the n-th night, the first being 1."""
    return FIRST.replace(hour=hour) + timedelta(days=night - 1)


def file(
    status: str = "ok",
    name: str = "calls.csv",
    *,
    reason: str = "",
    hint: str = "",
    reports: Path | None = None,
    issues: dict[str, int] | None = None,
    **counts: int,
) -> FileEnding:
    return FileEnding(
        name,
        "ab" * 32,
        NightStatus(status),
        Path("/srv/archive") / name,
        run=RUN if counts else None,
        counts=counts,
        requests={"sent": 10.0, "retried": 2.0, "throttled": 1.0, "per_second": 5.0}
        if counts
        else {},
        issues=issues or {},
        reports=reports,
        reason=reason,
        hint=hint,
        next=(f"activity-import run {reports}/fix-me.csv -m calls",) if reports else (),
    )


def job(
    status: str, *files: FileEnding, name: str = "calls", reason: str = ""
) -> JobEnding:
    started = at(1)
    return JobEnding(
        name,
        NightStatus(status),
        started,
        started + timedelta(minutes=9),
        files,
        reason=reason,
    )


def night(
    *jobs: JobEnding,
    number: int = 1,
    hour: int = 2,
    status: str = "",
    reason: str = "",
    waiting: dict[str, int] | None = None,
) -> NightEnding:
    """One night, as bad as its worst job if no `status` is given."""
    started = at(number, hour)
    worst = max((each.status for each in jobs), key=_WORST.index, default="nothing")
    return NightEnding(
        NightStatus(status or worst),
        started,
        started + timedelta(minutes=9),
        jobs,
        reason=reason,
        waiting=waiting or {},
    )


def flawed(
    status: str = "attention", *codes: str, reports: Path | None = None
) -> JobEnding:
    """A job of which 2 of 12 rows need a person, for these codes."""
    issues = dict.fromkeys(codes or ("bad_time",), 2)
    told = file(status, issues=issues, reports=reports, created=10, invalid=2)
    return job(status, told)
