"""What ledger tests start from: runs, identities, and an open recorder."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import polars as pl

from pipeline.ledger import Intent, Recorder, RunRecord, Settled, State

STARTED = datetime(2026, 11, 23, 7, 31, tzinfo=UTC)
BODY = b"b" * 16
NAME = "20261123-0731-ab12"
_T = TypeVar("_T")


def record(name: str = NAME) -> RunRecord:
    return RunRecord(
        name=name,
        command="run",
        dry_run=False,
        target="https://api.example.test",
        workspace="default",
        mapping_name="acme-tasks",
        mapping_sha256="0" * 64,
        started_at=STARTED,
        reports=f"reports/{name}",
        sources=("tasks.csv", "calls.csv"),
        options=("-m", "acme-tasks"),
    )


def identity(number: int) -> bytes:
    return number.to_bytes(16, "big")


def intent(number: int) -> Intent:
    return Intent(identity(number), BODY)


def identities(*numbers: int) -> pl.Series:
    return pl.Series("identity", [identity(n) for n in numbers], dtype=pl.Binary)


def settled(number: int, state: State, **rest: object) -> Settled:
    return Settled(identity(number), state, **rest)  # type: ignore[arg-type]


def recording(
    path: Path,
    run: int,
    work: Callable[[Recorder], Awaitable[_T]],
    *,
    now: Callable[[], datetime] = lambda: STARTED,
) -> _T:
    """What `work` returns, given a recorder that is open for it."""

    async def session() -> _T:
        async with Recorder(path, run, now=now) as recorder:
            return await work(recorder)

    return asyncio.run(session())


def send(path: Path, run: int, states: dict[int, State]) -> None:
    """Claims each identity and settles it as told; INTENT is left without answer."""

    async def work(recorder: Recorder) -> None:
        for number, state in states.items():
            assert await recorder.claim(intent(number)) is None
            if state is not State.INTENT:
                recorder.settle(settled(number, state))

    recording(path, run, work)
