"""Model servers: what a server does with a request, in virtual time.

A server is a limit (who is refused, and until when), a room (how many are worked on
at a time, and what becomes of the rest), and a latency. All draw their chances from
one seeded source, and take the time from the running loop.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from pipeline.api import Answer, Verdict
from pipeline.api.waits import Allowance

CREATED = Answer(Verdict.CREATED, "a", 201)
FAILED = Answer(Verdict.UNCERTAIN, http_status=503, code="server_error")
UNREACHED = Answer(Verdict.AGAIN, code="unreachable")
Draw = Callable[[], float]
"""Seconds, another draw each time."""


class Limit(Protocol):
    """How many are let in; `rate` is per second."""

    rate: float

    def take(self, now: float) -> float:
        """0 when one more is let in, else the seconds until one may be."""

    def left(self, now: float) -> Allowance:
        """What a header would say of the requests that are left."""


@dataclass
class NoLimit:
    """Everybody is let in."""

    rate: float = math.inf

    def take(self, now: float) -> float:
        return 0.0

    def left(self, now: float) -> Allowance:
        return Allowance(1_000_000, 1.0)


@dataclass
class TokenBucket:
    """Fills at `rate` up to `burst`; full at first."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    filled_at: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, now: float) -> float:
        self._fill(now)
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0.0

    def left(self, now: float) -> Allowance:
        self._fill(now)
        return Allowance(int(self.tokens), (self.burst - self.tokens) / self.rate)

    def _fill(self, now: float) -> None:
        earned = (now - self.filled_at) * self.rate
        self.tokens = min(self.burst, self.tokens + earned)
        self.filled_at = now


@dataclass
class FixedWindow:
    """`rate * seconds` in each window; the first began `phase` seconds before 0."""

    rate: float
    seconds: float
    phase: float
    window: int = -1
    taken: int = 0

    def take(self, now: float) -> float:
        self._turn_to(now)
        if self.taken >= round(self.rate * self.seconds):
            return self._until_next(now)
        self.taken += 1
        return 0.0

    def left(self, now: float) -> Allowance:
        self._turn_to(now)
        remaining = round(self.rate * self.seconds) - self.taken
        return Allowance(remaining, self._until_next(now))

    def _turn_to(self, now: float) -> None:
        window = int((now + self.phase) // self.seconds)
        if window != self.window:
            self.window, self.taken = window, 0

    def _until_next(self, now: float) -> float:
        return (self.window + 1) * self.seconds - self.phase - now


class Room(Protocol):
    """How work is done on those that were let in."""

    async def work(self, draw: Draw) -> bool:
        """Takes as long as it takes; False when there was no place."""


class Boundless:
    """Any number is worked on at once."""

    async def work(self, draw: Draw) -> bool:
        await asyncio.sleep(draw())
        return True


@dataclass
class Slots:
    """Whoever finds all `places` taken is refused at once."""

    places: int
    taken: int = 0

    async def work(self, draw: Draw) -> bool:
        if self.taken >= self.places:
            return False
        self.taken += 1
        await asyncio.sleep(draw())
        self.taken -= 1
        return True


class Queue:
    """Whoever finds all `places` taken waits."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    async def work(self, draw: Draw) -> bool:
        async with self._places:
            await asyncio.sleep(draw())
        return True


@dataclass
class Knee:
    """Beyond `places`, all get slower: by the `power` of how much it is too many."""

    places: int
    power: float
    inside: int = 0

    async def work(self, draw: Draw) -> bool:
        self.inside += 1
        crowd = max(1.0, self.inside / self.places)
        await asyncio.sleep(draw() * crowd**self.power)
        self.inside -= 1
        return True


@dataclass
class Outage:
    """Between two moments every answer is `answer`."""

    begins: float
    ends: float
    answer: Answer

    def covers(self, now: float) -> bool:
        return self.begins <= now < self.ends


@dataclass
class Change:
    """From `at` on, the limit's rate is `rate`."""

    at: float
    rate: float


@dataclass
class Tally:
    """What the server counted: when it took requests, and how many it refused."""

    arrived: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)


Speak = Callable[[Limit, float, float], Answer]
"""The refusal, or with a wait of 0 the success, in the server's own manner."""


@dataclass
class Server:
    """Answers one request per call of `create`."""

    limit: Limit
    room: Room
    latency: Draw
    travel: Draw
    refuse: Callable[[float], Answer]
    accept: Callable[[Limit, float], Answer]
    outage: Outage
    changes: list[Change]
    tally: Tally = field(default_factory=Tally)

    async def create(self) -> Answer:
        await asyncio.sleep(self.travel())
        answer = await self._answer()
        await asyncio.sleep(self.travel())
        return answer

    async def _answer(self) -> Answer:
        now = asyncio.get_running_loop().time()
        self.tally.arrived.append(now)
        if self.outage.covers(now):
            return self.outage.answer
        while self.changes and now >= self.changes[0].at:
            self.limit.rate = self.changes.pop(0).rate
        wait = self.limit.take(now)
        if wait or not await self.room.work(self.latency):
            self.tally.refused.append(now)
            return self.refuse(wait)
        self.tally.accepted.append(now)
        return self.accept(self.limit, now)


def refuse_in_silence(wait: float) -> Answer:
    """429 and nothing else."""
    return Answer(Verdict.AGAIN, http_status=429)


def refuse_with_seconds(wait: float) -> Answer:
    """With Retry-After, in whole seconds, rounded up."""
    return Answer(Verdict.AGAIN, http_status=429, retry_after=float(math.ceil(wait)))


def accept_in_silence(limit: Limit, now: float) -> Answer:
    """201 and nothing else."""
    return CREATED


def accept_with_allowance(limit: Limit, now: float) -> Answer:
    """With the headers of what is left, in whole seconds, rounded up."""
    left = limit.left(now)
    seconds = float(math.ceil(left.reset_seconds))
    allowance = Allowance(left.remaining, seconds)
    return Answer(Verdict.CREATED, "a", 201, allowance=allowance)


def draws(kind: str, seconds: float, random: Random) -> Draw:
    """`seconds` is the mean of what is drawn."""
    if kind == "exponential":
        return lambda: random.expovariate(1 / seconds)
    if kind == "lognormal":
        return lambda: random.lognormvariate(math.log(seconds) - 0.125, 0.5)
    if kind == "nearly":
        return lambda: seconds * random.uniform(0.99, 1.01)
    return lambda: seconds
