"""The ledger's file: its schema, how it is opened, and what is refused."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.errors import LedgerError
from pipeline.ledger.trouble import BUSY_SECONDS

APPLICATION_ID: Final = 0x41494D70  # "AImp"
VERSION: Final = 1
SCHEMA: Final[dict[str, str]] = {
    "run": """CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    target TEXT NOT NULL,
    workspace TEXT NOT NULL,
    mapping_name TEXT NOT NULL,
    mapping_sha256 TEXT NOT NULL,
    started_at TEXT NOT NULL,
    reports TEXT NOT NULL,
    sources TEXT NOT NULL,
    options TEXT NOT NULL,
    ended_at TEXT,
    status TEXT,
    exit_code INTEGER,
    counts TEXT
)""",
    "sending": """CREATE TABLE sending (
    identity BLOB NOT NULL,
    run INTEGER NOT NULL REFERENCES run,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    body BLOB NOT NULL,
    activity_id TEXT,
    http_status INTEGER,
    attempts INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    field TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    PRIMARY KEY (identity, run)
) WITHOUT ROWID""",
    # The promise, as a constraint: no identity has two live sendings.
    "sent_once": """CREATE UNIQUE INDEX sent_once ON sending (identity)
WHERE state IN (0, 1, 3)""",
}
_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 8000",
)
_EFFECTIVE = os.access in os.supports_effective_ids


def connect(path: Path) -> sqlite3.Connection:
    """Opens the ledger, and makes it where there is none.

    Raises sqlite3.Error and OSError as they come, and LedgerError for a file that
    is not ours; such a file is left as it was.
    """
    _make_file(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it is durable at the end, or none of it; only one writes at a time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _make_file(path: Path) -> None:
    for folder in reversed([parent for parent in path.parents if not parent.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
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


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if not _is_ledger(connection, path):
        _create(connection, path)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise LedgerError(
            "The ledger cannot be kept on this disk.",
            where=str(path),
            hint="Network drives lack what it needs: name a local one with --ledger.",
        )
    for setting in _SETTINGS:
        connection.execute(setting)


def _is_ledger(connection: sqlite3.Connection, path: Path) -> bool:
    """False for an empty database; raises LedgerError for one that is not ours."""
    number = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if number == APPLICATION_ID and version > VERSION:
        raise LedgerError(
            "The ledger was written by a newer version of this program.",
            where=str(path),
            hint="Install that version, or a later one, and try again.",
        )
    if (number, version) == (APPLICATION_ID, VERSION):
        return True
    if (number, version) == (0, 0) and not _has_tables(connection):
        return False
    raise LedgerError(
        "The file is the database of another program, not a ledger.",
        where=str(path),
        hint="Name another place with --ledger. The file was not changed.",
    )


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None


def _create(connection: sqlite3.Connection, path: Path) -> None:
    with transaction(connection):
        if _is_ledger(connection, path):
            return
        for statement in SCHEMA.values():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
