"""The statements that write sendings: claims and what came of them."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from pipeline.errors import LedgerError
from pipeline.ledger.records import Intent, Settled, Standing, State

# Where a person had it sent again, the first sending may still come to light.
# The schema ignores the row where the identity is held live, before a released sending
# of the same run could be taken up.
_CLAIM: Final = """
INSERT INTO sending (identity, run, state, body, attempts, at, claimed_at)
VALUES (?1, ?2, 0, ?3, 1, ?4, ?4)
ON CONFLICT (identity, run) DO UPDATE SET
    state = 0, body = excluded.body, attempts = attempts + 1,
    at = excluded.at,
    claimed_at = CASE WHEN code IN ('resent_by_order', 'settled_by_person')
        THEN claimed_at ELSE excluded.claimed_at END,
    activity_id = NULL, http_status = NULL, code = '', field = '', message = ''
WHERE state = 4
"""
_HOLDER: Final = """
SELECT run.name, state, activity_id, body
FROM sending JOIN run ON run.id = sending.run
WHERE identity = ? AND (state IN (0, 1, 3) OR run = ?)
ORDER BY state IN (0, 1, 3) DESC LIMIT 1
"""
# A row that stays uncertain keeps the time at which it became so.
_SETTLE: Final = """
UPDATE sending SET
    state = ?, activity_id = ?, http_status = coalesce(?, http_status),
    attempts = max(attempts, ?), code = ?, field = ?, message = ?,
    at = CASE WHEN state = ? THEN at ELSE ? END
WHERE identity = ? AND run = ? AND state IN (0, 3)
"""
_COUNT_CREATED: Final = "UPDATE run SET created = created + ? WHERE id = ?"
_SETTLE_INTENTS: Final = """
UPDATE sending INDEXED BY not_created SET state = 3, code = ?, message = ?, at = ?
WHERE run = ? AND state = 0 AND state <> 1
"""
_CUT_OFF = "The program ended between sending the row and hearing the answer."

_Row = tuple[object, ...]


def write_claims(
    connection: sqlite3.Connection, run: int, intents: Sequence[Intent], at: int
) -> list[Standing | None]:
    """For each intent None when it is written, else the sending that forbids it.

    That is a live sending of any run, or this run's own rejected one: what the API
    refused is not sent again by the run that sent it.
    """
    rows = [(intent.identity, run, intent.body, at) for intent in intents]
    if not rows:
        return []
    connection.execute("SAVEPOINT claims")
    if connection.executemany(_CLAIM, rows).rowcount == len(rows):
        connection.execute("RELEASE claims")
        return [None] * len(rows)
    connection.execute("ROLLBACK TO claims")
    connection.execute("RELEASE claims")
    return [_claim_one(connection, row) for row in rows]


def write_settled(
    connection: sqlite3.Connection, run: int, settled: Sequence[Settled], at: int
) -> None:
    """Raises LedgerError when one of them is no claimed (or uncertain) sending."""
    rows = [_settled_row(one, run, at) for one in settled]
    if not rows:
        return
    if connection.executemany(_SETTLE, rows).rowcount != len(rows):
        raise LedgerError(
            "An answer came for a row that the ledger does not hold as sent.",
            hint="This is a fault of the program: keep the ledger and report it.",
            code="program_fault",
        )
    created = sum(one.state is State.CREATED for one in settled)
    if created:
        connection.execute(_COUNT_CREATED, (created, run))


def write_cut_off(connection: sqlite3.Connection, run: int, at: int) -> int:
    """Makes the run's intents uncertain; returns how many there were."""
    row = ("answer_unknown", _CUT_OFF, at, run)
    return connection.execute(_SETTLE_INTENTS, row).rowcount


def _claim_one(connection: sqlite3.Connection, row: _Row) -> Standing | None:
    if connection.execute(_CLAIM, row).rowcount == 1:
        return None
    identity, run, *_ = row
    name, state, activity_id, body = connection.execute(
        _HOLDER, (identity, run)
    ).fetchone()
    return Standing(name, State(state), activity_id, body)


def _settled_row(settled: Settled, run: int, at: int) -> _Row:
    activity_id = settled.activity_id
    return (
        int(settled.state),
        None if activity_id is None else _storable(activity_id),
        settled.http_status,
        settled.attempts,
        _storable(settled.code),
        _storable(settled.field),
        _storable(settled.message),
        int(settled.state),
        at,
        settled.identity,
        run,
    )


def _storable(text: str) -> str:
    """Half of a surrogate pair, which JSON can bring, cannot be stored."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
