"""A private place for what must be unpacked before it can be read."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import SourceError

MOST_BYTES = 50 << 30
_SPARE_BYTES = 256 << 20
_LOOK_EVERY = 64 << 20
_PREFIX = "activity-import-unpacked-"
_LOCK = "lock"


class Spool:
    """Files of one command, by what they were unpacked from; a thing is kept once."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock: FileLock | None = None
        self._kept: dict[tuple[str, ...], Path] = {}
        self._bytes = 0

    def keep(
        self,
        what: tuple[str, ...],
        pieces: Callable[[], Iterable[bytes]],
        *,
        where: str,
    ) -> Path:
        """The file that holds `pieces`; raises SourceError when it grows too large.

        It is called as the last of `what` is, so far as that is safe.
        """
        if what not in self._kept:
            path = self._new_file(what[-1])
            self._write(path, pieces(), where)
            self._kept[what] = path
        return self._kept[what]

    def needs(self, size: int, *, where: str) -> None:
        """Raises SourceError if `size` bytes more are too many for us or the disk."""
        if self._bytes + size > MOST_BYTES:
            raise SourceError(
                f"Unpacked, it is larger than {MOST_BYTES >> 30} GB.",
                where=where,
                hint="Unpack it yourself, and name the file that you need.",
                code="source_too_large",
            )
        place = self._place()
        if shutil.disk_usage(place).free < size + _SPARE_BYTES:
            raise _disk_full(place.parent, where)

    def remove(self) -> None:
        if self._lock is not None:
            self._lock.release()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _place(self) -> Path:
        if self._folder is None:
            _sweep(Path(tempfile.gettempdir()))
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._lock = FileLock(self._folder / _LOCK, mode=0o600)
            self._lock.acquire()
        return self._folder

    def _new_file(self, name: str) -> Path:
        folder = self._place() / str(len(self._kept))
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / _safe(name)

    def _write(self, path: Path, pieces: Iterable[bytes], where: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            unlooked = _LOOK_EVERY
            for piece in pieces:
                if unlooked >= _LOOK_EVERY:
                    self.needs(len(piece), where=where)
                    unlooked = 0
                with _disk_told(path, where):
                    file.write(piece)
                self._bytes += len(piece)
                unlooked += len(piece)
            with _disk_told(path, where):
                file.flush()


@contextmanager
def spooling() -> Iterator[Spool]:
    """A place that is removed at the end, however that comes about.

    What a killed process left behind is removed by the next one.
    """
    spool = Spool()
    try:
        yield spool
    finally:
        spool.remove()


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError, Timeout):
            if left.stat().st_uid != os.getuid():
                continue
            with FileLock(left / _LOCK, timeout=0, mode=0o600):
                shutil.rmtree(left, ignore_errors=True)


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w .()-]", "_", last).strip(". ")[-100:] or "file"


@contextmanager
def _disk_told(path: Path, where: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _disk_full(path.parents[2], where) from error


def _disk_full(folder: Path, where: str) -> SourceError:
    return SourceError(
        f"There is too little room in {folder} to unpack it.",
        where=where,
        hint="Make room, or set the variable TMPDIR to a folder on a larger disk.",
        code="disk_full",
    )
