"""A ledger as version 1 of the program wrote it: its very statements."""

import sqlite3
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
    counts TEXT
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
    PRIMARY KEY (identity, run)
) WITHOUT ROWID""",
    """CREATE UNIQUE INDEX sent_once ON sending (identity)
WHERE state IN (0, 1, 3)""",
    "PRAGMA application_id = 1095322992",
    "PRAGMA user_version = 1",
)
SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
CLAIM = """
INSERT INTO sending (identity, run, state, body, attempts, at)
VALUES (?, ?, 0, ?, 1, ?)
ON CONFLICT (identity) WHERE state IN (0, 1, 3) DO NOTHING
ON CONFLICT (identity, run) DO UPDATE SET
    state = 0, body = excluded.body, at = excluded.at, attempts = attempts + 1,
    activity_id = NULL, http_status = NULL, code = '', field = '', message = ''
WHERE state = 4
"""
SETTLE = """
UPDATE sending SET
    state = ?, activity_id = ?, http_status = ?, attempts = max(attempts, ?),
    code = ?, field = ?, message = ?, at = ?
WHERE identity = ? AND run = ? AND state IN (0, 3)
"""
BEGIN_RUN = """
INSERT INTO run (name, command, dry_run, target, workspace, mapping_name,
mapping_sha256, started_at, reports, sources, options, ended_at, status, exit_code,
counts) VALUES (?, 'run', 0, 'https://api.example.test', 'default', 'acme-tasks', ?,
'2026-11-23T07:31:00.000000+00:00', ?, '["tasks.csv", "calls.csv"]',
'["-m", "acme-tasks"]', NULL, NULL, NULL, NULL)
"""
CLAIMED_AT = 1_700_000_000_000


class Version1:
    """The connection of a program of version 1, open until it is closed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.exists()
        self.connection = sqlite3.connect(path, timeout=0.05, isolation_level=None)
        path.chmod(0o600)
        for statement in SETTINGS if made else (*SCHEMA, *SETTINGS):
            self.connection.execute(statement)

    def begin_run(self, name: str) -> int:
        values = (name, "0" * 64, f"reports/{name}")
        run = self.connection.execute(BEGIN_RUN, values).lastrowid
        assert run is not None
        return run

    def claim(self, run: int, number: int) -> bool:
        row = (identity(number), run, BODY, CLAIMED_AT + number)
        return self.connection.execute(CLAIM, row).rowcount == 1

    def settle(self, run: int, number: int, state: State) -> bool:
        activity_id = f"a-{number}" if state is State.CREATED else None
        row = (state, activity_id, 201, 1, "c", "", "m", CLAIMED_AT + 1000 + number)
        found = self.connection.execute(SETTLE, (*row, identity(number), run))
        return found.rowcount == 1

    def close(self) -> None:
        self.connection.close()


def write_ledger(path: Path, states: dict[str, dict[int, State]]) -> None:
    """A ledger of version 1 with these runs and their sendings."""
    old = Version1(path)
    old.connection.execute("BEGIN IMMEDIATE")
    for name, sendings in states.items():
        run = old.begin_run(name)
        for number, state in sendings.items():
            assert old.claim(run, number)
            assert state is State.INTENT or old.settle(run, number, state)
    old.connection.execute("COMMIT")
    old.close()
