"""How many sendings the ledger claims and settles per second, 64 tasks at a time.

Run by hand: `python tests/benchmarks/ledger_rate.py [PAIRS] [FOLDER]`.
"""

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pipeline.ledger import Intent, Ledger, Recorder, RunRecord, Settled, State

TASKS = 64


def main(pairs: int, folder: Path) -> None:
    path = folder / "rate.db"
    identities = [os.urandom(16) for _ in range(pairs)]
    activity = str(uuid.uuid4())
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(_record())
    used, started = time.process_time(), time.perf_counter()
    asyncio.run(_send(path, run, iter(identities), activity))
    seconds = time.perf_counter() - started
    print(  # noqa: T201
        f"{pairs / seconds:,.0f} pairs/s, {(time.process_time() - used) / seconds:.0%} "
        f"of a core, {path.stat().st_size / pairs:.0f} bytes per row"
    )


async def _send(
    path: Path, run: int, identities: Iterator[bytes], activity: str
) -> None:
    async with Recorder(path, run) as recorder, asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(_work(recorder, identities, activity))


async def _work(recorder: Recorder, identities: Iterator[bytes], activity: str) -> None:
    for identity in identities:
        assert await recorder.claim(Intent(identity, identity)) is None
        recorder.settle(Settled(identity, State.CREATED, activity, 201))


def _record() -> RunRecord:
    return RunRecord(
        name="rate",
        command="run",
        dry_run=False,
        target="http://127.0.0.1",
        workspace="default",
        mapping_name="rate",
        mapping_sha256="",
        started_at=datetime.now(UTC),
        reports="",
    )


if __name__ == "__main__":
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=folder) as name:
        main(int((sys.argv[1:] or ["200000"])[0]), Path(name))
