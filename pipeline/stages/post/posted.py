"""What sending came to."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Ending(StrEnum):
    """How sending ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    CUT_OFF = "cut off"
    """Nobody knows how: the process ended before it could be told."""


@dataclass(frozen=True)
class Posted:
    """What sending came to: how it ended, why, and the traffic it took.

    `code` says in the catalogue's words why it ended early. `resumable`: what was not
    sent may be sent by `resume` as it is.
    """

    ending: Ending = Ending.FINISHED
    reason: str = ""
    hint: str = ""
    sent: int = 0
    retried: int = 0
    throttled: int = 0
    seconds: float = 0.0
    resumable: bool = True
    code: str = ""

    @property
    def per_second(self) -> float:
        return round(self.sent / self.seconds, 1) if self.seconds > 0 else 0.0

    def with_nothing_left(self) -> "Posted":
        """What ended the sending came too late: only a person's stop still counts."""
        if self.ending in {Ending.FINISHED, Ending.INTERRUPTED}:
            return self
        return replace(self, ending=Ending.FINISHED, reason="", hint="", code="")

    def then(self, later: "Posted") -> "Posted":
        """Both as one: the later ending, the traffic of both."""
        return replace(
            later,
            sent=self.sent + later.sent,
            retried=self.retried + later.retried,
            throttled=self.throttled + later.throttled,
            seconds=self.seconds + later.seconds,
        )


STOPPED_BY_USER: Final = Posted(
    Ending.INTERRUPTED, "You stopped the run.", code="interrupted"
)
