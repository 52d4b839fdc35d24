"""What becomes of a run's planned requests: sent over HTTP, or left where they are."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Protocol

from pipeline.api import ActivityApi, Pace
from pipeline.ledger import Recorder
from pipeline.progress import Progress
from pipeline.rows import Request
from pipeline.stages.post.posted import STOPPED_BY_USER, Posted
from pipeline.stages.post.shift import Limits, Shift
from pipeline.stopping import Stop


class Sender(Protocol):
    """What becomes of the planned requests; `total` says how many there may be."""

    def send(self, requests: Iterator[Request], total: int) -> Posted: ...


class NothingSent:
    """A dry run: every planned request stays where it is."""

    def send(self, requests: Iterator[Request], total: int) -> Posted:
        return Posted()


@dataclass(frozen=True)
class Line:
    """What the API is reached through; opened anew for each time of sending."""

    api: ActivityApi
    recorder: Recorder
    pace: Pace


class ApiSender:
    """Sends over HTTP, as many requests at a time as the pace allows."""

    def __init__(
        self,
        open_line: Callable[[], Line],
        limits: Limits,
        *,
        stop: Stop,
        progress: Progress,
    ) -> None:
        self._open_line = open_line
        self._limits = limits
        self._stop = stop
        self._progress = progress

    def send(self, requests: Iterator[Request], total: int) -> Posted:
        first = next(requests, None)
        if first is None:
            return Posted()
        self._progress.begin("sending", total)
        return asyncio.run(self._send(chain([first], requests), total))

    async def _send(self, requests: Iterator[Request], total: int) -> Posted:
        line = self._open_line()
        async with line.api, line.recorder:
            shift = Shift(
                line.api,
                line.recorder,
                line.pace,
                self._limits.within(total),
                self._progress,
            )
            self._progress.watch(shift.situation)
            loop = asyncio.get_running_loop()
            self._stop.on_request_in(loop, partial(shift.end, STOPPED_BY_USER))
            if self._stop.is_requested():
                return STOPPED_BY_USER
            return await shift.work(requests)
