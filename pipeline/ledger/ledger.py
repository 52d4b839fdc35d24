"""The ledger as the main thread sees it: runs, and what stands in the way of a row."""

import sqlite3
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import polars as pl

from pipeline.errors import LedgerError
from pipeline.ledger.database import SCHEMA, connect, transaction
from pipeline.ledger.records import RunRecord, State, milliseconds, utc_now
from pipeline.ledger.run_rows import (
    BEGIN_RUN,
    END_RUN,
    FIND_RUN,
    NEWEST_RUNS,
    ended_row,
    record_of,
    run_row,
)
from pipeline.ledger.sendings import write_cut_off
from pipeline.ledger.trouble import translated

STANDING_SCHEMA: Final = pl.Schema(
    {
        "identity": pl.Binary(),
        "run": pl.String(),
        "state": pl.UInt8(),
        "body": pl.Binary(),
        "activity_id": pl.String(),
    }
)
SENDINGS_SCHEMA: Final = pl.Schema(
    {
        "identity": pl.Binary(),
        "state": pl.UInt8(),
        "activity_id": pl.String(),
        "http_status": pl.Int32(),
        "attempts": pl.Int32(),
        "code": pl.String(),
        "field": pl.String(),
        "message": pl.String(),
    }
)
# The identities come as one blob, 16 bytes each: half the time of a temporary table.
# CROSS JOIN keeps SQLite from walking through the whole ledger.
_WANTED = """
WITH RECURSIVE place (at) AS (
    SELECT 1 UNION ALL SELECT at + 16 FROM place WHERE at + 16 < length(:wanted)
), wanted (identity) AS (SELECT substr(:wanted, at, 16) FROM place)
"""
_STANDING = (
    _WANTED
    + """
SELECT sending.identity, run.name, state, body, activity_id
FROM wanted
CROSS JOIN sending INDEXED BY sent_once
    ON sending.identity = wanted.identity AND state IN (0, 1, 3)
JOIN run ON run.id = sending.run
"""
)
_SENDINGS = (
    _WANTED
    + """
SELECT sending.identity, state, activity_id, http_status, attempts, code, field, message
FROM wanted
CROSS JOIN sending ON sending.identity = wanted.identity AND sending.run = :run
"""
)


class Ledger:
    """One process may have it open while others read and write."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.path = path
        self._connection = connection
        self._now = now

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], datetime] = utc_now) -> Self:
        """Makes the file, private, where there is none; raises LedgerError."""
        with translated(path):
            connection = connect(path)
        return cls(path, connection, now=now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with translated(self.path):
            self._connection.close()

    def begin_run(self, record: RunRecord) -> int:
        """The run's number, by which its sendings are known."""
        with self._transaction():
            cursor = self._connection.execute(BEGIN_RUN, run_row(record))
        assert cursor.lastrowid is not None  # noqa: S101
        return cursor.lastrowid

    def end_run(
        self,
        run: int,
        *,
        status: str,
        exit_code: int,
        ended_at: datetime,
        counts: Dict[str, int],
    ) -> None:
        row = ended_row(status, exit_code, ended_at, counts)
        with self._transaction():
            self._connection.execute(END_RUN, (*row, run))

    def runs(self, limit: int = 20) -> list[RunRecord]:
        """The newest first."""
        return [record_of(row) for row in self._rows(NEWEST_RUNS, limit)]

    def find_run(self, name: str) -> RunRecord | None:
        found = self._rows(FIND_RUN, name)
        return record_of(found[0]) if found else None

    def number_of(self, name: str) -> int:
        """The number that `begin_run` gave; raises LedgerError for an unknown run."""
        found = self._rows("SELECT id FROM run WHERE name = ?", name)
        if not found:
            raise LedgerError(
                f"The ledger knows of no run {name}.",
                where=str(self.path),
                hint="See `activity-import history` for the runs it knows.",
            )
        number: int = found[0][0]
        return number

    def standing(self, identities: pl.Series) -> pl.DataFrame:
        """The live sendings, of any run, in `STANDING_SCHEMA`: one per identity."""
        return self._look_up(_STANDING, identities, STANDING_SCHEMA, run=None)

    def sendings(self, run: int, identities: pl.Series) -> pl.DataFrame:
        """The run's own sendings, in any state, in `SENDINGS_SCHEMA`."""
        return self._look_up(_SENDINGS, identities, SENDINGS_SCHEMA, run=run)

    def counts(self, run: int) -> dict[State, int]:
        """How many sendings of the run are in each state; zeros are left out."""
        query = "SELECT state, count(*) FROM sending WHERE run = ? GROUP BY state"
        return {State(state): count for state, count in self._rows(query, run)}

    def settle_intents(self, run: int) -> int:
        """Makes uncertain what the run had in flight when it was cut off.

        Only for a run that no process is working on. Returns how many there were.
        """
        with self._transaction():
            return write_cut_off(self._connection, run, milliseconds(self._now()))

    def check(self) -> list[str]:
        """What is wrong with the file, in words; reads all of it."""
        try:
            found = [text for (text,) in self._connection.execute("PRAGMA quick_check")]
            schema = dict(
                self._connection.execute("SELECT name, sql FROM sqlite_schema")
            )
        except sqlite3.DatabaseError as error:
            return [f"The ledger is damaged: {error}."]
        return [
            *(f"The ledger is damaged: {text}." for text in found if text != "ok"),
            *(
                f"The ledger's part `{name}` is missing or was changed."
                for name, statement in SCHEMA.items()
                if schema.get(name) != statement
            ),
        ]

    def _look_up(
        self, query: str, identities: pl.Series, schema: pl.Schema, run: int | None
    ) -> pl.DataFrame:
        """Sorted, so that neighbours are read from the same page."""
        wanted = b"".join(identities.drop_nulls().unique().sort())
        if not wanted or not self._rows("SELECT 1 FROM sending LIMIT 1"):
            return pl.DataFrame(schema=schema)
        with translated(self.path):
            values = {"wanted": wanted, "run": run}
            rows = self._connection.execute(query, values).fetchall()
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with translated(self.path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self.path), transaction(self._connection):
            yield
