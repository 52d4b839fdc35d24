"""What lies in an inbox: which files are complete, and which still come in."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Final

from pipeline.errors import SourceError
from pipeline.nightly.clock import Clock
from pipeline.nightly.config import NightlyJob
from pipeline.printable import one_line

UNFINISHED: Final = (
    *(".part", ".partial", ".tmp", ".temp", ".crdownload", ".download"),
    *(".filepart", ".swp", ".lock"),
)
_WIDTH = 120


@dataclass(frozen=True)
class Arrival:
    """A file in an inbox, as it was when it was looked at.

    `changed_ns` is when its content, or anything about it, changed last.
    """

    name: str
    size: int
    changed_ns: int
    modified_ns: int
    marker: str = ""

    def age(self, now_ns: int) -> float:
        """Seconds without a change; negative where clocks differ."""
        return (now_ns - self.changed_ns) / 1e9


@dataclass(frozen=True)
class Look:
    """What a look found: files to take, in order, and what is told of others."""

    ready: tuple[Arrival, ...] = ()
    notices: tuple[str, ...] = field(default=())


def look(job: NightlyJob, clock: Clock) -> Look:
    """Waits once, `settle` at most, for files that have just changed.

    Raises SourceError when the inbox cannot be read.
    """
    arrivals, notices = _arrivals(job)
    now = int(clock.now().timestamp() * 1e9)
    young = [one for one in arrivals if one.age(now) < job.settle]
    if not young:
        return Look(_in_order(job, arrivals), tuple(notices))
    longest = max(job.settle - max(one.age(now), 0.0) for one in young)
    clock.wait(longest)
    still = dict.fromkeys(_arrivals(job)[0])
    ready = [one for one in arrivals if one in still]
    moving = [one.name for one in arrivals if one not in still]
    notices += [f"'{shown(name)}' still changes; it is left alone." for name in moving]
    return Look(_in_order(job, ready), tuple(notices))


def must_be_readable(inbox: Path) -> None:
    """Raises SourceError when it cannot be read."""
    next(_files(inbox), None)


def shown(name: str) -> str:
    """A file's name as it may be told."""
    return one_line(name.encode("utf-8", "replace").decode(), _WIDTH)


def _arrivals(job: NightlyJob) -> tuple[list[Arrival], list[str]]:
    files = dict(_files(job.inbox))
    markers = _markers(job, files)
    found: list[Arrival] = []
    notices: list[str] = []
    for name, facts in files.items():
        if name in markers.values() or not _is_wanted(name, job.patterns):
            continue
        if (objection := _objection(job, name, facts, markers)) is None:
            found.append(_arrival(name, facts, markers.get(name, "")))
        else:
            notices.append(f"'{shown(name)}' {objection}; it is left alone.")
    return found, notices


def _files(inbox: Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(inbox) as entries:
            for entry in entries:
                facts = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(facts.st_mode):
                    yield entry.name, facts
    except OSError as error:
        raise SourceError(
            f"The inbox cannot be read: {error.strerror}.",
            where=str(inbox),
            hint="Does the folder exist, and may this program's user read it?",
        ) from None


def _markers(job: NightlyJob, names: Iterable[str]) -> dict[str, str]:
    """The marker of each file that has one."""
    if job.marker is None:
        return {}
    there = set(names)
    wanted = {
        name: job.marker.format(name=name, stem=PurePath(name).stem) for name in there
    }
    return {name: marker for name, marker in wanted.items() if marker in there}


def _is_wanted(name: str, patterns: Iterable[str]) -> bool:
    lower = name.lower()
    if lower.startswith((".", "~$")) or lower.endswith(UNFINISHED):
        return False
    return any(fnmatchcase(lower, pattern.lower()) for pattern in patterns)


def _objection(
    job: NightlyJob, name: str, facts: os.stat_result, markers: dict[str, str]
) -> str | None:
    """Why a file of a wanted name is not taken."""
    if not stat.S_ISREG(facts.st_mode):
        return "is a link, and no file"
    if not name.isprintable() or not _is_text(name):
        return "has characters in its name that are no text"
    if job.marker is not None and name not in markers:
        return "has no marker file yet"
    return None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _arrival(name: str, facts: os.stat_result, marker: str) -> Arrival:
    changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return Arrival(name, facts.st_size, changed, facts.st_mtime_ns, marker)


def _in_order(job: NightlyJob, arrivals: Iterable[Arrival]) -> tuple[Arrival, ...]:
    by_name = sorted(arrivals, key=lambda one: one.name)
    if job.order == "name":
        return tuple(by_name)
    return tuple(sorted(by_name, key=lambda one: one.modified_ns))
