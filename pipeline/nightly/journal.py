"""The journal: what was taken, how far each file has come, and where it went.

A step is written, durably, before what it tells of is done: whoever finds it after a
crash can do it again.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from pipeline.errors import LedgerError
from pipeline.ledger.trouble import ledger_error
from pipeline.nightly.endings import FileEnding, NightStatus
from pipeline.nightly.takes import Exit, Kind, Step, Take
from pipeline.private_files import private_folder

_VERSION: Final = 1
_BUSY_SECONDS: Final = 30.0
_ROOM: Final = "Make room on the disk."
_RIGHTS: Final = "Is the file not yours?"
_KEEP: Final = "Do not delete it: it knows which files were taken."
_SCHEMA: Final = (
    """CREATE TABLE take (
        number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL,
        inbox TEXT NOT NULL, name TEXT NOT NULL, step TEXT NOT NULL,
        taken_at TEXT NOT NULL, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
        marker TEXT NOT NULL, sha256 TEXT NOT NULL, run TEXT NOT NULL, kind TEXT,
        rows INTEGER NOT NULL, goes_to TEXT, ending TEXT, done_at TEXT) STRICT""",
    "CREATE INDEX take_by_content ON take (job, inbox, sha256)",
    """CREATE TABLE job (
        job TEXT NOT NULL, inbox TEXT NOT NULL, config TEXT NOT NULL,
        known_since TEXT NOT NULL, PRIMARY KEY (job, inbox)) STRICT""",
)
_COLUMNS: Final = (
    *("job", "inbox", "name", "step", "taken_at", "size", "changed_ns", "marker"),
    *("sha256", "run", "rows", "kind", "goes_to", "ending", "done_at"),
)
_INSERT: Final = (
    f"INSERT INTO take ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_UPDATE: Final = (
    f"UPDATE take SET {', '.join(f'{name} = ?' for name in _COLUMNS)} "  # noqa: S608
    "WHERE number = ?"
)
_SELECT: Final = f"SELECT number, {', '.join(_COLUMNS)} FROM take WHERE "  # noqa: S608


class Journal:
    """One line per file that was ever taken; several processes may have it open."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Makes the file, private, where there is none; raises LedgerError."""
        private_folder(path.parent)
        with _translated(path):
            path.touch(mode=0o600, exist_ok=True)
            connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None
            )
            try:
                connection.execute("PRAGMA synchronous = EXTRA")
                _make_tables(connection)
            except sqlite3.Error:
                connection.close()
                raise
        return cls(path, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def begin(self, take: Take) -> Take:
        """Writes down a file that is to be taken; it gets a number."""
        with _translated(self.path):
            cursor = self._connection.execute(_INSERT, _row(take))
        assert cursor.lastrowid is not None  # noqa: S101
        return replace(take, number=cursor.lastrowid)

    def write(self, take: Take) -> Take:
        """Writes down how far it has come."""
        with _translated(self.path):
            self._connection.execute(_UPDATE, (*_row(take), take.number))
        return take

    def forget(self, take: Take) -> None:
        """A file that was not taken after all."""
        with _translated(self.path):
            self._connection.execute(
                "DELETE FROM take WHERE number = ?", (take.number,)
            )

    def under_way(self, job: str, inbox: Path) -> list[Take]:
        """Those that were taken and not done, the oldest first."""
        where = "job = ? AND inbox = ? AND step <> ? ORDER BY number"
        return self._takes(where, job, str(inbox), Step.DONE)

    def imported(self, job: str, inbox: Path, sha256: str) -> Take | None:
        """The take of that very content that was imported first, if one was."""
        where = "job = ? AND inbox = ? AND sha256 = ? AND kind = ? ORDER BY number"
        found = self._takes(where, job, str(inbox), sha256, Kind.IMPORTED)
        return found[0] if found else None

    def put_aside(self, take: Take) -> list[Path]:
        """Where files of that name or content lay in the quarantine, or still lie."""
        where = (
            "job = ? AND inbox = ? AND step = ? AND kind = ? "
            "AND (sha256 = ? OR name = ?) ORDER BY number"
        )
        values = (take.job, str(take.inbox), Step.DONE, Kind.QUARANTINED)
        found = self._takes(where, *values, take.sha256, take.name)
        return [each.exit.goes_to for each in found if each.exit]

    def done(self, job: str, inbox: Path) -> list[Take]:
        """All that were seen to their end, the newest first."""
        where = "job = ? AND inbox = ? AND step = ? ORDER BY number DESC"
        return self._takes(where, job, str(inbox), Step.DONE)

    def usual_rows(self, job: str, inbox: Path, last: int) -> list[int]:
        """How many rows the last imported files had, the newest first."""
        where = (
            "SELECT rows FROM take WHERE job = ? AND inbox = ? AND kind = ? "
            "ORDER BY number DESC LIMIT ?"
        )
        with _translated(self.path):
            rows = self._connection.execute(
                where, (job, str(inbox), Kind.IMPORTED, last)
            )
            return [count for (count,) in rows]

    def newest(self, job: str, inbox: Path) -> datetime | None:
        """When the job's last file was taken."""
        where = "SELECT max(taken_at) FROM take WHERE job = ? AND inbox = ?"
        with _translated(self.path):
            [(moment,)] = self._connection.execute(where, (job, str(inbox)))
        return datetime.fromisoformat(moment) if moment else None

    def know(self, job: str, inbox: Path, config: Path, now: datetime) -> datetime:
        """Since when the job is known; from now on, if it was not."""
        insert = (
            "INSERT INTO job VALUES (?, ?, ?, ?) ON CONFLICT (job, inbox) "
            "DO UPDATE SET config = excluded.config"
        )
        select = "SELECT known_since FROM job WHERE job = ? AND inbox = ?"
        with _translated(self.path):
            self._connection.execute(
                insert, (job, str(inbox), str(config), now.isoformat())
            )
            [(since,)] = self._connection.execute(select, (job, str(inbox)))
        return datetime.fromisoformat(since)

    def left_behind(self, config: Path, jobs: Sequence[tuple[str, Path]]) -> list[Take]:
        """What jobs took, and did not finish, that the configuration has no longer."""
        known = {(job, str(inbox)) for job, inbox in jobs}
        where = (
            "step <> 'done' AND (job, inbox) IN "
            "(SELECT job, inbox FROM job WHERE config = ?) ORDER BY number"
        )
        found = self._takes(where, str(config))
        return [take for take in found if (take.job, str(take.inbox)) not in known]

    def _takes(self, where: str, *values: str) -> list[Take]:
        with _translated(self.path):
            rows = self._connection.execute(_SELECT + where, values).fetchall()
        return [_take(row) for row in rows]


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    [(version,)] = connection.execute("PRAGMA user_version")
    if version not in {0, _VERSION}:
        connection.execute("ROLLBACK")
        raise sqlite3.DatabaseError("a newer version of the program made it")
    if version == 0:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        full = ledger_error(error, path).code == "disk_full"
        raise LedgerError(
            "The journal of the nightly jobs cannot be used: "
            f"{'the disk is full' if full else error}.",
            where=str(path),
            hint=f"{_ROOM if full else _RIGHTS} {_KEEP}",
            code="disk_full" if full else "",
        ) from error


def _row(take: Take) -> tuple[object, ...]:
    return (
        take.job,
        str(take.inbox),
        take.name,
        take.step,
        take.taken_at.isoformat(),
        take.size,
        take.changed_ns,
        take.marker,
        take.sha256,
        take.run,
        take.rows,
        *_written(take.exit),
        take.done_at.isoformat() if take.done_at else None,
    )


def _take(row: tuple[Any, ...]) -> Take:
    values = dict(zip(("number", *_COLUMNS), row, strict=True))
    parts = (values.pop(name) for name in ("kind", "goes_to", "ending"))
    return Take(
        **values
        | {
            "inbox": Path(values["inbox"]),
            "step": Step(values["step"]),
            "taken_at": datetime.fromisoformat(values["taken_at"]),
            "exit": _read(*parts),
            "done_at": datetime.fromisoformat(values["done_at"])
            if values["done_at"]
            else None,
        }
    )


def _written(leaving: Exit | None) -> tuple[str | None, ...]:
    if leaving is None:
        return None, None, None
    ending = json.dumps(asdict(leaving.ending), default=str)
    return leaving.kind, str(leaving.goes_to), ending


def _read(kind: str | None, goes_to: str, ending: str) -> Exit | None:
    if kind is None:
        return None
    told = json.loads(ending)
    facts = {
        "status": NightStatus(told["status"]),
        "now_at": Path(told["now_at"]),
        "reports": Path(told["reports"]) if told["reports"] else None,
        "next": tuple(told["next"]),
    }
    return Exit(Kind(kind), Path(goes_to), FileEnding(**told | facts))
