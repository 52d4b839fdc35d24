"""What is known of one code."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a code is about; an error stops its row, a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    OUTCOME = "outcome"
    """It tells how a row got its outcome."""
    RUN = "run"
    """It tells why a run, or another command, ended early."""


@dataclass(frozen=True)
class Fix:
    """What a person can do, by the place where it is done; empty where nothing is."""

    spreadsheet: str = ""
    mapping: str = ""
    reevo: str = ""
    machine: str = ""

    def places(self) -> Iterator[tuple[str, str]]:
        """The places where something can be done, each with what."""
        named = {
            "In the spreadsheet": self.spreadsheet,
            "In the mapping": self.mapping,
            "In Reevo": self.reevo,
            "On your machine": self.machine,
        }
        yield from ((place, what) for place, what in named.items() if what)


@dataclass(frozen=True)
class Entry:
    """One code, for a person who is not a programmer.

    `message` and `hint` are templates: those of an issue may name {value}, {column},
    {field}, {detail} and {near}, the hint of an outcome {run}.
    """

    code: str
    title: str
    means: str
    why: str
    fix: Fix
    example: str
    level: Level = Level.ERROR
    message: str = ""
    hint: str = ""
