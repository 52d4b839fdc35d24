"""The limits that a scenario can set on how often, or how many at once, one may ask."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field
from pydantic_core import to_json

from pipeline.sandbox.front.service import Service, is_counted
from pipeline.sandbox.front.wire import Answer, Headers, Request
from pipeline.sandbox.gate import TokenBucket
from pipeline.sandbox.models import StrictModel
from pipeline.sandbox.refusals import JSON, refuse_rate

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AtLeastOne = Annotated[int, Field(ge=1, strict=True)]


class BucketLimit(StrictModel):
    """`rate` requests a second, evenly, and `burst` at once after a rest."""

    kind: Literal["token-bucket"]
    rate: Positive
    burst: AtLeastOne
    retry_after: bool = True

    def before(self, serve: Service) -> Service:
        """The service, 429 beyond the limit."""
        bucket = TokenBucket(self.rate, time.monotonic, self.burst)

        async def take_and_serve(request: Request) -> Answer:
            if is_counted(request) and (wait_seconds := bucket.take()):
                return too_many(wait_seconds if self.retry_after else None)
            return await serve(request)

        return take_and_serve


class WindowLimit(StrictModel):
    """`limit` requests in each window of `seconds`; the first request opens the first.

    With `headers`, every answer tells the limit, what is left, and the reset: in
    seconds from now, or as seconds since 1970 for `x-ratelimit-epoch`.
    """

    kind: Literal["fixed-window"]
    limit: AtLeastOne
    seconds: Positive = 1.0
    retry_after: bool = True
    headers: Literal["none", "ratelimit", "x-ratelimit", "x-ratelimit-epoch"] = "none"

    def before(self, serve: Service) -> Service:
        """The service, 429 beyond the limit."""
        window = Window(self.limit, self.seconds, time.monotonic)

        async def count_and_serve(request: Request) -> Answer:
            if not is_counted(request):
                return await serve(request)
            if window.take():
                answer = await serve(request)
            else:
                wait_seconds = math.ceil(window.left_seconds)
                answer = too_many(wait_seconds if self.retry_after else None)
            told = HEADERS[self.headers](window)
            return replace(answer, headers=(*answer.headers, *told))

        return count_and_serve


class ConcurrencyLimit(StrictModel):
    """`most` requests in flight, each of which takes `latency_ms`."""

    kind: Literal["concurrency"]
    most: AtLeastOne
    latency_ms: Positive

    def before(self, serve: Service) -> Service:
        """The service, 429 beyond the limit."""
        free = self.most

        async def enter_and_serve(request: Request) -> Answer:
            nonlocal free
            if not is_counted(request):
                return await serve(request)
            if not free:
                return too_many(None)
            free -= 1
            try:
                await asyncio.sleep(self.latency_ms / 1000)
                return await serve(request)
            finally:
                free += 1

        return enter_and_serve


Limit = Annotated[
    BucketLimit | WindowLimit | ConcurrencyLimit, Field(discriminator="kind")
]


@dataclass
class Window:
    """Counts requests within windows of `seconds`; `clock` never runs backwards."""

    limit: int
    seconds: float
    clock: Callable[[], float]
    taken: int = 0
    ends_at: float = field(default=-math.inf)

    def take(self) -> bool:
        """Takes one of the window's requests: False when none is left."""
        now = self.clock()
        if now >= self.ends_at:
            self.ends_at, self.taken = self._next_end(now), 0
        if self.taken >= self.limit:
            return False
        self.taken += 1
        return True

    @property
    def left_seconds(self) -> float:
        """The time until the next window."""
        return max(self.ends_at - self.clock(), 0.0)

    def _next_end(self, now: float) -> float:
        if self.ends_at == -math.inf:
            return now + self.seconds
        passed = math.floor((now - self.ends_at) / self.seconds) + 1
        return self.ends_at + passed * self.seconds


def too_many(wait_seconds: int | None) -> Answer:
    """The refusal beyond a limit, with or without a word on how long to wait."""
    refusal = refuse_rate(wait_seconds or 1)
    headers = {} if wait_seconds is None else dict(refusal.headers or {})
    pairs = (("content-type", JSON), *headers.items())
    return Answer(refusal.status, pairs, to_json(refusal.body))


def _tell_nothing(window: Window) -> Headers:
    del window
    return ()


def _tell(prefix: str, window: Window, reset: int) -> Headers:
    return (
        (f"{prefix}-Limit", str(window.limit)),
        (f"{prefix}-Remaining", str(window.limit - window.taken)),
        (f"{prefix}-Reset", str(reset)),
    )


def _tell_seconds(prefix: str) -> Callable[[Window], Headers]:
    return lambda window: _tell(prefix, window, math.ceil(window.left_seconds))


def _tell_epoch(window: Window) -> Headers:
    reset = math.ceil(time.time() + window.left_seconds)
    return _tell("X-RateLimit", window, reset)


HEADERS: dict[str, Callable[[Window], Headers]] = {
    "none": _tell_nothing,
    "ratelimit": _tell_seconds("RateLimit"),
    "x-ratelimit": _tell_seconds("X-RateLimit"),
    "x-ratelimit-epoch": _tell_epoch,
}
