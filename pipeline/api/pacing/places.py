"""How many requests may be in flight: found from refusals, latency and failures."""

from math import sqrt

_FIRST_PLACES = 4.0
_FIRST_HOLD_SECONDS = 5.0
_LONGEST_HOLD_SECONDS = 300.0
_FEWEST_SAMPLES = 16
_SLOW = 1.3
_DEVIATIONS = 3.0
_FLOOR_SECONDS = 30.0
_FAILURE_WEIGHT = 1 / 8
_TOO_MANY_FAILURES = 0.2


class Latency:
    """Tells from the mean of many answers whether the API has become slow."""

    def __init__(self) -> None:
        self.typical = 0.0
        self._floor = self._older_floor = float("inf")
        self._floor_since = 0.0
        self._total = 0
        self._begin(float("-inf"))

    def add(self, departed: float, seconds: float) -> None:
        """An answer to a request that left at `departed` took `seconds`."""
        if departed < self._since:
            return
        self.typical += (seconds - self.typical) / min(self._total + 1, 16)
        self._total += 1
        self._count += 1
        self._sum += seconds
        self._squares += seconds * seconds

    def is_known(self, places: float) -> bool:
        """Whether enough answers came to judge."""
        return self._count >= max(_FEWEST_SAMPLES, 2 * places)

    def judge(self, now: float) -> float:
        """What share of the requests in flight is healthy: 1, or less when slow."""
        count, mean = self._count, self._sum / self._count
        deviation = sqrt(max(0.0, self._squares / count - mean * mean) / count)
        self._begin(now)
        self._lower_floor(now, mean)
        floor = min(self._floor, self._older_floor)
        if mean <= floor * _SLOW + _DEVIATIONS * deviation:
            return 1.0
        return floor / mean

    def _lower_floor(self, now: float, mean: float) -> None:
        if now - self._floor_since > _FLOOR_SECONDS:
            self._older_floor, self._floor = self._floor, mean
            self._floor_since = now
        self._floor = min(self._floor, mean)

    def _begin(self, now: float) -> None:
        self._since = now
        self._count, self._sum, self._squares = 0, 0.0, 0.0


class Places:
    """`limit` is how many may be in flight, from 1 to `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._window = min(_FIRST_PLACES, float(most))
        self.limit = int(self._window)
        self.latency = Latency()
        self._ceiling: int | None = None
        self._hold_seconds = _FIRST_HOLD_SECONDS
        self._holds_until = float("-inf")
        self._doubles = True
        self._double_until = float(most)
        self._failures = 0.0
        self._shrunk_at = float("-inf")
        self.is_short = False
        self._highest = self._older_highest = 0
        self._highest_since = float("-inf")

    def highest(self, now: float) -> int:
        """How many in flight were lately known to be no trouble."""
        if now - self._highest_since > _FLOOR_SECONDS:
            self._older_highest, self._highest = self._highest, 0
            self._highest_since = now
        return max(self._highest, self._older_highest)

    def answered(
        self, now: float, departed: float, seconds: float, in_flight: int
    ) -> None:
        """Learns from an answer that was no refusal."""
        self._failures -= self._failures * _FAILURE_WEIGHT
        self._highest = max(self._highest, in_flight)
        self.latency.add(departed, seconds)
        if self.latency.is_known(self._window):
            healthy = self.latency.judge(now)
            if healthy < 1:
                self._doubles = False
                self._set(self._window * healthy)
        if self.is_short and self._window < self._most:
            self._grow(now)

    def refused(self, now: float, in_flight: int) -> None:
        """That many were too many."""
        again = self._ceiling is not None and abs(in_flight - 1 - self._ceiling) <= 1
        longer = min(2 * self._hold_seconds, _LONGEST_HOLD_SECONDS)
        self._hold_seconds = longer if again else _FIRST_HOLD_SECONDS
        self._holds_until = now + self._hold_seconds
        self._ceiling = max(1, in_flight - 1)
        self._doubles = False
        self._set(min(self._window, self._ceiling))

    def forgive(self) -> None:
        """It was not the number in flight that was refused."""
        self._ceiling = None

    def failed(self, now: float, departed: float) -> None:
        """No answer came, or the API failed: when it does so often, it is halved."""
        self._failures += (1 - self._failures) * _FAILURE_WEIGHT
        if self._failures > _TOO_MANY_FAILURES and departed > self._shrunk_at:
            if not self._doubles or self._window > self._double_until:
                self._double_until = self._window
            self._doubles = True
            self._shrunk_at = now
            self._set(self._window / 2)

    def _grow(self, now: float) -> None:
        if self._doubles and self._window >= self._double_until:
            self._doubles = False
        step = 1.0 if self._doubles else 1 / self._window
        highest = float(self._most)
        if self._ceiling is not None and now < self._holds_until:
            highest = max(self._window, min(highest, self._ceiling))
        self._set(min(self._window + step, highest))
        self.is_short = False

    def _set(self, window: float) -> None:
        self._window = max(1.0, window)
        self.limit = int(self._window)
