"""When nobody may leave, because the API said so or just refused."""

from collections.abc import Callable
from math import inf

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0
_LONGER = 1.5
_SPREAD = 0.2


class Pauses:
    """One pause for all.

    A pause whose length the API named ends by itself. One that it did not name is
    followed by a single request; everybody waits for its answer, and when that is
    a refusal too, pauses again, half as long again. `random` gives [0, 1).
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self.ends = -inf
        self.is_named = False
        self.last_seconds = 0.0
        """How long the last one was in all, until the first request after it."""
        self.wasted_seconds = 0.0
        """How much of it was likely more than needed: half of what was rounded."""
        self._next_seconds = FIRST_PAUSE_SECONDS
        self._began: float | None = None
        self.is_probing = False
        self.waits_for_probe = False

    def obey(self, now: float, seconds: float) -> None:
        """The API named how long to pause."""
        self._begin(now)
        self.is_named = True
        self.ends = max(self.ends, now + seconds)
        self.wasted_seconds = min(1.0, seconds) / 2
        self.waits_for_probe = False

    def guess(self, now: float) -> None:
        """The API refused, and named no time."""
        self._begin(now)
        self.is_named = False
        seconds = self._next_seconds * (1 + _SPREAD * self._random())
        self.ends = max(self.ends, now + seconds)
        self.wasted_seconds = seconds / 2
        self._next_seconds = min(self._next_seconds * _LONGER, LONGEST_PAUSE_SECONDS)
        self.is_probing, self.waits_for_probe = True, False

    def left(self, now: float) -> None:
        """A request left."""
        if self._began is not None and not self.is_probing:
            self.last_seconds = now - self._began
            self._began = None
        self.waits_for_probe = self.is_probing

    def came_to_nothing(self) -> None:
        """A request came back that says nothing: another one must find out."""
        self.waits_for_probe = False

    def accepted(self, departed: float) -> None:
        """A request that left at `departed` was not refused."""
        if self.is_probing and departed >= self.ends:
            self.is_probing = self.waits_for_probe = False
            self._next_seconds = FIRST_PAUSE_SECONDS

    def _begin(self, now: float) -> None:
        if self._began is None:
            self._began = now
