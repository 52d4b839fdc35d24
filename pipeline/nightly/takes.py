"""A file that was taken: where it stands on its way, as the journal keeps it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pipeline.nightly.endings import FileEnding

WORK = ".activity-import"
"""The private folder, within an inbox, of the files that were taken from it."""


class Step(StrEnum):
    """What is known of a take, and what is to be done next.

    TAKING: it is to be moved out of the inbox. TAKEN: it was moved, and its content
    is known. RUNNING: its run has a name. LEAVING: how it ended is known, and where
    it goes. DONE: it lies there.
    """

    TAKING = "taking"
    TAKEN = "taken"
    RUNNING = "running"
    LEAVING = "leaving"
    DONE = "done"


class Kind(StrEnum):
    """Where a file goes, and why."""

    IMPORTED = "imported"
    REPEAT = "repeat"
    QUARANTINED = "quarantined"
    GONE = "gone"


@dataclass(frozen=True)
class Exit:
    """How a file ended, and the place that it goes to."""

    kind: Kind
    goes_to: Path
    ending: FileEnding


@dataclass(frozen=True)
class Take:
    """One file on its way. `marker` is the name of its marker file, or empty.

    `size` and `changed_ns` are those of the file when it was last looked at. `rows`
    counts what was read; `exit` is known when it leaves.
    """

    number: int
    job: str
    inbox: Path
    name: str
    step: Step
    taken_at: datetime
    size: int
    changed_ns: int
    marker: str = ""
    sha256: str = ""
    run: str = ""
    rows: int = 0
    exit: Exit | None = None
    done_at: datetime | None = None

    @property
    def folder(self) -> Path:
        """Its own private folder."""
        return self.inbox / WORK / f"{self.number:06}"

    @property
    def work(self) -> Path:
        """Where it lies until it leaves."""
        return self.folder / self.name
