"""Who may ask, and how often."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Header

from pipeline.sandbox.refusals import refuse_key, refuse_rate


@dataclass
class TokenBucket:
    """Lets `per_second` requests through each second, and `burst` at once after a rest.

    Without `burst` it holds one second's worth. `clock` gives seconds, and never runs
    backwards.
    """

    per_second: float
    clock: Callable[[], float]
    burst: float | None = None
    tokens: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.capacity
        self.filled_at = self.clock()

    @property
    def capacity(self) -> float:
        """The most tokens it holds."""
        return self.per_second if self.burst is None else self.burst

    def take(self) -> int:
        """Takes a token: 0, or the whole seconds to wait when there is none."""
        now = self.clock()
        earned = (now - self.filled_at) * self.per_second
        self.tokens = min(self.capacity, self.tokens + earned)
        self.filled_at = now
        if self.tokens < 1:
            return math.ceil((1 - self.tokens) / self.per_second)
        self.tokens -= 1
        return 0


@dataclass(frozen=True)
class Gate:
    """Checks the key, then the rate, so that a wrong key costs no quota."""

    api_key: str
    bucket: TokenBucket | None

    async def admit(
        self,
        authorization: Annotated[str, Header()] = "",
        x_api_key: Annotated[str, Header()] = "",
    ) -> None:
        """Raises RefusalError: 401 for the key, 429 for the rate."""
        if not self._knows(_bearer(authorization) or x_api_key):
            raise refuse_key()
        wait_seconds = self.bucket.take() if self.bucket else 0
        if wait_seconds:
            raise refuse_rate(wait_seconds)

    def _knows(self, key: str) -> bool:
        return secrets.compare_digest(key.encode(), self.api_key.encode())


def _bearer(authorization: str) -> str:
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
