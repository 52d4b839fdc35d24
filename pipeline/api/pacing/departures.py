"""When requests left, and how many were in flight then."""

from bisect import bisect_left, bisect_right

_MOST_KEPT = 8192
_SAME_MOMENT_SECONDS = 1e-6


class Departures:
    """Remembers the last few thousand departures; times never run backwards."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._in_flight: list[int] = []
        self._forgotten = 0

    def add(self, now: float, in_flight: int) -> None:
        """`in_flight` counts the one that leaves now."""
        self._times.append(now)
        self._in_flight.append(in_flight)
        if len(self._times) > 2 * _MOST_KEPT:
            del self._times[:_MOST_KEPT], self._in_flight[:_MOST_KEPT]
            self._forgotten += _MOST_KEPT

    def until(self, moment: float) -> int:
        """How many had left by then, since the beginning."""
        return self._forgotten + bisect_right(
            self._times, moment + _SAME_MOMENT_SECONDS
        )

    def most_in_flight_at(self, moment: float) -> int:
        """How many were in flight when the last one of that moment left."""
        place = bisect_right(self._times, moment + _SAME_MOMENT_SECONDS)
        return self._in_flight[max(place - 1, 0)]

    def fewest_in_flight_at(self, moment: float) -> int:
        """How many were in flight when the first one of that moment left."""
        place = bisect_left(self._times, moment - _SAME_MOMENT_SECONDS)
        return self._in_flight[min(place, len(self._times) - 1)]
