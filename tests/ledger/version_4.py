"""A ledger as version 4 of the program wrote it: what it added to version 3."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.ledger import State
from tests.ledger import version_3

ADDED = ("ALTER TABLE run ADD COLUMN issues TEXT", "PRAGMA user_version = 4")


def write_ledger(path: Path, name: str, states: dict[int, State]) -> None:
    """A ledger of version 4 with a run and its sendings."""
    version_3.write_ledger(path, name, states)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in ADDED:
            file.execute(statement)
