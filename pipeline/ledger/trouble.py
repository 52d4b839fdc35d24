"""What can go wrong with the ledger's file, in plain words."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import LedgerError

BUSY_SECONDS: Final = 5.0
_PRIMARY = 0xFF
_FILES = 3  # the ledger, its log and its index
_ELSEWHERE = "Name another place with --ledger."
_RIGHTS = f"Ask for the right to write to the file and its folder. Or: {_ELSEWHERE}"
_ROOM = "Make room on the disk, then go on with `activity-import resume`."
RESTORE: Final = (
    "Put the file aside and restore it from a backup. Do not start an empty ledger "
    "without need: it would not know what was sent before."
)
_OUR_BUG = "This is a fault of the program: keep the ledger as it is and report it."


@dataclass(frozen=True)
class _Words:
    """What happened, what to do about it, and its code in the catalogue."""

    message: str
    hint: str
    code: str


_MANY_FILES = _Words(
    "The ledger cannot be opened: too many files are open.",
    "Close other programs, or allow more with `ulimit -n 4096`, then try again.",
    "too_many_files",
)
_READ_ONLY = _Words(
    "The ledger cannot be written: access is denied.", _RIGHTS, "ledger_not_writable"
)
_FULL = _Words("The ledger cannot be written: the disk is full.", _ROOM, "disk_full")
_FOLDER_IS_FILE = _Words(
    "The ledger's folder cannot be made: a file has its name.",
    _ELSEWHERE,
    "ledger_place_wrong",
)
_SQLITE: Final[dict[int, _Words]] = {
    sqlite3.SQLITE_BUSY: _Words(
        f"The ledger is locked by another program for more than {BUSY_SECONDS:g} "
        "seconds.",
        "Close what else has the file open (a database viewer, a backup, another "
        "run), then try again.",
        "ledger_locked",
    ),
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _Words(
        "The ledger cannot be opened.", _RIGHTS, "ledger_not_writable"
    ),
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _Words(
        "The ledger cannot be read or written: the disk reports an error.",
        "Look whether the disk is full, over your quota, or no longer connected, "
        "then go on with `activity-import resume`.",
        "disk_failed",
    ),
    sqlite3.SQLITE_CORRUPT: _Words("The ledger is damaged.", RESTORE, "ledger_damaged"),
    sqlite3.SQLITE_NOTADB: _Words(
        "The file is not a ledger.",
        f"Is it another file, by mistake? {_ELSEWHERE}",
        "ledger_not_ours",
    ),
}
# SQLite does not say so when its shared memory, a file, finds no room.
_EXTENDED: Final[dict[int, _Words]] = {sqlite3.SQLITE_IOERR_SHMSIZE: _FULL}
_SYSTEM: Final[dict[int, _Words]] = {
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EMFILE: _MANY_FILES,
    errno.ENFILE: _MANY_FILES,
    errno.EROFS: _Words(
        "The ledger cannot be written: the disk is read-only.",
        _ELSEWHERE,
        "ledger_not_writable",
    ),
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _Words(
        "The ledger cannot be written: your quota is used up.", _ROOM, "disk_full"
    ),
    errno.EISDIR: _Words(
        "The ledger must be a file, and this is a folder.",
        _ELSEWHERE,
        "ledger_place_wrong",
    ),
    errno.ENOTDIR: _FOLDER_IS_FILE,
    errno.EEXIST: _FOLDER_IS_FILE,
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns errors of SQLite and of the system into LedgerErrors."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ledger_error(error, path) from error


def ledger_error(error: Exception, path: Path) -> LedgerError:
    """The LedgerError that says `error` in words; a LedgerError is copied."""
    if isinstance(error, LedgerError):
        return LedgerError(
            error.message, where=error.where, hint=error.hint, code=error.code
        )
    words = _words(error)
    return LedgerError(words.message, where=str(path), hint=words.hint, code=words.code)


def _words(error: Exception) -> _Words:
    said = f"The ledger failed: {error}."
    if isinstance(error, OSError):
        unknown = _Words(said, _RIGHTS, "ledger_failed")
        return _SYSTEM.get(error.errno or 0, unknown)
    unknown = _Words(said, _OUR_BUG, "ledger_failed")
    code = getattr(error, "sqlite_errorcode", 0)
    if code & _PRIMARY == sqlite3.SQLITE_CANTOPEN and not _may_open_files():
        return _MANY_FILES
    return _EXTENDED.get(code) or _SQLITE.get(code & _PRIMARY, unknown)


def _may_open_files() -> bool:
    """Whether the system lets us open as many files as SQLite wanted to."""
    with ExitStack() as stack:
        try:
            for _ in range(_FILES):
                stack.enter_context(Path(os.devnull).open("rb"))
        except OSError as error:
            return error.errno not in (errno.EMFILE, errno.ENFILE)
    return True
