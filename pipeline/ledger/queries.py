"""The questions that are asked of the ledger, in SQL."""

from typing import Final

ANY_SENDING: Final = "SELECT 1 FROM sending LIMIT 1"
# The digests come as one blob, 16 bytes each: half the time of a temporary table.
# CROSS JOIN keeps SQLite from walking through the whole ledger.
_WANTED: Final = """
WITH RECURSIVE place (at) AS (
    SELECT 1 UNION ALL SELECT at + 16 FROM place WHERE at + 16 < length(:wanted)
), wanted (digest) AS (SELECT substr(:wanted, at, 16) FROM place)
"""
STANDING: Final = f"""{_WANTED}
SELECT sending.identity, run.name, state, body, activity_id
FROM wanted
CROSS JOIN sending
    ON sending.identity = wanted.digest AND state IN (0, 1, 3)
JOIN run ON run.id = sending.run
"""  # noqa: S608
SENDINGS: Final = f"""{_WANTED}
SELECT sending.identity, state, activity_id, http_status, attempts, code, field,
    message, at, claimed_at
FROM wanted
CROSS JOIN sending ON sending.identity = wanted.digest AND sending.run = :run
"""  # noqa: S608
UNCERTAIN: Final = """
SELECT identity, coalesce(nullif(claimed_at, 0), :began), at, code
FROM sending INDEXED BY not_created
WHERE run = :run AND state = 3 AND state <> 1
"""
UNSETTLED: Final = """
SELECT run.name, identity, state,
    coalesce(nullif(claimed_at, 0), 1000 * unixepoch(started_at)), at, code
FROM run CROSS JOIN sending INDEXED BY not_created ON run = run.id
WHERE target = ? AND workspace = ? AND state IN (0, 3) AND state <> 1
ORDER BY run.id
"""
# A run of a version 1 has no count of its own: its created sendings are counted.
COUNTS: Final = """
SELECT state, count(*) FROM sending INDEXED BY not_created
WHERE run = :run AND state <> 1 GROUP BY state
UNION ALL
SELECT 1, coalesce(
    created, (SELECT count(*) FROM sending WHERE run = :run AND +state = 1)
) FROM run WHERE id = :run
"""
KNOWN_IDS: Final = """
SELECT DISTINCT lower(activity_id) FROM sending
WHERE lower(activity_id) IN (SELECT value FROM json_each(:ids))
"""
SAMPLED_BODIES: Final = f"""{_WANTED}
SELECT count(*) FROM wanted WHERE EXISTS (
    SELECT 1 FROM sending INDEXED BY imported_body CROSS JOIN run
        ON run.id = sending.run
    WHERE body = wanted.digest AND state = 1 AND substr(body, 1, 1) < x'10'
        AND target = :target AND workspace = :workspace
)
"""  # noqa: S608
ALL_BODIES: Final = f"""{_WANTED}
SELECT count(DISTINCT body) FROM sending
WHERE +state = 1 AND body IN (SELECT digest FROM wanted)
    AND run IN (SELECT id FROM run WHERE target = :target AND workspace = :workspace)
"""  # noqa: S608
KEEP_SOURCE: Final = """
INSERT INTO source (run, fingerprint, rows) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
"""
FORMER_RUNS: Final = """
WITH given (mark) AS (SELECT value FROM json_each(:given))
SELECT run.id, run.name, mark, source.rows FROM given
CROSS JOIN source ON source.fingerprint = mark JOIN run ON run.id = source.run
WHERE target = :target AND workspace = :workspace AND NOT EXISTS (
    SELECT 1 FROM source AS other
    WHERE other.run = run.id AND fingerprint NOT IN (SELECT mark FROM given)
)
ORDER BY run.id
"""
SENT_BEFORE: Final = """
SELECT EXISTS (
    SELECT 1 FROM run
    WHERE target = ? AND workspace = ?
        AND coalesce(created, json_extract(counts, '$.created')) > 0
)
"""
