"""Files are moved so that each is in one place, whenever the machine dies."""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from pipeline.errors import ReportError
from pipeline.nightly.names import ended, numbered
from pipeline.nightly.takes import WORK, Kind, Take
from pipeline.private_files import private_folder, write_whole, writing

_BLOCK = 1 << 20


def bring_in(take: Take) -> bool:
    """Moves the file, and its marker, from the inbox to the take's own folder.

    False: it is gone, or was written anew meanwhile; its marker is then back. Can be
    done again.
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
                _give_back_marker(take)
                clear(take)
                return False
        with suppress(PermissionError):  # it may be another user's
            take.work.chmod(0o600)
    return True


def must_be_ours(take: Take) -> None:
    """Raises ReportError for a link, or what is no file, where the file is to lie.

    Whoever may write to an inbox could have put it there.
    """
    must_be_our_folder(take.inbox)
    if take.folder.is_symlink():
        raise _planted(take.folder)
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(take.work.lstat().st_mode):
            raise _planted(take.work)


def must_be_our_folder(inbox: Path) -> None:
    """Raises ReportError if the inbox's own work folder is none, or a link."""
    for path in (inbox / WORK, inbox / WORK / "lock"):
        if path.is_symlink():
            raise _planted(path)


def sha256_of(path: Path) -> str:
    with writing(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place_for(take: Take, kind: Kind, folder: Path, day: datetime) -> Path:
    """A free place in the archive, by day, or in the quarantine."""
    if kind is not Kind.QUARANTINED:
        folder = folder / f"{day:%Y-%m-%d}"
    places = (folder / numbered(take.name, number) for number in count(1))
    return next(place for place in places if not _is_used(place))


def reason_file(path: Path) -> Path:
    """Where it stands why a file lies in the quarantine."""
    return path.with_name(ended(path.name, ".reason.txt"))


def bring_out(take: Take, goes_to: Path, reason: str) -> None:
    """Moves the file to its last place, with a reason beside it if there is one.

    Can be done again. A reason that cannot be written does not keep the file.
    """
    private_folder(goes_to.parent)
    if reason:
        with suppress(ReportError):
            write_whole(reason_file(goes_to), reason)
    with writing(goes_to):
        if take.work.exists():
            _move(take.work, goes_to)
    clear(take)


def clear_reason(lay_at: Path) -> None:
    """Removes why a file was put aside, if the file does not lie there any more."""
    if not (lay_at.exists() or lay_at.is_symlink()):
        with suppress(OSError):
            reason_file(lay_at).unlink(missing_ok=True)


def is_taken_by_another(take: Take, goes_to: Path) -> bool:
    """Whether something else lies there by now."""
    return take.work.exists() and goes_to.exists() and not _is_equal(take.work, goes_to)


def clear(take: Take) -> None:
    """Removes the take's own folder, once the file is elsewhere."""
    with writing(take.folder):
        shutil.rmtree(take.folder, ignore_errors=True)
        _sync(take.folder.parent)


def can_rename(source: Path, target: Path) -> bool:
    """Whether files of one folder become those of another without being copied.

    Two places of one disk may be mounted on their own: only trying tells.
    """
    with writing(target):
        descriptor, name = tempfile.mkstemp(dir=source)
        os.close(descriptor)
        there = target / Path(name).name
        try:
            return _could_rename(Path(name), there)
        finally:
            Path(name).unlink(missing_ok=True)
            there.unlink(missing_ok=True)


def _give_back_marker(take: Take) -> None:
    there = take.inbox / take.marker
    if take.marker and not there.exists():
        _rename(take.folder / take.marker, there)


def _planted(path: Path) -> ReportError:
    return ReportError(
        "Something lies where the night keeps files while it runs them, and the night "
        "did not put it there: a link, or no file.",
        where=str(path),
        hint="Find out who put it there, and remove it.",
        code="work_folder_planted",
    )


def _is_used(path: Path) -> bool:
    return path.exists() or path.is_symlink() or reason_file(path).exists()


def _is_as_it_was(take: Take) -> bool:
    with suppress(OSError):
        facts = (take.inbox / take.name).lstat()
        changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
        return (facts.st_size, changed) == (take.size, take.changed_ns)
    return False


def _is_equal(one: Path, other: Path) -> bool:
    return other.is_file() and sha256_of(other) == sha256_of(one)


def _rename(source: Path, target: Path) -> bool:
    """False when there is no such file."""
    try:
        _rename_there(source, target)
    except FileNotFoundError:
        return False
    return True


def _rename_there(source: Path, target: Path) -> None:
    source.rename(target)
    _sync(target.parent)
    _sync(source.parent)


def _move(source: Path, target: Path) -> None:
    """Where it cannot be renamed it is copied, and removed when the copy is durable."""
    if not _is_equal(source, target):
        if _could_rename(source, target):
            return
        _copy(source, target)
    _remove(source)


def _could_rename(source: Path, target: Path) -> bool:
    try:
        _rename_there(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    """Nothing stands at `target` before all of it is on the disk, and equal."""
    aside = target.with_name(f".{ended(target.name, '.part')}")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    try:
        with source.open("rb") as one, aside.open("wb") as other:
            shutil.copyfileobj(one, other, _BLOCK)
            other.flush()
            os.fsync(other.fileno())
        if not _is_equal(source, aside):
            raise OSError(errno.EIO, "the copy is not equal to the file")
        _rename_there(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _remove(source: Path) -> None:
    source.unlink()
    _sync(source.parent)


def _sync(folder: Path) -> None:
    """Makes names in a folder durable, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
