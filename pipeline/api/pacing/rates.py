"""How many requests per second may leave."""

from pipeline.api.pacing.limits import Episode, Estimate, Limits

FIRST_RATE = 32.0
LOWEST_RATE = 0.1
HIGHEST_RATE = 1_000_000.0
_SHORTEST_DOUBLING_SECONDS = 0.025
_STEP_SECONDS = 0.25
_SEARCH_SLOPE = 0.025
_PROBE_SLOPE = 0.01
_STEEPEST_SLOPE = 1.0
_STEEPER = 1.1
_BEYOND = 1.1
_HOLD_PER_PAUSE = 200.0
_SHORTEST_HOLD_SECONDS = 20.0
_LONGEST_FIRST_HOLD_SECONDS = 150.0
_LONGEST_HOLD_SECONDS = 600.0
_SAME_LIMIT = 0.04
_FEW = 10
"""A refusal after fewer requests says little: the rate falls by steps then."""
_LOWEST_DOUBTFUL_RATE = 1.0
_CALM_SECONDS = 3.0
_LONGEST_STRIDE_SECONDS = 2.0


class Rates:
    """`rate` is requests per second, within `most`.

    It doubles until the first refusal. Then it searches: it climbs from below the
    estimated limit until it is refused again. When the limit is known well, it
    settles below it, and probes from time to time whether there is more to have; the
    more a refusal costs, and the more often it was in vain, the more seldom.
    """

    def __init__(self, most: float, now: float) -> None:
        self._most = min(most, HIGHEST_RATE)
        self.rate = min(FIRST_RATE, self._most)
        self.is_short = False
        """Set from outside when somebody had to wait for the rate."""
        self._limits = Limits()
        self._estimate: Estimate | None = None
        self._stepped_at = now
        self._slope = 0.0
        self._hold_seconds = 0.0
        self._holds_until = now
        self._is_doubtful = False
        self._refused_at = now

    @property
    def shown(self) -> float | None:
        """The rate, None while nothing is known to bound it."""
        is_bound = self._estimate is not None or self._most < HIGHEST_RATE
        return self.rate if is_bound else None

    @property
    def is_limited(self) -> bool:
        """Whether the API has refused because of the rate."""
        return self._estimate is not None

    def step(self, now: float, latency: float) -> None:
        """Grows when it is time to, and only while the rate is what binds."""
        every = _STEP_SECONDS
        if self._estimate is None:
            every = max(_SHORTEST_DOUBLING_SECONDS, 2 * latency)
        passed = now - self._stepped_at
        if passed < every:
            return
        self._stepped_at = now
        if self.is_short:
            self.is_short = False
            self._grow(now, passed)

    def suspect(self, rate: float, episode: Episode) -> None:
        """It was rather the number in flight that was refused: doubles anew."""
        if self._estimate is None:
            self._limits.note(episode)
            self._set(rate)

    def refused(self, now: float, episode: Episode) -> None:
        """Falls below what the refusals say is the limit."""
        old, self._estimate = self._estimate, self._limits.learn(episode)
        self._holds_until = now
        self._slope = _SEARCH_SLOPE
        if self._estimate.is_narrow:
            self._hold(old, episode.paused)
        safe = self._estimate.safe
        self._refused_at = now
        self._is_doubtful = episode.accepted < _FEW
        if self._is_doubtful:
            safe = max(safe, self.rate / 4, _LOWEST_DOUBTFUL_RATE)
        self._set(min(safe, 0.99 * self.rate))

    def _hold(self, old: Estimate | None, paused: float) -> None:
        assert self._estimate is not None  # noqa: S101
        hold = min(_HOLD_PER_PAUSE * paused, _LONGEST_FIRST_HOLD_SECONDS)
        if old and abs(self._estimate.high - old.high) < _SAME_LIMIT * old.high:
            hold = max(hold, 2 * self._hold_seconds)
        hold = max(hold, _SHORTEST_HOLD_SECONDS)
        self._hold_seconds = min(hold, _LONGEST_HOLD_SECONDS)
        self._holds_until += self._hold_seconds
        self._slope = _PROBE_SLOPE

    def _grow(self, now: float, passed: float) -> None:
        """A fall that little spoke for is made up for soon, when it stays calm."""
        if self._estimate is None:
            self._set(self.rate * 2)
        elif self._is_doubtful and now - self._refused_at > _CALM_SECONDS:
            self._set(self.rate * (1 + min(passed, _LONGEST_STRIDE_SECONDS)))
        elif now >= self._holds_until:
            if self.rate > _BEYOND * self._estimate.high:
                self._slope = min(self._slope * _STEEPER, _STEEPEST_SLOPE)
            stride = min(passed, 2 * _STEP_SECONDS)
            self._set(self.rate * (1 + self._slope * stride))

    def _set(self, rate: float) -> None:
        self.rate = min(max(rate, LOWEST_RATE), self._most)
