"""Decides from answers, without waiting for anything, when a request may leave."""

from collections.abc import Callable
from math import inf

from pipeline.api.answers import Answer, Verdict
from pipeline.api.pacing.departures import Departures
from pipeline.api.pacing.pace import PaceState
from pipeline.api.pacing.pauses import Pauses
from pipeline.api.pacing.places import Places
from pipeline.api.pacing.rates import Episode, Rates

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
        self._random = random
        self._held = 0
        self._next_turn = now
        self._pauses = Pauses()
        self._places = Places(concurrency)
        self._rates = Rates(rate or inf, now)
        self._departures = Departures()
        self._decreased_at = -inf
        self._episode_departures = 0
        self._unaccepted = 0

    def wait_seconds(self, now: float) -> float | None:
        """Until the next request may leave; None while all places are taken."""
        if self._held >= self._places.limit:
            self._places.is_short = True
            return None
        if now < self._pauses.ends:
            return self._pauses.ends - now
        if self._pauses.waits_for_probe:
            return None
        if now < self._next_turn:
            self._rates.is_short = True
            return self._next_turn - now
        return 0.0

    def leave(self, now: float) -> None:
        """Takes a place for a request that leaves now."""
        self._held += 1
        self._departures.add(now, self._held)
        self._pauses.left(now)
        self._rates.step(now, self._places.latency.typical)
        earliest = now - _CATCH_UP_SECONDS
        self._next_turn = max(self._next_turn, earliest) + 1 / self._rates.rate

    def give_back(self) -> None:
        """Frees a place."""
        self._held -= 1
        self._pauses.came_back()

    def heard(self, now: float, answer: Answer, seconds: float) -> None:
        """Frees a place, and learns from an answer that took `seconds` to come."""
        self._held -= 1
        departed = now - seconds
        if answer.verdict is Verdict.AGAIN:
            self._unaccepted += 1
            if answer.http_status is None:
                self._pauses.came_back()
            else:
                self._refused(now, departed, answer.retry_after)
            return
        self._pauses.accepted(departed)
        if answer.verdict is Verdict.UNCERTAIN:
            self._unaccepted += 1
            self._places.failed(now, departed)
        else:
            in_flight = self._departures.in_flight_at(departed)
            self._places.answered(now, departed, seconds, in_flight)

    def _refused(self, now: float, departed: float, retry_after: float | None) -> None:
        is_tail = departed <= self._decreased_at
        was_probing = self._pauses.is_probing and departed >= self._pauses.ends
        if retry_after:
            self._pauses.obey(now, now + retry_after)
        elif not is_tail or was_probing:
            self._pauses.guess(now)
        self._next_turn = max(self._next_turn, self._pauses.ends)
        if is_tail or was_probing:
            return
        self._decrease(now, departed, named=bool(retry_after))
        self._decreased_at = now

    def _decrease(self, now: float, departed: float, *, named: bool) -> None:
        episode = self._episode(departed)
        in_flight = self._departures.in_flight_at(departed)
        if not named and in_flight > self._places.highest(now):
            latency = self._places.latency.typical
            self._places.refused(now, in_flight)
            self._rates.restart(0.5 * in_flight / latency, episode)
        else:
            self._places.forgive()
            self._rates.refused(now, episode)

    def _episode(self, departed: float) -> Episode:
        left = self._departures.until(departed)
        second = self._departures.until(departed - 1)
        accepted = left - self._episode_departures - self._unaccepted
        self._unaccepted, self._episode_departures = 0, left
        return Episode(
            at=departed,
            accepted=accepted,
            recent=left - 1 - second,
            before=second - self._departures.until(departed - 2),
            paused=self._pauses.last_seconds,
        )

    def state(self, now: float) -> PaceState:
        """What people may know."""
        waits = max(0.0, self._pauses.ends - now)
        reason = "the API asked to wait" if waits else ""
        rate = self._rates.rate
        return PaceState(
            None if rate == inf else rate, self._places.limit, waits, reason
        )
