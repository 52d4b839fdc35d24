"""Whether the API answers as quickly as it can."""

from math import inf, sqrt

LOOK_DOWN = 0.6
_FEWEST_SAMPLES = 8
_SLOW = 1.3
_QUICK = 1.1
_UNSURE = 2.0
_SURE = 3.0
_FLOOR_SECONDS = 30.0
_MEMORY = 16
_WORTH_SECONDS = 0.05
"""Less than that may be our own: a busy processor, a commit, a pause of Python."""


class Latency:
    """Holds the mean of many answers against the lowest such mean.

    `typical` is the mean of the last few answers, in seconds.
    """

    def __init__(self) -> None:
        self.typical = 0.0
        self._total = 0
        self._floor = inf
        self._floor_since = -inf
        self._begin(-inf, 0)

    def add(self, departed: float, seconds: float) -> None:
        """An answer to a request that left at `departed` took `seconds`."""
        if departed < self._since:
            return
        self._total += 1
        self.typical += (seconds - self.typical) / min(self._total, _MEMORY)
        self._count += 1
        self._sum += seconds
        self._squares += seconds * seconds

    @property
    def is_known(self) -> bool:
        """Whether enough answers came to judge."""
        return self._count >= self._needed

    def judge(self, now: float, places: float) -> float:
        """What share of `places` is healthy: 1, or less when answers are slow.

        Only answers to requests that leave after `now` count for the next time.
        """
        mean = self._sum / self._count
        variance = max(0.0, self._squares / self._count - mean * mean)
        deviation = sqrt(variance / self._count)
        self._begin(now, places)
        self._floor = min(self._floor, mean + _UNSURE * deviation)
        bearable = max(self._floor * _SLOW, self._floor + _WORTH_SECONDS)
        if mean > bearable + _SURE * deviation:
            return self._floor / mean
        if mean > _WORTH_SECONDS and now - self._floor_since > _FLOOR_SECONDS:
            return self._look_down(now, mean)
        return 1.0

    def _look_down(self, now: float, mean: float) -> float:
        """Measures the floor anew, with fewer in flight, where it may be a queue's."""
        self._floor_since = now
        if mean < self._floor * _QUICK:
            return 1.0
        self._floor = inf
        return LOOK_DOWN

    def _begin(self, now: float, places: float) -> None:
        self._since = now
        self._needed = max(_FEWEST_SAMPLES, 2 * places)
        self._count, self._sum, self._squares = 0, 0.0, 0.0
