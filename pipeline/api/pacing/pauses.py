"""When nobody may leave, because the API said so or just refused."""

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0
_LONGER = 1.5


class Pauses:
    """One pause for all.

    A pause whose length the API named ends by itself. One that it did not name is
    followed by a single request; everybody waits for its answer, and when that is
    a refusal too, pauses again, half as long again.
    """

    def __init__(self) -> None:
        self.ends = float("-inf")
        self._next_seconds = FIRST_PAUSE_SECONDS
        self._probing = False
        self._probe_is_out = False
        self._began: float | None = None
        self.last_seconds = 0.0

    @property
    def waits_for_probe(self) -> bool:
        """Whether one request is out to see if the pause was long enough."""
        return self._probe_is_out

    @property
    def is_probing(self) -> bool:
        """Whether it is not yet known if the pause was long enough."""
        return self._probing

    def obey(self, now: float, until: float) -> None:
        """The API named the end of the pause."""
        self._begin(now)
        self.ends = max(self.ends, until)

    def guess(self, now: float) -> None:
        """The API refused, and named no time."""
        self._begin(now)
        self.ends = max(self.ends, now + self._next_seconds)
        self._next_seconds = min(self._next_seconds * _LONGER, LONGEST_PAUSE_SECONDS)
        self._probing, self._probe_is_out = True, False

    def _begin(self, now: float) -> None:
        if self._began is None:
            self._began = now

    def left(self, now: float) -> None:
        """A request left."""
        if self._began is not None and not self._probing:
            self.last_seconds = now - self._began
            self._began = None
        self._probe_is_out = self._probing

    def came_back(self) -> None:
        """A request came back that says nothing: another one must find out."""
        self._probe_is_out = False

    def accepted(self, departed: float) -> None:
        """A request that left at `departed` was not refused."""
        if self._probing and departed >= self.ends:
            self._probing = self._probe_is_out = False
            self._next_seconds = FIRST_PAUSE_SECONDS
