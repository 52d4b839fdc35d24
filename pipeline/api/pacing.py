"""When the next request may leave."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from pipeline.api.answers import Answer

SHORTEST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
_CATCH_UP_SECONDS = 0.01
_MOST_DOUBLINGS = 16


class Pace(Protocol):
    """Decides when each request of a run may leave.

    Whoever sends calls `turn` before each request and `heard` after each answer.
    """

    async def turn(self) -> None:
        """Returns when the caller may send one request."""

    def heard(self, answer: Answer) -> None:
        """Learns from an answer."""


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

    def heard(self, answer: Answer) -> None:
        """An answer that asks to wait makes everybody wait."""
        if answer.retry_after is not None:
            pause_ends = self._clock() + answer.retry_after
            self._next_turn = max(self._next_turn, pause_ends)


def backoff_seconds(attempt: int, random: Callable[[], float]) -> float:
    """How long to wait after the `attempt`th try (from 1) that named no time.

    Doubles from 0.5 s up to 30 s; the wait is drawn evenly from all below that, so
    that requests refused together do not come back together. `random` gives [0, 1).
    """
    doubled = 2.0 ** min(attempt - 1, _MOST_DOUBLINGS)
    return random() * min(SHORTEST_BACKOFF_SECONDS * doubled, LONGEST_BACKOFF_SECONDS)
