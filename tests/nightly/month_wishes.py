"""What each start of the month should leave with, and whom it should tell what."""

from dataclasses import dataclass
from typing import Final

from tests.nightly.month_lived import HEAD, OPS

KILLED: Final = -9
CODES: Final = (
    *((0, 0), (0, 0), (0, 0), (0, 3), (0, 0), (0, 0), (0, 0)),
    *((0, 0), (3, 0), (KILLED, 0, 0), (4, 0), (0, 0), (0, 0), (0, 0)),
    *((4, 0), (4, 4), (4, 4), (0, 0), (0, 0), (KILLED, 0), (4, 0)),
    *((4, 0), (3, 0), (4, 0), (0, 0), (1, 0), (0, 0), (0, 0, 0)),
    *((1, 0), (KILLED, 0, 0)),
)
"""How each start of each night should leave."""


@dataclass(frozen=True)
class Wanted:
    """A message that a person should get: of which start, about which jobs.

    `cause` is a word that must stand in it. It arrives in the course of the same
    start, if `arrives` does not name another.
    """

    night: int
    hour: str
    jobs: dict[str, str]
    cause: str = ""
    to: tuple[str, ...] = (OPS,)
    arrives: tuple[int, str] | None = None


BOTH: Final = (OPS, HEAD)
WANTED: Final = (
    Wanted(4, "06:30", {"calls": "missing"}, "No file came", BOTH),
    Wanted(5, "02:00", {"calls": "recovered"}, "", BOTH),
    Wanted(9, "02:00", {"calls": "attention"}, "broken_row"),
    Wanted(10, "02:10", {"calls": "recovered"}),
    Wanted(11, "02:00", {"calls": "stopped"}, "100 rows"),
    Wanted(12, "02:00", {"calls": "recovered"}),
    Wanted(15, "02:00", {"calls": "stopped", "meetings": "stopped"}, "503"),
    Wanted(15, "06:30", {"calls": "recovered", "meetings": "recovered"}),
    Wanted(16, "02:00", {"calls": "stopped"}, "key"),
    Wanted(17, "02:00", {"calls": "stopped"}, "key"),
    Wanted(18, "02:00", {"calls": "recovered"}),
    Wanted(21, "02:00", {"letters": "stopped"}, "The API"),
    Wanted(21, "06:30", {"letters": "recovered"}),
    Wanted(22, "02:00", {"meetings": "stopped"}, "not as it was"),
    Wanted(23, "02:00", {"calls": "attention", "meetings": "recovered"}, "2 of 10"),
    Wanted(24, "02:00", {"calls": "stopped"}, "1 row", arrives=(25, "02:00")),
    Wanted(25, "02:00", {"calls": "recovered"}),
    Wanted(26, "02:00", {"calls": "failed"}, "disk is full", BOTH),
    Wanted(26, "06:30", {"calls": "recovered"}, "", BOTH),
    Wanted(29, "02:00", {"calls": "failed"}, "empty", BOTH),
    Wanted(30, "02:10", {"calls": "recovered"}, "", BOTH),
)
"""All messages of the month, as somebody wants them who has other work to do."""
