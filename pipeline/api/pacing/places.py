"""How many requests may be in flight."""

from math import inf

from pipeline.api.pacing.latency import LOOK_DOWN, Latency

_FIRST_PLACES = 4.0
_FIRST_HOLD_SECONDS = 5.0
_LONGEST_HOLD_SECONDS = 300.0
_LATELY_SECONDS = 30.0
_FAILURE_WEIGHT = 1 / 8
_TOO_MANY_FAILURES = 0.2


class Places:
    """`limit` is how many may be in flight, from 1 to `most`.

    It doubles with each round of answers, then grows by one, and only while it is
    what binds; it falls when the API refuses, gets slow or fails.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._window = min(_FIRST_PLACES, float(most))
        self.limit = int(self._window)
        self.is_short = False
        """Set from outside when somebody had to wait for a place."""
        self.trouble = ""
        """Why there are fewer than could be."""
        self.latency = Latency()
        self._doubles_until = float(most)
        self._ceiling: int | None = None
        self._hold_seconds = _FIRST_HOLD_SECONDS
        self._holds_until = -inf
        self._failures = 0.0
        self._shrunk_at = -inf
        self._highest = self._older_highest = 0
        self._highest_since = -inf

    def answered(self, now: float, departed: float, seconds: float) -> None:
        """Learns from an answer that was no refusal and no failure."""
        self._failures -= self._failures * _FAILURE_WEIGHT
        self.latency.add(departed, seconds)
        if self.latency.is_known:
            self._judge(now)
        if self.is_short and self._window < self._most:
            self.is_short = False
            self._grow(now)

    def held(self, in_flight: int) -> None:
        """That many in flight were no trouble."""
        self._highest = max(self._highest, in_flight)

    def is_beyond(self, now: float, in_flight: int) -> bool:
        """Whether that many in flight are more than are known to be no trouble."""
        if self._ceiling is not None:
            return in_flight > self._ceiling
        if now - self._highest_since > _LATELY_SECONDS:
            self._older_highest, self._highest = self._highest, 0
            self._highest_since = now
        return in_flight > max(self._highest, self._older_highest)

    def refused(self, now: float, in_flight: int) -> None:
        """That many in flight were too many."""
        ceiling = max(1, in_flight - 1)
        if self._ceiling is not None and abs(ceiling - self._ceiling) <= 1:
            self._hold_seconds = min(2 * self._hold_seconds, _LONGEST_HOLD_SECONDS)
        else:
            self._hold_seconds = _FIRST_HOLD_SECONDS
        self._holds_until = now + self._hold_seconds
        self._ceiling = ceiling
        self._doubles_until = 0.0
        self._set(min(self._window, ceiling), "the API takes no more at a time")

    def forgive(self) -> None:
        """It was not the number in flight that was refused."""
        self._ceiling = None

    def failed(self, now: float, departed: float) -> None:
        """No answer came, or the API failed: when it does so often, it is halved."""
        self._failures += (1 - self._failures) * _FAILURE_WEIGHT
        if self._failures > _TOO_MANY_FAILURES and departed > self._shrunk_at:
            self._doubles_until = max(self._doubles_until, self._window)
            self._shrunk_at = now
            self._set(self._window / 2, "the API fails")

    def _judge(self, now: float) -> None:
        healthy = self.latency.judge(now, self._window)
        if healthy < 1:
            is_look = healthy == LOOK_DOWN
            self._doubles_until = 0.9 * self._window if is_look else 0.0
            self._set(self._window * healthy, "the API gets slow")

    def _grow(self, now: float) -> None:
        if self._window < self._doubles_until:
            grown = self._window + 1
        else:
            self._doubles_until = 0.0
            grown = self._window + 1 / self._window
        if self._ceiling is not None and now < self._holds_until:
            grown = max(self._window, min(grown, self._ceiling))
        self._set(min(grown, self._most), self.trouble)

    def _set(self, window: float, trouble: str) -> None:
        self._window = max(1.0, window)
        self.limit = int(self._window)
        self.trouble = trouble if self._window < self._most else ""
