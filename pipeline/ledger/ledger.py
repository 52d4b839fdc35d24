"""The ledger as the main thread sees it: runs, and what stands in the way of a row."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import polars as pl

from pipeline.errors import LedgerError
from pipeline.ledger.database import connect
from pipeline.ledger.memory import (
    read_answers,
    read_seen,
    write_answers,
    write_seen,
)
from pipeline.ledger.queries import (
    ALL_BODIES,
    ANY_SENDING,
    COUNTS,
    FORMER_RUNS,
    KEEP_SOURCE,
    KNOWN_IDS,
    SAMPLED_BODIES,
    SENDINGS,
    SENT_BEFORE,
    STANDING,
    UNCERTAIN,
    UNSETTLED,
)
from pipeline.ledger.records import (
    LIVE,
    FormerRun,
    RunEnd,
    RunRecord,
    Seen,
    Settled,
    State,
    Topic,
    milliseconds,
    utc_now,
)
from pipeline.ledger.run_rows import (
    BEGIN_RUN,
    END_RUN,
    FIND_RUN,
    NEWEST_RUNS,
    ended_row,
    record_of,
    run_row,
)
from pipeline.ledger.sendings import write_cut_off, write_settled
from pipeline.ledger.soundness import problems_of
from pipeline.ledger.transactions import one_state, transaction
from pipeline.ledger.trouble import translated

_Values = tuple[object, ...] | Dict[str, object]
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
        "at": pl.Int64(),
        "claimed_at": pl.Int64(),
    }
)
UNCERTAIN_SCHEMA: Final = pl.Schema(
    {
        "identity": pl.Binary(),
        "claimed_at": pl.Int64(),
        "at": pl.Int64(),
        "code": pl.String(),
    }
)
UNSETTLED_SCHEMA: Final = pl.Schema(
    {
        "run": pl.String(),
        "identity": pl.Binary(),
        "state": pl.UInt8(),
        "claimed_at": pl.Int64(),
        "at": pl.Int64(),
        "code": pl.String(),
    }
)
# So few are looked for one by one; of more a sample says enough.
_FEW_BODIES: Final = 1_000
_SAMPLED_BELOW: Final = pl.lit(b"\x10")


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

    def end_run(self, run: int, end: RunEnd) -> None:
        with self._transaction():
            self._connection.execute(END_RUN, (*ended_row(end), run))

    def runs(self, limit: int | None = 20) -> list[RunRecord]:
        """The newest first; None: all of them."""
        most = -1 if limit is None else limit
        return [record_of(row) for row in self._rows(NEWEST_RUNS, (most,))]

    def find_run(self, name: str) -> RunRecord | None:
        found = self._rows(FIND_RUN, (name,))
        return record_of(found[0]) if found else None

    def number_of(self, name: str) -> int:
        """The number that `begin_run` gave; raises LedgerError for an unknown run."""
        found = self._rows("SELECT id FROM run WHERE name = ?", (name,))
        if not found:
            raise LedgerError(
                f"The ledger knows of no run {name}.",
                where=str(self.path),
                hint="See `activity-import history` for the runs it knows.",
                code="run_unknown",
            )
        number: int = found[0][0]
        return number

    def standing(self, identities: pl.Series) -> pl.DataFrame:
        """The live sendings, of any run, in `STANDING_SCHEMA`: one per identity."""
        return self._look_up(STANDING, identities, STANDING_SCHEMA, run=None)

    def sendings(self, run: int, identities: pl.Series) -> pl.DataFrame:
        """The run's own sendings, in any state, in `SENDINGS_SCHEMA`.

        The times are as those of `uncertain`, but 0 where the first is not known.
        """
        return self._look_up(SENDINGS, identities, SENDINGS_SCHEMA, run=run)

    def counts(self, run: int) -> dict[State, int]:
        """How many sendings of the run are in each state; zeros are left out."""
        rows = self._rows(COUNTS, {"run": run})
        return {State(state): count for state, count in rows if count}

    def live(self, run: int) -> int:
        """How many of the run's sendings are live."""
        counts = self.counts(run)
        return sum(counts.get(state, 0) for state in LIVE)

    def uncertain(self, run: int) -> pl.DataFrame:
        """The run's UNCERTAIN sendings: identity, claimed_at, at, code.

        `claimed_at` (when the intent was written) and `at` (of the last change) are
        milliseconds since 1970 in UTC. A ledger of version 1 did not keep the first:
        the start of the run stands for it.
        """
        [(began,)] = self._rows("SELECT started_at FROM run WHERE id = ?", (run,))
        values = {"run": run, "began": milliseconds(datetime.fromisoformat(began))}
        rows = self._rows(UNCERTAIN, values)
        return pl.DataFrame(rows, schema=UNCERTAIN_SCHEMA, orient="row")

    def unsettled(self, target: str, workspace: str) -> pl.DataFrame:
        """What is in flight, or uncertain, of all runs there, in `UNSETTLED_SCHEMA`.

        `run` is a run's name; the times are as those of `uncertain`.
        """
        rows = self._rows(UNSETTLED, (target, workspace))
        return pl.DataFrame(rows, schema=UNSETTLED_SCHEMA, orient="row")

    def known_ids(self, ids: Iterable[str]) -> set[str]:
        """Those of the activities' ids that a sending bears, in any case of letters.

        Reads all of the ledger, unless there are no ids.
        """
        wanted = {one: _lower(one) for one in ids}
        if not wanted:
            return set()
        values = {"ids": json.dumps(sorted(set(wanted.values())))}
        known = {found for (found,) in self._rows(KNOWN_IDS, values)}
        return {one for one, lower in wanted.items() if lower in known}

    def imported_bodies(
        self, target: str, workspace: str, bodies: pl.Series
    ) -> tuple[int, int]:
        """How many bodies were looked at, and how many of them were created there.

        `bodies` are digests of 16 bytes, repeats count once. Of 1,000 or more only
        those are looked at that the ledger's sample of one in sixteen would hold;
        fewer are looked for in all of the ledger.
        """
        wanted = bodies.drop_nulls().unique().sort()
        query = ALL_BODIES
        if len(wanted) >= _FEW_BODIES:
            query, wanted = SAMPLED_BODIES, _sampled(wanted)
        if wanted.is_empty():
            return 0, 0
        there = {"target": target, "workspace": workspace}
        [(found,)] = self._rows(query, {"wanted": b"".join(wanted), **there})
        return len(wanted), found

    def sent_before(self, target: str, workspace: str) -> bool:
        """Whether a run to that target and workspace created a row."""
        return bool(self._rows(SENT_BEFORE, (target, workspace))[0][0])

    def keep_sources(self, run: int, rows: Dict[str, int]) -> None:
        """Writes down what the run is about to send: rows by source's fingerprint."""
        with self._transaction():
            kept = [(run, each, count) for each, count in rows.items()]
            self._connection.executemany(KEEP_SOURCE, kept)

    def former_runs(
        self, target: str, workspace: str, fingerprints: Iterable[str]
    ) -> list[FormerRun]:
        """The runs there that sent rows of these sources only, the oldest first.

        Not those of an older program, which kept no fingerprints.
        """
        given = json.dumps(sorted(fingerprints))
        there = {"given": given, "target": target, "workspace": workspace}
        found = self._rows(FORMER_RUNS, there)
        read: dict[tuple[int, str], dict[str, int]] = {}
        for number, name, fingerprint, rows in found:
            read.setdefault((number, name), {})[fingerprint] = rows
        former = (
            FormerRun(name, self.live(number), rows)
            for (number, name), rows in read.items()
        )
        return [one for one in former if one.live]

    def settle(self, run: int, settled: Sequence[Settled]) -> None:
        """Writes down what came of uncertain sendings, all of it or none.

        Only for a run that no process is sending. Raises LedgerError when one of
        them is not uncertain.
        """
        with self._transaction():
            at = milliseconds(self._now())
            write_settled(self._connection, run, settled, at)

    def settle_intents(self, run: int) -> int:
        """Makes uncertain what the run had in flight when it was cut off.

        Only for a run that no process is working on. Returns how many there were.
        """
        with self._transaction():
            return write_cut_off(self._connection, run, milliseconds(self._now()))

    def answers(
        self, topic: Topic, values: pl.Series, *, since: datetime
    ) -> pl.DataFrame:
        """What lookups were answered for those values, in `ANSWER_SCHEMA`.

        `ids` and `names` are of one length, 0 where nothing was found; `asked_at` is
        in milliseconds since 1970 in UTC. Values without an answer that is as young
        as `since` are left out.
        """
        with translated(self.path):
            return read_answers(
                self._connection, topic, values, since=since, until=self._now()
            )

    def keep_answers(self, topic: Topic, answers: pl.DataFrame) -> None:
        """Writes down answers in `ANSWER_SCHEMA`, over older ones."""
        with self._transaction():
            write_answers(self._connection, topic, answers)

    def seen(self, *, system: str, mapping: str, source: str) -> Seen | None:
        """What the mapping saw last in sources of that name; None: it saw none."""
        with translated(self.path):
            return read_seen(
                self._connection, system=system, mapping=mapping, source=source
            )

    def remember(self, seen: Seen) -> None:
        """Writes down what a mapping saw, over what it saw before."""
        with self._transaction():
            write_seen(self._connection, seen)

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """In this block the ledger reads as it was when first read in it."""
        with one_state(self._connection):
            yield

    def check(self) -> list[str]:
        """What is wrong with the file, in words; reads all of it."""
        return problems_of(self._connection)

    def _look_up(
        self, query: str, identities: pl.Series, schema: pl.Schema, run: int | None
    ) -> pl.DataFrame:
        """Sorted, so that neighbours are read from the same page."""
        wanted = b"".join(identities.drop_nulls().unique().sort())
        if not wanted or not self._rows(ANY_SENDING):
            return pl.DataFrame(schema=schema)
        rows = self._rows(query, {"wanted": wanted, "run": run})
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _rows(self, query: str, values: _Values = ()) -> list[tuple[Any, ...]]:
        with translated(self.path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self.path), transaction(self._connection):
            yield


def _sampled(bodies: pl.Series) -> pl.Series:
    return bodies.to_frame("body").filter(pl.col("body") < _SAMPLED_BELOW)["body"]


def _lower(text: str) -> str:
    """As SQLite does it: only the letters of ASCII."""
    return text.encode("utf-8", "replace").lower().decode()
