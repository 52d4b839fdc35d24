"""Brings an older ledger to this version, and keeps the older one beside it."""

import filecmp
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from pipeline.ledger.schema import STEPS, VERSION
from pipeline.ledger.transactions import transaction

# Who comes while another migrates waits for it; 10,000,000 rows took 14 s.
PATIENCE_SECONDS: Final = 300


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """One transaction: the file is of its old version or of this one, never between.

    The older ledger is durable in `PATH.vN.backup` before anything is changed.
    Raises sqlite3.Error and OSError; the ledger is then as it was.
    """
    with _patience(connection), transaction(connection):
        older = version_of(connection)
        if older == VERSION:  # another process was first
            return
        _back_up(path, older)
        for version in range(older, VERSION):
            for statement in STEPS[version]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def version_of(connection: sqlite3.Connection) -> int:
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def sync_folder(folder: Path) -> None:
    """Makes durable which files are in it, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)


@contextmanager
def _patience(connection: sqlite3.Connection) -> Iterator[None]:
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")


def _back_up(path: Path, version: int) -> None:
    """A name without a number, or with the next one; equal backups are made once."""
    part = path.with_name(f"{path.name}.v{version}.backup.part")
    try:
        _copy(path, part)
        for number in count(1):
            backup = path.with_name(_backup_name(path, version, number))
            if not backup.exists():
                part.rename(backup)
                break
            if filecmp.cmp(part, backup, shallow=False):
                break
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _backup_name(path: Path, version: int, number: int) -> str:
    suffix = "" if number == 1 else f".{number}"
    return f"{path.name}.v{version}.backup{suffix}"


def _copy(path: Path, part: Path) -> None:
    """Durable when it returns; needs no file beside it to be opened."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(path)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = FULL")
        source.backup(copy)
