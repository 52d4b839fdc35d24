"""How large a ledger of many rows is, and how fast it answers.

Run by hand: `python tests/benchmarks/ledger_size.py [ROWS] [FOLDER]`. 10,000,000 rows
take about 2 GB of disk and a few minutes.

The rows are filled in the order of their identities, which is quick, and takes as much
room as the order of a run does (compare `ledger_rate.py`).
"""

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipeline.ledger import Intent, Ledger, Recorder, RunRecord, Settled, State

TASKS = 64
LOOKED_UP = 100_000
PAIRS = 100_000
UNSETTLED = 1_000
WORKSPACE = "default"
TARGET = "http://127.0.0.1"
INSERT = """
INSERT INTO sending
(identity, run, state, body, activity_id, http_status, attempts, code, at, claimed_at)
VALUES (?, 1, ?, ?, ?, 201, 1, ?, 1790000000000, 1790000000000)
"""


def main(rows: int, folder: Path) -> None:
    path = folder / "size.db"
    with Ledger.open(path) as ledger:
        ledger.begin_run(_record("filled"))
        _told(f"fill {rows:,} rows", lambda: _fill(ledger, rows))
    print(f"{path.stat().st_size / rows:.0f} bytes per row")  # noqa: T201
    with Ledger.open(path) as ledger:
        _ask(ledger, rows)
        run = ledger.begin_run(_record("on top"))
        _told(f"claim and settle {PAIRS:,} rows", lambda: _send(path, run))
        _told("counts of the new run", lambda: ledger.counts(run))
        _told("check", ledger.check)


def _ask(ledger: Ledger, rows: int) -> None:
    known = [_identity(n, rows) for n in range(0, rows, max(rows * 2 // LOOKED_UP, 1))]
    identities = pl.Series(known + [os.urandom(16) for _ in known], dtype=pl.Binary)
    ids = [str(uuid.uuid4()) for _ in range(200)]
    few = pl.Series([os.urandom(16) for _ in range(900)], dtype=pl.Binary)
    many = pl.Series([os.urandom(16) for _ in range(1_000_000)], dtype=pl.Binary)
    asked: dict[str, Callable[[], object]] = {
        f"standing of {len(identities):,}": lambda: ledger.standing(identities).height,
        f"sendings of {len(identities):,}": lambda: (
            ledger.sendings(1, identities).height
        ),
        "counts": lambda: ledger.counts(1),
        "uncertain": lambda: ledger.uncertain(1).height,
        "known_ids of 200": lambda: ledger.known_ids(ids),
        "imported_bodies of 900": lambda: _imported(ledger, few),
        "imported_bodies of 1,000,000": lambda: _imported(ledger, many),
        "sent_before": lambda: ledger.sent_before(TARGET, WORKSPACE),
    }
    for what, ask in asked.items():
        _told(what, ask)


def _imported(ledger: Ledger, bodies: pl.Series) -> tuple[int, int]:
    return ledger.imported_bodies(TARGET, WORKSPACE, bodies)


def _told(what: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - started
    print(f"{what}: {seconds:,.3f} s  {found}", flush=True)  # noqa: T201


def _fill(ledger: Ledger, rows: int) -> int:
    connection = ledger._connection
    for first in range(0, rows, 100_000):
        part = range(first, min(first + 100_000, rows))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, _filled(part, rows))
        connection.execute("COMMIT")
    count = "UPDATE run SET created = (SELECT count(*) FROM sending WHERE state = 1)"
    connection.execute(count)
    return rows


def _filled(part: Iterable[int], rows: int) -> Iterator[tuple[object, ...]]:
    every = max(rows // UNSETTLED, 1)
    for number in part:
        state = State.CREATED if number % every else State.UNCERTAIN
        code = "" if state is State.CREATED else "answer_unknown"
        activity = str(uuid.UUID(bytes=os.urandom(16)))
        yield _identity(number, rows), state, os.urandom(16), activity, code


def _identity(number: int, rows: int) -> bytes:
    return (number * ((1 << 128) // rows)).to_bytes(16, "big")


def _send(path: Path, run: int) -> str:
    started = time.perf_counter()
    asyncio.run(_send_all(path, run, (os.urandom(16) for _ in range(PAIRS))))
    return f"{PAIRS / (time.perf_counter() - started):,.0f} pairs/s"


async def _send_all(path: Path, run: int, identities: Iterator[bytes]) -> None:
    async with Recorder(path, run) as recorder, asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(_work(recorder, identities))


async def _work(recorder: Recorder, identities: Iterator[bytes]) -> None:
    for identity in identities:
        assert await recorder.claim(Intent(identity, identity)) is None
        activity = str(uuid.UUID(bytes=identity))
        recorder.settle(Settled(identity, State.CREATED, activity, 201))


def _record(name: str) -> RunRecord:
    return RunRecord(
        name=name,
        command="run",
        dry_run=False,
        target=TARGET,
        workspace=WORKSPACE,
        mapping_name="size",
        mapping_sha256="",
        started_at=datetime.now(UTC),
        reports="",
    )


if __name__ == "__main__":
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=folder) as name:
        main(int((sys.argv[1:] or ["10000000"])[0]), Path(name))
