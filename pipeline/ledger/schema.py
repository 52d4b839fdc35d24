"""The ledger's tables and indexes, and how an older ledger gets them."""

from typing import Final

APPLICATION_ID: Final = 0x41494D70  # "AImp"
VERSION: Final = 5
# `run.created` counts the run's created sendings, NULL where nobody counted: the
# runs of a version 1. `claimed_at` is 0 for what a version 1 claimed. `run.issues` is
# a JSON object of counts by code, NULL where the run did not end, or an older version
# ended it.
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
    counts TEXT,
    created INTEGER,
    issues TEXT
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
    claimed_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (identity, run)
) WITHOUT ROWID""",
    # The promise, as constraints: no identity has two live sendings. They look at the
    # very page that is written; a unique index cost a second one for each row.
    "sent_once": """CREATE TRIGGER sent_once BEFORE INSERT ON sending
WHEN EXISTS (
    SELECT 1 FROM sending WHERE identity = NEW.identity AND state IN (0, 1, 3)
)
BEGIN SELECT RAISE(IGNORE); END""",
    "live_once": """CREATE TRIGGER live_once
BEFORE UPDATE OF identity, state ON sending
WHEN NEW.state IN (0, 1, 3) AND OLD.state NOT IN (0, 1, 3) AND EXISTS (
    SELECT 1 FROM sending WHERE identity = NEW.identity AND state IN (0, 1, 3)
)
BEGIN SELECT RAISE(ABORT, 'another sending of the row is live'); END""",
    # What a run did not create is little, and is asked for often.
    "not_created": """CREATE INDEX not_created ON sending (run, state)
WHERE state <> 1""",
    # One body in sixteen is enough to recognise content that was imported before.
    "imported_body": """CREATE INDEX imported_body ON sending (body)
WHERE state = 1 AND substr(body, 1, 1) < x'10'""",
    # What lookups ask the API for, and what it answered: `candidates` is a JSON list
    # of [id, name], empty where nothing was found.
    "topic": """CREATE TABLE topic (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    workspace TEXT NOT NULL,
    record_type TEXT NOT NULL,
    field TEXT NOT NULL,
    kind TEXT NOT NULL,
    UNIQUE (target, workspace, record_type, field, kind)
) STRICT""",
    "answer": """CREATE TABLE answer (
    topic INTEGER NOT NULL REFERENCES topic,
    value TEXT NOT NULL,
    candidates TEXT NOT NULL CHECK (json_type(candidates) = 'array'),
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (topic, value)
) STRICT, WITHOUT ROWID""",
    # What a mapping saw last in sources of one name: a JSON list of headers, and a
    # JSON object of values by field.
    "seen": """CREATE TABLE seen (
    system TEXT NOT NULL,
    mapping TEXT NOT NULL,
    source TEXT NOT NULL,
    headers TEXT NOT NULL CHECK (json_type(headers) = 'array'),
    field_values TEXT NOT NULL CHECK (json_type(field_values) = 'object'),
    seen_at INTEGER NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (system, mapping, source)
) STRICT, WITHOUT ROWID""",
    # What a run was about to send: sources by fingerprint, and the rows read.
    "source": """CREATE TABLE source (
    run INTEGER NOT NULL REFERENCES run,
    fingerprint TEXT NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (run, fingerprint)
) STRICT, WITHOUT ROWID""",
    "source_fingerprint": "CREATE INDEX source_fingerprint ON source (fingerprint)",
}
# For each older version what makes it the next one; no row is rewritten.
STEPS: Final[dict[int, tuple[str, ...]]] = {
    1: (
        "ALTER TABLE run ADD COLUMN created INTEGER",
        "ALTER TABLE sending ADD COLUMN claimed_at INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX sent_once",
        SCHEMA["sent_once"],
        SCHEMA["live_once"],
        SCHEMA["not_created"],
        SCHEMA["imported_body"],
    ),
    2: (SCHEMA["topic"], SCHEMA["answer"], SCHEMA["seen"]),
    3: ("ALTER TABLE run ADD COLUMN issues TEXT",),
    4: (SCHEMA["source"], SCHEMA["source_fingerprint"]),
}


def same_statement(one: str | None, other: str) -> bool:
    """Whether both say the same: ALTER TABLE leaves its own white space."""
    return one is not None and "".join(one.split()) == "".join(other.split())
