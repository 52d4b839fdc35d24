"""Pings of a dead man's switch: it raises the alarm when they stop coming."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.nightly.clock import when
from pipeline.nightly.endings import NightEnding, NightStatus
from pipeline.nightly.telling.undelivered import NotSent
from pipeline.nightly.telling.web import Endpoint

_WELL: Final = frozenset({NightStatus.OK, NightStatus.NOTHING})
_PLAIN: Final = {"Content-Type": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class Ping:
    """Where to ping; what ends in one of `good` counts as a success."""

    endpoint: Endpoint
    good: frozenset[NightStatus] = _WELL | {NightStatus.ATTENTION}


@dataclass(frozen=True)
class Pinger:
    """Pings at the start and at the end of a night; failures are logged only."""

    ping: Ping
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    pauses: tuple[float, ...] = (2.0, 10.0)

    def begun(self, at: datetime) -> None:
        """Tries once, so that the night is not kept waiting."""
        self._tell("/start", f"A night has begun at {when(at)}.", ())

    def ended(self, night: NightEnding) -> None:
        """While files wait for the next night, all is not well."""
        is_well = night.status in self.ping.good and not night.waiting
        path = "" if is_well else "/fail"
        self._tell(path, _summary(night), self.pauses)

    def _tell(self, path: str, text: str, pauses: tuple[float, ...]) -> None:
        try:
            self._try(path, text.encode(), pauses)
        except NotSent as error:
            self.say(f"The ping did not arrive: {error.reason} {error.hint}".strip())

    def _try(self, path: str, body: bytes, pauses: tuple[float, ...]) -> None:
        for pause in pauses:
            try:
                return self.ping.endpoint.post(body, _PLAIN, path=path)
            except NotSent as error:
                if error.lasting:
                    raise
            self.sleep(pause)
        return self.ping.endpoint.post(body, _PLAIN, path=path)


def _summary(night: NightEnding) -> str:
    """Statuses and numbers only."""
    lines = [f"The night ended at {when(night.ended_at)}: {night.status}"]
    for job in night.jobs:
        rows = sum(sum(each.counts.values()) for each in job.files)
        lines.append(f"{job.job}: {job.status}, files: {len(job.files)}, rows: {rows}")
    for name, count in night.waiting.items():
        lines.append(f"{name}: files that wait for the next night: {count}")
    return "\n".join(lines[:200]) + "\n"
