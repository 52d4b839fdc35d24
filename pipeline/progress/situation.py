"""How long work stands, and the words for it."""

from collections import deque
from dataclasses import dataclass, field
from math import ceil
from typing import Final

SPAN_SECONDS: Final = 15.0
_MINUTE, _HOUR = 60, 3600
_LONGEST = 1000 * _HOUR


@dataclass(frozen=True)
class Situation:
    """What is known of work besides how far it has come.

    `created` and `needy` (rows that need a person) are None where nobody counts them.
    `pace` says what holds the work down, `waiting` why nothing goes on at all; both
    are empty when nothing does.
    """

    created: int | None = None
    needy: int | None = None
    pace: str = ""
    waiting: str = ""


def waiting(seconds: float, why: str) -> str:
    """In ASCII, on one line, whatever the reason holds."""
    plain = why.encode("unicode_escape").decode("ascii")
    return f"waiting {duration(seconds)}: {plain}"


def duration(seconds: float) -> str:
    """Two units at most: 12 s, 9 min, 2 h 5 min."""
    if seconds > _LONGEST:
        return "over 1000 h"
    whole = ceil(seconds)
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    minutes = ceil(seconds / _MINUTE)
    if minutes < 2 * _MINUTE:
        return f"{minutes} min"
    return f"{minutes // _MINUTE} h {minutes % _MINUTE} min"


@dataclass
class Speed:
    """Rows per second, of the last seconds only: what was long ago tells nothing."""

    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now: float, done: int) -> None:
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] <= now - SPAN_SECONDS:
            self._seen.popleft()

    @property
    def per_second(self) -> float | None:
        """None while too little was seen."""
        if not self._seen:
            return None
        (began, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - began) if now - began >= 1 else None


@dataclass(frozen=True)
class Course:
    """A piece of work at one moment; `per_second` is None when it is not known."""

    what: str
    done: int
    total: int | None
    per_second: float | None = None
    situation: Situation = field(default_factory=Situation)

    @property
    def rate(self) -> str:
        """Empty while it waits: what it was before is no news."""
        if self.situation.waiting or not self.per_second:
            return ""
        if self.per_second < 10:
            return f"{self.per_second:.1f}/s"
        return f"{self.per_second:,.0f}/s"

    @property
    def time_left(self) -> str:
        if not self.rate or not self.per_second or self.total is None:
            return ""
        left = max(0, self.total - self.done) / self.per_second
        return f"{duration(left)} left" if left else ""

    @property
    def created(self) -> str:
        count = self.situation.created
        return "" if count is None else f"created {count:,}"

    @property
    def needy(self) -> str:
        count = self.situation.needy
        return f"need you {count:,}" if count else ""
