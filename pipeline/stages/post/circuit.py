"""Waits while the API is down: no row is wasted on it, and nothing is hammered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import random
from typing import Final, Protocol

from pipeline.api import Answer, Health, Verdict, backoff_seconds
from pipeline.printable import printable
from pipeline.progress import waiting

TROUBLES_TO_OPEN: Final = 5
_SHORTEST_PAUSE_SECONDS = 1.0


class HasHealth(Protocol):
    """What the circuit asks before it lets a row try again."""

    async def health(self) -> Health: ...


@dataclass(frozen=True)
class Surroundings:
    """How the circuit meets the rest of the run.

    `pause` sleeps for seconds, or shorter when the run is over; `clock` gives
    seconds and never runs backwards; `give_up` ends the run, with a reason.
    """

    pause: Callable[[float], Awaitable[None]]
    clock: Callable[[], float]
    say: Callable[[str], None]
    give_up: Callable[[str], None]
    is_over: Callable[[], bool]


class Circuit:
    """Closed, it lets all requests pass; open, one at a time and after a pause.

    An answer that leaves a row uncertain, and a connection that cannot be made, is a
    trouble; troubles that outnumber good answers by TROUBLES_TO_OPEN open it. The
    pauses grow up to a minute; after each the API is asked for its health, and only
    when that is good one row tries. A good answer closes it. When the API has taken
    no row for `patience_seconds`, the run is given up.
    """

    def __init__(
        self, api: HasHealth, patience_seconds: float, around: Surroundings
    ) -> None:
        self._api = api
        self._patience_seconds = patience_seconds
        self._around = around
        self._one_at_a_time = asyncio.Lock()
        self._troubles = 0
        self._pauses = 0
        self._well_at = around.clock()
        self._said = ""
        self._tries_at: float | None = None

    def is_open(self) -> bool:
        return self._troubles >= TROUBLES_TO_OPEN

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[bool]:
        """For the length of one request; waits before it while the API is down.

        True for the one that tries; who waited for something else in it must look
        again whether the circuit is open, unless it is that one.
        """
        if self.is_open():
            async with self._one_at_a_time:
                if self.is_open():
                    await self._until_healthy()
                    yield True
                    return
        yield False

    def waiting(self) -> str:
        """Why nobody is let pass at present, and for how long; empty when one is."""
        tries_at = self._tries_at
        if tries_at is None:
            return ""
        left = max(0.0, tries_at - self._around.clock())
        return waiting(left, self._said)

    async def reach(self) -> Health:
        """The health of the API before the first row; waits while that may help."""
        health = await self._api.health()
        if not health.ok and health.waiting_helps:
            self._troubles = TROUBLES_TO_OPEN
            self._said = health.message
            await self._until_healthy()
            self._troubles = self._pauses = 0
            return Health(ok=True, reachable=True, message="")
        self._well_at = self._around.clock()
        return health

    def heard(self, answer: Answer) -> None:
        """Learns from the answer to a row."""
        if answer.verdict in {Verdict.CREATED, Verdict.REJECTED}:
            self._be_well()
            return
        self._said = answer.message
        refused = answer.verdict is Verdict.AGAIN and answer.http_status is not None
        if not refused:
            self._troubles += 1
        self._lose_patience()

    def _be_well(self) -> None:
        self._well_at = self._around.clock()
        self._pauses = 0
        self._troubles = 0 if self.is_open() else max(0, self._troubles - 1)

    async def _until_healthy(self) -> None:
        self._lose_patience()
        while not self._around.is_over():
            seconds = self._next_pause()
            self._around.say(
                printable(f"{_sentence(self._said)} Trying again in {seconds:.0f} s.")
            )
            self._tries_at = self._around.clock() + seconds
            await self._around.pause(seconds)
            self._tries_at = None
            health = await self._api.health()
            if health.ok:
                return
            self._said = health.message
            self._lose_patience()

    def _next_pause(self) -> float:
        """A minute at most, and no longer than the patience."""
        self._pauses += 1
        pause = _SHORTEST_PAUSE_SECONDS + 2 * backoff_seconds(self._pauses, random)
        left = self._well_at + self._patience_seconds - self._around.clock()
        return min(pause, max(left, 0.0))

    def _lose_patience(self) -> None:
        waited = self._around.clock() - self._well_at
        if waited >= self._patience_seconds:
            self._around.give_up(
                f"The API took nothing for {waited:.0f} seconds. {self._said}"
            )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
