"""How many requests per second may leave: found from refusals."""

from dataclasses import dataclass
from math import inf

FIRST_RATE = 32.0
LOWEST_RATE = 0.1
_SHORTEST_DOUBLING_SECONDS = 0.025
_STEP_SECONDS = 0.25
_SEARCH_SLOPE = 0.025
_PROBE_SLOPE = 0.01
_PROBES_PER_COST = 200.0
_SHORTEST_HOLD_SECONDS = 20.0
_LONGEST_HOLD_SECONDS = 300.0
_LONGEST_WINDOW_PAUSE_SECONDS = 1.25


@dataclass(frozen=True)
class Episode:
    """Requests were refused, from one that left at `at` on.

    `accepted` counts all that were accepted since the episode before, `recent` those
    of the last second and `before` those of the second before that. `paused` is for
    how many seconds nobody left after the episode before.
    """

    at: float
    accepted: int
    recent: int
    before: int
    paused: float


@dataclass(frozen=True)
class Estimate:
    """The limit is from `low` to `high` per second."""

    low: float
    high: float

    @property
    def is_narrow(self) -> bool:
        return self.high <= 1.06 * self.low + 1


class Rates:
    """`rate` is requests per second, within `most`; inf where nothing bounds it."""

    def __init__(self, most: float, now: float) -> None:
        self._most = most
        self.rate = min(FIRST_RATE, most)
        self.is_short = False
        self._stepped_at = now
        self._last: Episode | None = None
        self._estimate: Estimate | None = None
        self._is_bucket = False
        self._hold_seconds = 0.0
        self._holds_until = now
        self._slope = 0.0

    def step(self, now: float, latency: float) -> None:
        """Grows when it is time to, and only while the rate is what binds."""
        if self._estimate is None:
            every = max(_SHORTEST_DOUBLING_SECONDS, 2 * latency)
        else:
            every = _STEP_SECONDS
        passed = now - self._stepped_at
        if passed < every:
            return
        self._stepped_at = now
        if self.is_short:
            self.is_short = False
            self._grow(now, min(passed, 2 * every))

    def _grow(self, now: float, passed: float) -> None:
        if self._estimate is None:
            self._set(self.rate * 2)
        elif now >= self._holds_until:
            if self.rate > 1.1 * self._estimate.high:
                self._slope = min(self._slope * 1.2, 1.0)
            self._set(self.rate * (1 + self._slope * passed))

    def _set(self, rate: float) -> None:
        self.rate = min(max(rate, LOWEST_RATE), self._most)

    def restart(self, rate: float, episode: Episode) -> None:
        """It may be the number in flight that was refused, and not the rate."""
        if self._estimate is None:
            self._set(rate)
            self._last = episode

    def refused(self, now: float, episode: Episode) -> None:
        """Falls to what the refusals say."""
        last, self._last = self._last, episode
        old = self._estimate
        if last is None:
            self._search(now, Estimate(0.0, episode.recent), 0.9)
            return
        seconds = episode.at - last.at
        pair = episode.accepted / seconds
        if old is not None:
            self._is_bucket = self._fills_steadily(episode, pair, old)
        if self._is_bucket:
            error = min(0.1, 1.5 / (episode.accepted + 1))
            self._settle(
                now, Estimate(pair, pair), (0.99 - error) * pair, episode.paused
            )
            return
        low = episode.accepted / (seconds + 1)
        if seconds - episode.paused >= 2:
            low = max(low, min(episode.before, episode.recent))
        seen = Estimate(low, max(episode.recent, pair))
        if seen.is_narrow:
            spread = max(0.0, seen.high - seen.low - 1)
            self._settle(now, seen, seen.low + 0.3 * spread - 0.3, episode.paused)
        else:
            self._search(now, seen, 0.88)

    def _fills_steadily(self, episode: Episode, pair: float, old: Estimate) -> bool:
        if episode.paused > _LONGEST_WINDOW_PAUSE_SECONDS:
            return True
        if self._is_bucket:
            return abs(pair / old.high - 1) < 0.05 and episode.recent < 1.3 * pair + 2
        return episode.recent + 1 < 0.99 * old.low

    def _search(self, now: float, seen: Estimate, share: float) -> None:
        self._estimate = seen
        self._slope = _SEARCH_SLOPE
        self._holds_until = now
        self._set(min(share * seen.high, self.rate * 0.97))

    def _settle(self, now: float, seen: Estimate, rate: float, paused: float) -> None:
        old, self._estimate = self._estimate, seen
        cost = _PROBES_PER_COST * max(0.1, paused)
        same = old is not None and abs(seen.high / old.high - 1) < 0.04
        longer = 2 * self._hold_seconds if same else 0.0
        hold = max(cost, longer, _SHORTEST_HOLD_SECONDS)
        self._hold_seconds = min(hold, _LONGEST_HOLD_SECONDS)
        self._slope = _PROBE_SLOPE
        self._holds_until = now + self._hold_seconds
        self._set(min(rate, self.rate * 0.99))
