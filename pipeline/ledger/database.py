"""The ledger's file: how it is opened, and what is refused."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from pipeline.errors import LedgerError
from pipeline.ledger.migration import migrate, sync_folder, version_of
from pipeline.ledger.schema import APPLICATION_ID, SCHEMA, VERSION
from pipeline.ledger.transactions import one_state, transaction
from pipeline.ledger.trouble import BUSY_SECONDS, RESTORE

_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 8000",
)
_BESIDE: Final = ("-wal", ".runs")  # SQLite's log, the plans of runs
_EFFECTIVE = os.access in os.supports_effective_ids


def connect(path: Path) -> sqlite3.Connection:
    """Opens the ledger, makes it where there is none, migrates it where it is old.

    Raises sqlite3.Error and OSError as they come, and LedgerError for a file that
    is not ours; such a file is left as it was.
    """
    _make_file(path)
    _check_not_emptied(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_file(path: Path) -> None:
    """Raises OSError where it cannot be.

    A new folder outlasts a loss of power; SQLite sees to the file.
    """
    for folder in reversed([parent for parent in path.parents if not parent.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
    if path.exists():
        _check_rights(path)
    else:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _check_rights(path: Path) -> None:
    """Opens the file only when that must fail.

    To close a file that this process has open elsewhere would drop SQLite's locks
    (POSIX), and a reader that closes would then take the log away from the writer.
    """
    if path.is_dir() or not os.access(path, os.W_OK, effective_ids=_EFFECTIVE):
        os.close(os.open(path, os.O_RDWR))


def _check_not_emptied(path: Path) -> None:
    """An empty file is a new ledger, unless an old one has left something beside.

    A single byte is empty to SQLite, too.
    """
    beside = [path.with_name(path.name + suffix) for suffix in _BESIDE]
    was_used = any(file.exists() and file.stat().st_size for file in beside)
    if was_used and path.stat().st_size <= 1:
        raise LedgerError(
            "The ledger is damaged: its file is empty.",
            where=str(path),
            hint=RESTORE,
            code="ledger_damaged",
        )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    with one_state(connection):  # another process may be making the ledger
        version = _known_version(connection, path)
    if not version:
        _create(connection, path)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise LedgerError(
            "The ledger cannot be kept on this disk.",
            where=str(path),
            hint="Network drives lack what it needs: name a local one with --ledger.",
            code="ledger_place_wrong",
        )
    for setting in _SETTINGS:
        connection.execute(setting)
    if version_of(connection) < VERSION:
        migrate(connection, path)


def _known_version(connection: sqlite3.Connection, path: Path) -> int:
    """0 for an empty database; raises LedgerError for one that is not ours."""
    number = connection.execute("PRAGMA application_id").fetchone()[0]
    version = version_of(connection)
    if number == APPLICATION_ID and version > VERSION:
        raise LedgerError(
            "The ledger was written by a newer version of this program.",
            where=str(path),
            hint="Install that version, or a later one, and try again.",
            code="ledger_newer",
        )
    if number == APPLICATION_ID and version:
        return version
    if (number, version) == (0, 0) and not _has_tables(connection):
        return 0
    raise LedgerError(
        "The file is the database of another program, not a ledger.",
        where=str(path),
        hint="Name another place with --ledger. The file was not changed.",
        code="ledger_not_ours",
    )


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None


def _create(connection: sqlite3.Connection, path: Path) -> None:
    with transaction(connection):
        if _known_version(connection, path):
            return
        for statement in SCHEMA.values():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
