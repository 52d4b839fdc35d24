"""Files are moved so that each is in one place, whenever the machine dies."""

import hashlib
import os
import shutil
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from pipeline.nightly.takes import WORK, Kind, Take
from pipeline.private_files import private_folder, write_whole, writing

REASON = ".reason.txt"
_BLOCK = 1 << 20


def bring_in(take: Take) -> bool:
    """Moves the file, and its marker, from the inbox to the take's own folder.

    False: it is gone, or was written anew meanwhile. Can be done again.
    """
    private_folder(take.inbox / WORK)
    private_folder(take.folder)
    with writing(take.work):
        if not take.work.exists():
            if take.marker:
                _rename(take.inbox / take.marker, take.folder / take.marker)
            if not _is_as_it_was(take) or not _rename(
                take.inbox / take.name, take.work
            ):
                clear(take)
                return False
        with suppress(PermissionError):  # it may be another user's
            take.work.chmod(0o600)
    return True


def sha256_of(path: Path) -> str:
    with writing(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place_for(take: Take, kind: Kind, folder: Path, day: datetime) -> Path:
    """A free place in the archive, by day, or in the quarantine."""
    if kind is not Kind.QUARANTINED:
        folder = folder / f"{day:%Y-%m-%d}"
    stem, suffix = os.path.splitext(take.name)  # noqa: PTH122 - of `.csv`, too
    names = (f"{stem}{f'-{n}' if n > 1 else ''}{suffix}" for n in count(1))
    return next(folder / name for name in names if not _is_used(folder / name))


def bring_out(take: Take, goes_to: Path, reason: str) -> None:
    """Moves the file to its last place, with a reason beside it if there is one.

    Can be done again.
    """
    private_folder(goes_to.parent)
    if reason:
        write_whole(_reason_file(goes_to), reason)
    with writing(goes_to):
        if take.work.exists() and not _is_there(take, goes_to):
            _move(take.work, goes_to)
    clear(take)


def is_taken_by_another(take: Take, goes_to: Path) -> bool:
    """Whether something else lies there by now."""
    return take.work.exists() and goes_to.exists() and not _is_there(take, goes_to)


def clear(take: Take) -> None:
    """Removes the take's own folder, once the file is elsewhere."""
    with writing(take.folder):
        shutil.rmtree(take.folder, ignore_errors=True)
        _sync(take.folder.parent)


def _reason_file(path: Path) -> Path:
    return path.with_name(path.name + REASON)


def _is_used(path: Path) -> bool:
    return path.exists() or path.is_symlink() or _reason_file(path).exists()


def _is_as_it_was(take: Take) -> bool:
    with suppress(OSError):
        facts = (take.inbox / take.name).lstat()
        changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
        return (facts.st_size, changed) == (take.size, take.changed_ns)
    return False


def _is_there(take: Take, goes_to: Path) -> bool:
    """Whether it was copied there before the machine died."""
    return goes_to.is_file() and sha256_of(goes_to) == take.sha256


def _rename(source: Path, target: Path) -> bool:
    """False when there is no such file."""
    try:
        source.rename(target)
    except FileNotFoundError:
        return False
    _sync(target.parent)
    _sync(source.parent)
    return True


def _move(source: Path, target: Path) -> None:
    """Across file systems it is copied, and removed when the copy is durable."""
    if source.stat().st_dev == target.parent.stat().st_dev:
        _rename(source, target)
        return
    aside = target.with_name(f".{target.name}.part")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    with source.open("rb") as one, aside.open("wb") as other:
        shutil.copyfileobj(one, other, _BLOCK)
        other.flush()
        os.fsync(other.fileno())
    _rename(aside, target)
    source.unlink()


def _sync(folder: Path) -> None:
    """Makes names in a folder durable, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
