"""A ledger as version 2 of the program wrote it: its very statements."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.ledger import State
from tests.ledger.given import BODY, identity

SCHEMA = (
    """CREATE TABLE run (
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
    counts TEXT,
    created INTEGER
)""",
    """CREATE TABLE sending (
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
    claimed_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (identity, run)
) WITHOUT ROWID""",
    """CREATE TRIGGER sent_once BEFORE INSERT ON sending
WHEN EXISTS (
    SELECT 1 FROM sending WHERE identity = NEW.identity AND state IN (0, 1, 3)
)
BEGIN SELECT RAISE(IGNORE); END""",
    """CREATE TRIGGER live_once
BEFORE UPDATE OF identity, state ON sending
WHEN NEW.state IN (0, 1, 3) AND OLD.state NOT IN (0, 1, 3) AND EXISTS (
    SELECT 1 FROM sending WHERE identity = NEW.identity AND state IN (0, 1, 3)
)
BEGIN SELECT RAISE(ABORT, 'another sending of the row is live'); END""",
    """CREATE INDEX not_created ON sending (run, state)
WHERE state <> 1""",
    """CREATE INDEX imported_body ON sending (body)
WHERE state = 1 AND substr(body, 1, 1) < x'10'""",
    "PRAGMA application_id = 1095322992",
    "PRAGMA user_version = 2",
    "PRAGMA journal_mode = WAL",
)
BEGIN_RUN = """
INSERT INTO run (name, command, dry_run, target, workspace, mapping_name,
mapping_sha256, started_at, reports, sources, options, created) VALUES (?, 'run', 0,
'https://api.example.test', 'default', 'acme-tasks', ?,
'2026-11-23T07:31:00.000000+00:00', ?, '["tasks.csv", "calls.csv"]',
'["-m", "acme-tasks"]', ?)
"""
SEND = """
INSERT INTO sending (identity, run, state, body, activity_id, attempts, at, claimed_at)
VALUES (?, ?, ?, ?, ?, 1, ?, ?)
"""
CLAIMED_AT = 1_700_000_000_000


def write_ledger(path: Path, name: str, states: dict[int, State]) -> None:
    """A ledger of version 2 with a run and its sendings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        path.chmod(0o600)
        for statement in SCHEMA:
            file.execute(statement)
        created = sum(state is State.CREATED for state in states.values())
        run = (name, "0" * 64, f"reports/{name}", created)
        number = file.execute(BEGIN_RUN, run).lastrowid
        file.executemany(
            SEND,
            [
                (
                    identity(each),
                    number,
                    state,
                    BODY,
                    f"a-{each}" if state is State.CREATED else None,
                    CLAIMED_AT + 1000 + each,
                    CLAIMED_AT + each,
                )
                for each, state in states.items()
            ],
        )
