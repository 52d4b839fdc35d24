"""The pace of real runs: callers queue here, and the controller lets them go."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import random as any_random

from pipeline.api.answers import Answer
from pipeline.api.pacing.controller import Controller
from pipeline.api.pacing.pace import PaceState

_LONGEST_SLEEP_SECONDS = 1.0


class AdaptivePace:
    """Finds how fast the API lets us go, within `rate` and `concurrency`.

    `rate` is requests per second at most, None sets no limit. Turns are given in the
    order they are asked for. `clock` gives seconds and never runs backwards.
    """

    def __init__(
        self,
        *,
        rate: float | None,
        concurrency: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = any_random,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._controller = Controller(
            rate=rate, concurrency=concurrency, now=clock(), random=random
        )
        self._queue = asyncio.Lock()
        self._freed = asyncio.Event()

    async def turn(self) -> None:
        """Returns when the caller may send one request: it holds a place then."""
        async with self._queue:
            while (wait := self._controller.wait_seconds(self._clock())) != 0:
                await self._wait(wait)
            self._controller.leave(self._clock())

    def heard(self, answer: Answer, seconds: float) -> None:
        """Gives the place back; learns from an answer that took `seconds` to come."""
        self._controller.heard(self._clock(), answer, seconds)
        self._freed.set()

    def withdrawn(self) -> None:
        """Gives the place back unused."""
        self._controller.give_back()
        self._freed.set()

    @property
    def state(self) -> PaceState:
        """How fast requests may leave now."""
        return self._controller.state(self._clock())

    async def _wait(self, seconds: float | None) -> None:
        """Until a place is free (None), or for some seconds."""
        if seconds is None:
            self._freed.clear()
            await self._freed.wait()
        else:
            await self._sleep(min(seconds, _LONGEST_SLEEP_SECONDS))
