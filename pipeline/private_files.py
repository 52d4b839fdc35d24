"""Files that hold people's data: private, and never half written."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from pipeline.errors import ReportError

_HINTS = {
    errno.ENOSPC: "The disk is full: make room, then run it again.",
    errno.EDQUOT: "Your disk quota is used up: make room, then run it again.",
    errno.EACCES: "You may not write there: choose another folder, or ask for rights.",
    errno.EPERM: "You may not write there: choose another folder, or ask for rights.",
    errno.EROFS: "That disk is read-only: choose another folder.",
}
_PROBE_BYTES = 65_536
_FULL = (errno.ENOSPC, errno.EDQUOT)


def private_folder(path: Path) -> Path:
    """Makes a folder that only its owner may enter; raises ReportError."""
    with writing(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what goes wrong while writing `path` into a ReportError.

    It has the system's words, without its numbers and paths.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        number = getattr(error, "errno", None)
        why = error.strerror if isinstance(error, OSError) else None
        if "No space left" in str(error):
            number = errno.ENOSPC
            why = os.strerror(number)
        raise ReportError(
            f"The file cannot be written: {why or error}.",
            where=str(path),
            hint=_HINTS.get(number or 0, ""),
            code="disk_full" if number in _FULL else "file_not_written",
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A private file beside `path` to write; it takes the place of `path` when done.

    Whoever reads `path` sees the old file or the new one, never a part.
    """
    aside = path.with_name(f".{path.name}.part")
    with writing(path):
        try:
            aside.unlink(missing_ok=True)
            aside.touch(mode=0o600)
            yield aside
            _sync(aside)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def probe(folder: Path) -> None:
    """Writes into the folder, durably, and leaves nothing there; raises OSError."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, text: str) -> None:
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
