"""What lies in an inbox: which files are complete, and which still come in."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
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
_KINDS: Final = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_REMOVE: Final = "Put the file itself there, or take this out of the inbox."
_GIVE: Final = (
    "Give it to this program's user (chown), or let that user read it (chmod): then it "
    "is taken by itself."
)
_RENAME: Final = "Rename it: letters, digits, blanks, '-', '_' and '.' are right."


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
class Blocked:
    """What will lie in the inbox until a person does something."""

    told: str
    hint: str


@dataclass(frozen=True)
class Look:
    """What a look found: files to take, in order, and what is told of others."""

    ready: tuple[Arrival, ...] = ()
    notices: tuple[str, ...] = ()
    blocked: tuple[Blocked, ...] = ()


def _untold(files: int, seconds: float) -> None:
    """Nobody is told of the waiting."""


def look(
    job: NightlyJob, clock: Clock, waits: Callable[[int, float], None] = _untold
) -> Look:
    """Waits once, `settle` at most, for files that have just changed.

    `waits` is told before for how many, and how many seconds at most. Raises
    SourceError when the inbox cannot be read.
    """
    first = _seen(job)
    now = int(clock.now().timestamp() * 1e9)
    young = [one for one in first.ready if one.age(now) < job.settle]
    if not young:
        return replace(first, ready=_in_order(job, first.ready))
    longest = max(job.settle - max(one.age(now), 0.0) for one in young)
    waits(len(young), longest)
    clock.wait(longest)
    still = dict.fromkeys(_seen(job).ready)
    ready = [one for one in first.ready if one in still]
    moving = (
        f"'{shown(one.name)}' still changes; it is left alone."
        for one in first.ready
        if one not in still
    )
    return Look(_in_order(job, ready), (*first.notices, *moving), first.blocked)


def must_be_readable(inbox: Path) -> None:
    """Raises SourceError when it cannot be read."""
    next(_entries(inbox), None)


def shown(name: str) -> str:
    """A file's name as it may be told."""
    return one_line(name.encode("utf-8", "replace").decode(), _WIDTH)


def is_wanted(name: str, patterns: Iterable[str]) -> bool:
    """Whether a file of that name is taken, once it is complete."""
    lower = name.lower()
    if lower.startswith((".", "~$")) or lower.endswith(UNFINISHED):
        return False
    return any(fnmatchcase(lower, pattern.lower()) for pattern in patterns)


def _seen(job: NightlyJob) -> Look:
    """All files of wanted names, however young."""
    entries = dict(_entries(job.inbox))
    files = [n for n, facts in entries.items() if not stat.S_ISDIR(facts.st_mode)]
    markers = _markers(job, files)
    found: list[Arrival] = []
    notices: list[str] = []
    blocked: list[Blocked] = []
    for name, facts in entries.items():
        if name in markers.values() or not is_wanted(name, job.patterns):
            continue
        if stat.S_ISDIR(facts.st_mode):
            notices += _of_folder(job, name)
        elif (obstacle := _obstacle(job, name, facts)) is not None:
            blocked.append(obstacle)
        elif job.marker is not None and name not in markers:
            notices.append(f"'{shown(name)}' has no marker file yet; it is left alone.")
        else:
            found.append(_arrival(name, facts, markers.get(name, "")))
    return Look(tuple(found), tuple(notices), tuple(blocked))


def _entries(inbox: Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(inbox) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    yield entry.name, entry.stat(follow_symlinks=False)
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


def _of_folder(job: NightlyJob, name: str) -> Iterator[str]:
    if job.inbox / name not in {job.archive, job.quarantine}:
        yield f"'{shown(name)}' is a folder, and no file; it is left alone."


def _obstacle(job: NightlyJob, name: str, facts: os.stat_result) -> Blocked | None:
    """Why a file of a wanted name is not taken, whenever it is looked at."""
    for kind, what in _KINDS.items():
        if stat.S_IFMT(facts.st_mode) == kind:
            return Blocked(f"'{shown(name)}' is {what}, and no file.", _REMOVE)
    if not name.isprintable() or not _is_text(name):
        return Blocked(
            f"'{shown(name)}' has characters in its name that are no text.", _RENAME
        )
    if not _can_be_read(job.inbox / name):
        return Blocked(f"'{shown(name)}' cannot be read: not permitted.", _GIVE)
    return None


def _can_be_read(path: Path) -> bool:
    """Whether it can be opened; what is gone meanwhile is no trouble."""
    try:
        path.open("rb").close()
    except PermissionError:
        return False
    except OSError:
        return True
    return True


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
