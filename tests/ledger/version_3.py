"""A ledger as version 3 of the program wrote it: what it added to version 2."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.ledger import State
from tests.ledger import version_2

ADDED = (
    """CREATE TABLE topic (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    workspace TEXT NOT NULL,
    record_type TEXT NOT NULL,
    field TEXT NOT NULL,
    kind TEXT NOT NULL,
    UNIQUE (target, workspace, record_type, field, kind)
) STRICT""",
    """CREATE TABLE answer (
    topic INTEGER NOT NULL REFERENCES topic,
    value TEXT NOT NULL,
    candidates TEXT NOT NULL CHECK (json_type(candidates) = 'array'),
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (topic, value)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE seen (
    system TEXT NOT NULL,
    mapping TEXT NOT NULL,
    source TEXT NOT NULL,
    headers TEXT NOT NULL CHECK (json_type(headers) = 'array'),
    field_values TEXT NOT NULL CHECK (json_type(field_values) = 'object'),
    seen_at INTEGER NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (system, mapping, source)
) STRICT, WITHOUT ROWID""",
    "PRAGMA user_version = 3",
)
END_RUN = """
UPDATE run SET ended_at = ?, status = ?, exit_code = ?, counts = ? WHERE id = ?
"""


def write_ledger(path: Path, name: str, states: dict[int, State]) -> None:
    """A ledger of version 3 with a run and its sendings."""
    version_2.write_ledger(path, name, states)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in ADDED:
            file.execute(statement)
