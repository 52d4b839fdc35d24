"""What is wrong with a ledger, in words a person can act on."""

import re
import sqlite3
from typing import Final

from pipeline.ledger.schema import SCHEMA, same_statement

# `+state` keeps SQLite from asking an index, which may be what is broken.
_LIVE_TWICE: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM sending
    WHERE +state IN (0, 1, 3) GROUP BY identity HAVING count(*) > 1
)
"""
_MISCOUNTED: Final = """
SELECT run.name, created, coalesce(held, 0) FROM run LEFT JOIN (
    SELECT run, count(*) AS held FROM sending WHERE +state = 1 GROUP BY run
) AS counted ON counted.run = run.id
WHERE created <> coalesce(held, 0)
"""
_INDEX = re.compile(r" (?:from|in) index (\w+)$")


def problems_of(connection: sqlite3.Connection) -> list[str]:
    """Empty for a sound ledger; reads all of it."""
    try:
        found = [text for (text,) in connection.execute("PRAGMA integrity_check")]
        missing = _missing(connection)
        if missing:
            return [*_damages(found), *missing]
        return [*_damages(found), *_sent_twice(connection), *_miscounted(connection)]
    except sqlite3.DatabaseError as error:
        return [f"The ledger is damaged: {error}."]


def _damages(found: list[str]) -> list[str]:
    """One sentence for each index, however many rows it lacks."""
    return list(dict.fromkeys(_damage(text) for text in found if text != "ok"))


def _damage(text: str) -> str:
    index = _INDEX.search(text)
    if index is None:
        return f"The ledger is damaged: {text}."
    return (
        f"The ledger's index `{index[1]}` does not fit its rows: what is told of them "
        "may be wrong."
    )


def _missing(connection: sqlite3.Connection) -> list[str]:
    schema = dict(connection.execute("SELECT name, sql FROM sqlite_schema"))
    return [
        f"The ledger's part `{name}` is missing or was changed."
        for name, statement in SCHEMA.items()
        if not same_statement(schema.get(name), statement)
    ]


def _sent_twice(connection: sqlite3.Connection) -> list[str]:
    """Counted by the rows alone, as if nothing had forbidden it."""
    [(count,)] = connection.execute(_LIVE_TWICE)
    if not count:
        return []
    rows = "1 record" if count == 1 else f"{count:,} records"
    return [
        f"The ledger holds {rows} as sent by two runs: look for them in Reevo, they "
        "may be there twice."
    ]


def _miscounted(connection: sqlite3.Connection) -> list[str]:
    return [
        f"The ledger counts {created:,} created rows of run {name} and holds {held:,}: "
        "rows of it were lost or changed by another program."
        for name, created, held in connection.execute(_MISCOUNTED)
    ]
