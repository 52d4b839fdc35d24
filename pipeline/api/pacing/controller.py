"""Decides from answers, without waiting for anything, when a request may leave."""

from collections.abc import Callable
from math import inf

from pipeline.api.answers import Answer, Verdict
from pipeline.api.pacing.departures import Departures
from pipeline.api.pacing.limits import Episode
from pipeline.api.pacing.pace import PaceState
from pipeline.api.pacing.pauses import Pauses
from pipeline.api.pacing.places import Places
from pipeline.api.pacing.rates import Rates
from pipeline.api.waits import Allowance

TOO_MANY_REQUESTS = 429
CATCH_UP_SECONDS = 0.01
"""How much of a lag is made up for: no burst follows a break."""


class Controller:
    """A request may leave when `wait_seconds` is 0; `leave` tells that it does.

    All times are seconds on one clock that never runs backwards. A refusal makes one
    pause for all. It lowers the rate, or the number in flight where that was higher
    than ever before; refusals of requests that had left before say nothing new.
    """

    def __init__(
        self,
        *,
        rate: float | None,
        concurrency: int,
        now: float,
        random: Callable[[], float],
    ) -> None:
        self._held = 0
        self._next_turn = now
        self._pauses = Pauses(random)
        self._places = Places(concurrency)
        self._rates = Rates(rate or inf, now)
        self._departures = Departures()
        self._lowered_at = -inf
        self._left_before = 0
        self._unaccepted = 0
        self._crowded: Episode | None = None

    def wait_seconds(self, now: float) -> float | None:
        """Until the next request may leave; None until another one comes back."""
        if self._held >= self._places.limit:
            self._places.is_short = True
            return None
        if now < self._pauses.ends:
            return self._pauses.ends - now
        if self._pauses.waits_for_probe and self._held:
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
        earliest = now - CATCH_UP_SECONDS
        self._next_turn = max(self._next_turn, earliest) + 1 / self._rates.rate

    def give_back(self) -> None:
        """Frees the place of a request that was not sent after all."""
        self._held -= 1
        self._unaccepted += 1
        self._pauses.came_to_nothing()

    def heard(self, now: float, answer: Answer, seconds: float) -> None:
        """Frees a place, and learns from an answer that took `seconds` to come."""
        departed = now - seconds
        if answer.verdict is not Verdict.AGAIN:
            self._held -= 1
            self._accepted(now, departed, answer)
        elif answer.http_status is None:
            self.give_back()
        else:
            self._held -= 1
            self._unaccepted += 1
            is_rate = answer.http_status == TOO_MANY_REQUESTS
            refused = self._refused if is_rate else self._put_off
            refused(now, departed, answer.retry_after)

    def state(self, now: float) -> PaceState:
        """How fast requests may leave now."""
        return PaceState(
            rate=self._rates.shown,
            concurrency=self._places.limit,
            waits_seconds=max(0.0, self._pauses.ends - now),
            reason=self._reason(now),
        )

    def _reason(self, now: float) -> str:
        if now < self._pauses.ends:
            is_named = self._pauses.is_named
            return "the API asked to wait" if is_named else "the API refuses requests"
        limited = "the API allows no more" if self._rates.is_limited else ""
        return self._places.trouble or limited

    def _accepted(self, now: float, departed: float, answer: Answer) -> None:
        self._pauses.accepted(departed)
        if answer.allowance is not None:
            self._told(now, departed, answer.allowance)
        if answer.verdict is Verdict.UNCERTAIN:
            self._places.failed(now, departed)
        else:
            self._places.held(self._departures.fewest_in_flight_at(departed))
            self._places.answered(now, departed, now - departed)

    def _told(self, now: float, departed: float, allowance: Allowance) -> None:
        """All pause when those that left since use up what is left."""
        left_since = self._departures.until(now) - self._departures.until(departed)
        if departed <= self._lowered_at or allowance.remaining > left_since:
            return
        self._pauses.obey(now, allowance.reset_seconds)
        self._lower(now, now, is_silent=False)

    def _put_off(self, now: float, departed: float, seconds: float | None) -> None:
        """The API is busy, or lost the request: all wait, and the rate is as it was."""
        is_probe = self._pauses.is_probing and departed >= self._pauses.ends
        if seconds:
            self._pauses.obey(now, seconds)
        elif is_probe or departed > self._lowered_at:
            self._pauses.guess(now)
            self._lowered_at = now
        self._next_turn = max(self._next_turn, self._pauses.ends)

    def _refused(self, now: float, departed: float, seconds: float | None) -> None:
        is_old = departed <= self._lowered_at
        is_probe = self._pauses.is_probing and departed >= self._pauses.ends
        if seconds:
            self._pauses.obey(now, seconds)
        elif is_probe or not is_old:
            self._pauses.guess(now)
        if is_probe:
            self._blame_rate(now, departed)
        elif not is_old:
            self._lower(now, departed, is_silent=not seconds)
        self._next_turn = max(self._next_turn, self._pauses.ends)

    def _lower(self, now: float, departed: float, *, is_silent: bool) -> None:
        """A server that names a time counts requests, and not those in flight."""
        episode = self._episode(departed)
        in_flight = self._departures.most_in_flight_at(departed)
        if is_silent and self._places.is_beyond(now, in_flight):
            self._crowded = episode
            self._places.refused(now, in_flight)
            seconds = max(self._places.latency.typical, now - departed)
            self._rates.suspect(0.5 * in_flight / max(seconds, 0.001), episode)
        else:
            self._lower_rate(now, episode)
        self._lowered_at = now
        self._next_turn = max(self._next_turn, self._pauses.ends)

    def _lower_rate(self, now: float, episode: Episode) -> None:
        self._crowded = None
        self._places.forgive()
        self._rates.refused(now, episode)

    def _blame_rate(self, now: float, departed: float) -> None:
        """A few in flight were refused too: it was not their number after all."""
        in_flight = self._departures.most_in_flight_at(departed)
        if self._crowded and not self._places.is_beyond(now, in_flight):
            self._lower_rate(now, self._crowded)

    def _episode(self, departed: float) -> Episode:
        left = self._departures.until(departed)
        second = self._departures.until(departed - 1)
        accepted = left - self._left_before - self._unaccepted
        self._left_before, self._unaccepted = left, 0
        return Episode(
            at=departed,
            accepted=max(accepted, 0),
            recent=left - 1 - second,
            before=second - self._departures.until(departed - 2),
            paused=self._pauses.last_seconds,
            wasted=self._pauses.wasted_seconds,
        )
