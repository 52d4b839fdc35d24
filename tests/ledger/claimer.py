"""A process of its own that claims rows and says what it was told is durable.

python -m tests.ledger.claimer PATH RUN_NAME FIRST LAST [SETTING...]

Claims the identities from FIRST to LAST, up or down, several at a time, and settles
what it got. A line `claimed N` comes when a claim was granted, a line `settled N` when
its answer is durable. Settings are SQLite's, as `wal_autocheckpoint=40`, instead of the
ledger's own.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from pipeline.ledger import Ledger, Recorder, State, database
from tests.ledger.given import intent, record, settled

TASKS = 8


def main(path: Path, name: str, first: int, last: int) -> None:
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(record(name))
    say("ready")
    sys.stdin.readline()
    step = 1 if first <= last else -1
    asyncio.run(claim_all(path, run, iter(range(first, last + step, step))))


async def claim_all(path: Path, run: int, numbers: Iterator[int]) -> None:
    async with Recorder(path, run) as recorder, asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(claim_some(recorder, numbers))


async def claim_some(recorder: Recorder, numbers: Iterator[int]) -> None:
    for number in numbers:
        if await recorder.claim(intent(number)) is not None:
            continue
        say(f"claimed {number}")
        recorder.settle(settled(number, State.CREATED, activity_id=f"a-{number}"))
        await recorder.flush()
        say(f"settled {number}")


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    _, where, name, first, last, *settings = sys.argv
    own = [f"PRAGMA {setting}" for setting in settings]
    with patch.object(database, "_SETTINGS", (*database._SETTINGS, *own)):
        main(Path(where), name, int(first), int(last))
