"""Turns at a rate that never changes."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from pipeline.api.answers import Answer
from pipeline.api.pacing.pace import PaceState

_CATCH_UP_SECONDS = 0.01


class SteadyPace:
    """At most `rate` requests per second, evenly spaced; None sets no limit.

    A lag is caught up for hundredths of a second only: no burst follows a break.
    `clock` gives seconds and never runs backwards.
    """

    def __init__(
        self,
        rate: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next_turn = clock()
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Turns are given in the order they are asked for."""
        async with self._queue:
            while (wait := self._next_turn - self._clock()) > 0:
                await self._sleep(wait)
            earliest = self._clock() - _CATCH_UP_SECONDS
            self._next_turn = max(self._next_turn, earliest) + self._interval

    def heard(self, answer: Answer, seconds: float = 0.0) -> None:
        """An answer that asks to wait makes everybody wait."""
        if answer.retry_after is not None:
            pause_ends = self._clock() + answer.retry_after
            self._next_turn = max(self._next_turn, pause_ends)

    def withdrawn(self) -> None:
        """Nobody holds a place here."""

    @property
    def state(self) -> PaceState:
        """Knows of no places."""
        return PaceState(None, 0, max(0.0, self._next_turn - self._clock()), "")
