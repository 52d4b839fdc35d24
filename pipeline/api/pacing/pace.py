"""What senders know of the pace."""

from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.api.answers import Answer
from pipeline.progress import Situation, waiting

_SHORTEST_TOLD_SECONDS: Final = 0.5


@dataclass(frozen=True)
class PaceState:
    """How fast requests may leave now, for people to see.

    `rate` is per second, None while nothing bounds it; `concurrency` is how many may
    be in flight; `waits_seconds` is above 0 while all pause; `reason` says why it
    pauses or is slow, and is empty when it does neither.
    """

    rate: float | None
    concurrency: int
    waits_seconds: float
    reason: str

    @property
    def situation(self) -> Situation:
        """In words; a pause that is over in a moment is not worth any."""
        if self.waits_seconds >= _SHORTEST_TOLD_SECONDS:
            return Situation(waiting=waiting(self.waits_seconds, self.reason))
        if self.rate is None:
            return Situation(pace=self.reason)
        why = f": {self.reason}" if self.reason else " (--rate)"
        return Situation(pace=f"at most {self.rate:,.3g}/s{why}")


class Pace(Protocol):
    """Decides when each request of a run may leave.

    Whoever sends calls `turn` before each request, and then exactly once `heard`
    with its answer, or `withdrawn` when it was not sent after all.
    """

    async def turn(self) -> None:
        """Returns when the caller may send one request.

        The caller holds a place in flight from then on; one that is cancelled while
        it waits holds none.
        """

    def heard(self, answer: Answer, seconds: float) -> None:
        """Gives the place back; learns from an answer that took `seconds` to come."""

    def withdrawn(self) -> None:
        """Gives the place back unused."""

    @property
    def state(self) -> PaceState:
        """How fast requests may leave now."""
