"""What checks find, and how it adds up."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from pipeline.errors import PipelineError

_SCHEMA: Final = 1


class Level(StrEnum):
    """From the best to the worst."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


_WORSE: Final = tuple(Level)


@dataclass(frozen=True)
class Finding:
    """How one check came out; `hint` says what to do unless all is well."""

    check: str
    level: Level
    message: str
    hint: str = ""


class Check(Protocol):
    """One thing that is looked at.

    `name` is that of the finding when it ends with a PipelineError.
    """

    @property
    def name(self) -> str: ...

    def look(self) -> Iterator[Finding]: ...


@dataclass(frozen=True)
class Known:
    """What was found before anything was looked at."""

    finding: Finding

    @property
    def name(self) -> str:
        return self.finding.check

    def look(self) -> Iterator[Finding]:
        yield self.finding


@dataclass(frozen=True)
class Checkup:
    """All findings, in the order of their checks."""

    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """That of the worst."""
        levels = (finding.level for finding in self.findings)
        return max(levels, key=_WORSE.index, default=Level.OK)

    @property
    def exit_code(self) -> int:
        """Warnings are no failure."""
        return 1 if self.level is Level.FAILED else 0

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "schema": _SCHEMA,
            "status": self.level,
            "exit_code": self.exit_code,
            "findings": [asdict(finding) for finding in self.findings],
        }


def examine(checks: Iterable[Check]) -> Checkup:
    """Looks at everything, whatever else has failed."""
    return Checkup(tuple(found for check in checks for found in _look(check)))


def _look(check: Check) -> Iterator[Finding]:
    try:
        yield from check.look()
    except PipelineError as error:
        yield Finding(check.name, Level.FAILED, error.sentence, error.hint)
