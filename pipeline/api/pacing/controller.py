"""Decides from answers, without waiting for anything, when a request may leave."""

from collections.abc import Callable

from pipeline.api.answers import Answer, Verdict
from pipeline.api.pacing.pace import PaceState

_CATCH_UP_SECONDS = 0.01


class Controller:
    """One request may leave when `wait_seconds` is 0; tell it by `leave`."""

    def __init__(
        self,
        *,
        rate: float | None,
        concurrency: int,
        now: float,
        random: Callable[[], float],
    ) -> None:
        self._rate = rate
        self._concurrency = concurrency
        self._random = random
        self._held = 0
        self._next_turn = now
        self._pause_ends = now

    def wait_seconds(self, now: float) -> float | None:
        """Until the next request may leave; None while all places are taken."""
        if self._held >= self._concurrency:
            return None
        return max(0.0, self._next_turn - now, self._pause_ends - now)

    def leave(self, now: float) -> None:
        """Takes a place for a request that leaves now."""
        self._held += 1
        interval = 1 / self._rate if self._rate else 0.0
        self._next_turn = max(self._next_turn, now - _CATCH_UP_SECONDS) + interval

    def give_back(self) -> None:
        """Frees a place."""
        self._held -= 1

    def heard(self, now: float, answer: Answer, seconds: float) -> None:
        """Frees a place, and learns from an answer that took `seconds` to come."""
        self._held -= 1
        if answer.verdict is Verdict.AGAIN and answer.retry_after:
            self._pause_ends = max(self._pause_ends, now + answer.retry_after)

    def state(self, now: float) -> PaceState:
        """What people may know."""
        waits = max(0.0, self._pause_ends - now)
        reason = "the API asked to wait" if waits else ""
        return PaceState(self._rate, self._concurrency, waits, reason)
