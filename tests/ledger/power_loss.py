"""What a disk may hold after the power is lost in the middle of recorded calls."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.ledger.recorded import (
    Call,
    Cut,
    Folder,
    Made,
    Removed,
    Renamed,
    Said,
    Synced,
    Unknown,
    Written,
)

SECTOR: Final = 512  # what a disk writes whole; SQLite relies on no more


@dataclass
class Content:
    """A file: what is safe, and what was written since and is not."""

    safe: bytearray = field(default_factory=bytearray)
    waiting: list[Written | Cut] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.waiting:
            _change(self.safe, change)
        self.waiting.clear()

    def after_loss(self, fate: "Fate") -> bytes:
        content = bytearray(self.safe)
        for change in self.waiting:
            for part in fate.kept(change):
                _change(content, part)
        return bytes(content)


class Fate:
    """Decides, by a seed, what of the waiting changes reached the disk."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._kept = self._random.choice([0.0, 0.5, 1.0])

    def kept(self, change: Written | Cut) -> Iterator[Written | Cut]:
        """All of it, nothing, or some of its sectors."""
        whole = self._random.random() < self._kept
        torn = 0 < self._kept < 1 and self._random.random() < self._kept
        if whole:
            yield change
        elif torn and isinstance(change, Written):
            yield from filter(self._is_lucky, _sectors(change))

    def names_kept(self, waiting: int) -> int:
        """Changes of names reach the disk in their order."""
        return self._random.choice([0, waiting, self._random.randint(0, waiting)])

    def _is_lucky(self, _: Written) -> bool:
        return self._random.random() < self._kept


class Disk:
    """Follows the calls; says at any point what a loss of power may leave.

    `files` were there, and safe, before.
    """

    def __init__(self, files: dict[Path, bytes]) -> None:
        self._names = {path: Content(bytearray(data)) for path, data in files.items()}
        self._safe_names = dict(self._names)
        self._folders: set[Path] = set()
        self._waiting: list[tuple[Path, dict[Path, Content | None]]] = []

    def apply(self, call: Call) -> None:
        assert not isinstance(call, Unknown), call
        if isinstance(call, Written | Cut):
            self._names[call.path].waiting.append(call)
        elif isinstance(call, Synced):
            self._sync(call.path)
        elif not isinstance(call, Said):
            self._name(call)

    def _name(self, call: Folder | Made | Removed | Renamed) -> None:
        match call:
            case Folder(path):
                self._folders.add(path)
                self._rename(path.parent, {path: Content()})
            case Made(path) if path not in self._names:
                self._rename(path.parent, {path: Content()})
            case Removed(path):
                self._rename(path.parent, {path: None})
            case Renamed(path, to):
                self._rename(to.parent, {path: None, to: self._names[path]})

    def after_loss(self, seed: str) -> dict[Path, bytes]:
        fate = Fate(seed)
        names = dict(self._safe_names)
        for _, change in self._waiting[: fate.names_kept(len(self._waiting))]:
            _rename(names, change)
        lost = self._folders - names.keys()
        return {
            path: content.after_loss(fate)
            for path, content in names.items()
            if path not in self._folders and path.parent not in lost
        }

    def _rename(self, folder: Path, change: dict[Path, Content | None]) -> None:
        _rename(self._names, change)
        self._waiting.append((folder, change))

    def _sync(self, path: Path) -> None:
        """A file's content, or the names in a folder, never both."""
        if path in self._names:
            self._names[path].sync()
        for folder, change in self._waiting:
            if folder == path:
                _rename(self._safe_names, change)
        self._waiting = [each for each in self._waiting if each[0] != path]


def _rename(names: dict[Path, Content], change: dict[Path, Content | None]) -> None:
    for path, content in change.items():
        names.pop(path, None)
        if content is not None:
            names[path] = content


def _change(content: bytearray, change: Written | Cut) -> None:
    end = change.size if isinstance(change, Cut) else change.offset
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if isinstance(change, Cut):
        del content[change.size :]
    else:
        content[change.offset : change.offset + len(change.data)] = change.data


def _sectors(change: Written) -> Iterator[Written]:
    end = change.offset + len(change.data)
    starts = range(change.offset - change.offset % SECTOR, end, SECTOR)
    for start in starts:
        first, last = max(start, change.offset), min(start + SECTOR, end)
        data = change.data[first - change.offset : last - change.offset]
        yield Written(change.path, first, data)
