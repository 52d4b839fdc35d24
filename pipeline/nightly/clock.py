"""The clock of a night, which can be waited on."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Protocol

from pipeline.nightly.endings import JobEnding, NightEnding
from pipeline.stopping import Stop

_HEEDED_WITHIN_SECONDS = 0.5


class Clock(Protocol):
    """`now` is in UTC; `wait` may return early when the user asks to stop."""

    def now(self) -> datetime: ...

    def wait(self, seconds: float) -> None: ...


class WallClock:
    """The machine's."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        until = self.now().timestamp() + seconds
        never = threading.Event()
        while not self._stop.is_requested():
            left = until - self.now().timestamp()
            if left <= 0:
                return
            never.wait(min(left, _HEEDED_WITHIN_SECONDS))


def in_zone(night: NightEnding, zone: tzinfo | None) -> NightEnding:
    """The same night, with its moments as people there read them.

    None is the machine's zone.
    """
    return replace(
        night,
        started_at=night.started_at.astimezone(zone),
        ended_at=night.ended_at.astimezone(zone),
        jobs=tuple(_job_in_zone(job, zone) for job in night.jobs),
    )


def _job_in_zone(job: JobEnding, zone: tzinfo | None) -> JobEnding:
    return replace(
        job,
        started_at=job.started_at.astimezone(zone),
        ended_at=job.ended_at.astimezone(zone),
    )


def when(at: datetime) -> str:
    """A moment as people read it, with its zone."""
    zone = at.tzname() or "UTC"
    return f"{at:%Y-%m-%d %H:%M} {zone if zone[0].isalpha() else f'UTC{zone}'}"
