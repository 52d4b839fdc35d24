"""How anything is written to the ledger: all of it or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it is durable at the end, or none of it; only one writes at a time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        _end(connection)


@contextmanager
def one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """In this block the file reads as it was when first read in it."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        _end(connection)


def _end(connection: sqlite3.Connection) -> None:
    """SQLite itself ends a transaction for which the disk has no room."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
