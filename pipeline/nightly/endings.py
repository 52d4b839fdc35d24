"""How a night ended: what its log, its messages and its metrics are made of."""

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class NightStatus(StrEnum):
    """How a file, a job or a night ended; `worst` of several counts.

    NOTHING: there was nothing to do. MISSING: a file that was expected did not come.
    """

    OK = "ok"
    NOTHING = "nothing"
    MISSING = "missing"
    ATTENTION = "attention"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"

    @property
    def level(self) -> str:
        """How grave it is, in a log."""
        if self in {NightStatus.OK, NightStatus.NOTHING}:
            return "info"
        return "error" if self is NightStatus.FAILED else "warning"


EXIT_CODES = {
    NightStatus.NOTHING: 0,
    NightStatus.OK: 0,
    NightStatus.MISSING: 3,
    NightStatus.ATTENTION: 3,
    NightStatus.STOPPED: 4,
    NightStatus.INTERRUPTED: 130,
    NightStatus.FAILED: 1,
}
"""From the best to the worst."""


def worst(statuses: Iterable[NightStatus]) -> NightStatus:
    """Of several; of none it is NOTHING."""
    order = list(EXIT_CODES)
    return max(statuses, key=order.index, default=NightStatus.NOTHING)


@dataclass(frozen=True)
class FileEnding:
    """What became of one file. `now_at` is where it lies, once it was dealt with.

    `run`, `counts` (rows by status), `requests` (`sent`, `retried`, `throttled`,
    `per_second`), `issues` (rows by code) and `reports` (the run's report folder) are
    known when a run came to its report; `reason` and `hint` say why it did not, or
    ended early. `detail` is what may quote the file: it stands beside the file only.
    `goes_on`: it stays taken, and the next night goes on with it.
    """

    name: str
    sha256: str
    status: NightStatus
    now_at: Path
    run: str | None = None
    counts: Dict[str, int] = field(default_factory=dict)
    requests: Dict[str, float] = field(default_factory=dict)
    issues: Dict[str, int] = field(default_factory=dict)
    reports: Path | None = None
    reason: str = ""
    hint: str = ""
    next: tuple[str, ...] = ()
    detail: str = ""
    goes_on: bool = False


@dataclass(frozen=True)
class JobEnding:
    """What became of one job in one night; `notices` are told, and trouble nobody."""

    job: str
    status: NightStatus
    started_at: datetime
    ended_at: datetime
    files: tuple[FileEnding, ...] = ()
    notices: tuple[str, ...] = ()
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True)
class NightEnding:
    """What became of all jobs. `status` is the worst of theirs.

    `waiting` counts, by job, the files that are under way to the next night, where
    that is known.
    """

    status: NightStatus
    started_at: datetime
    ended_at: datetime
    jobs: tuple[JobEnding, ...] = ()
    reason: str = ""
    hint: str = ""
    waiting: Dict[str, int] = field(default_factory=dict)
