"""Runs a scenario: a model server, and many workers at one real AdaptivePace.

`python -m tests.pacing.simulate [WORD] [SEEDS]` prints a table of those whose name
holds the word.
"""

import asyncio
import sys
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from pipeline.api import AdaptivePace, Verdict
from tests.pacing import servers
from tests.virtual_time import run_virtually

SCENARIOS = Path(__file__).parent / "scenarios"
UNREACHED_WAIT_SECONDS = 1.0
PAUSE_SECONDS = 0.5
BURST_SECONDS = 0.02
NEVER = 1e9


@dataclass(frozen=True)
class Scenario:
    """One of the data files; `expect` holds a lowest and a highest by name."""

    name: str
    server: Mapping[str, Any]
    client: Mapping[str, Any]
    expect: Mapping[str, tuple[float, float]]
    seconds: float
    seeds: int


@dataclass(frozen=True)
class Found:
    """What came of one run.

    `share` is what was accepted of what was allowed, `refused` what was refused of
    what was sent. `burst` is the most that arrived in hundredths of a second after a
    pause, `concurrency` how many may be in flight at the end.
    """

    share: float
    refused: float
    burst: int
    concurrency: int


def load() -> list[Scenario]:
    return [_read(path) for path in sorted(SCENARIOS.glob("*.toml"))]


def run(scenario: Scenario, seed: int) -> Found:
    return run_virtually(lambda: _run(scenario, Random(seed)))


async def _run(scenario: Scenario, random: Random) -> Found:
    concurrency = scenario.client["concurrency"]
    server = build(scenario.server, random)
    pace = AdaptivePace(
        rate=scenario.client.get("rate"),
        concurrency=concurrency,
        clock=asyncio.get_running_loop().time,
        random=random.random,
    )
    workers = [asyncio.create_task(_work(pace, server)) for _ in range(concurrency)]
    await asyncio.sleep(scenario.seconds)
    for worker in workers:
        worker.cancel()
    for result in await asyncio.gather(*workers, return_exceptions=True):
        assert isinstance(result, asyncio.CancelledError), result
    return _judge(scenario, server.tally, pace)


async def _work(pace: AdaptivePace, server: servers.Server) -> None:
    """After no connection it waits, as the circuit of a real run does."""
    clock = asyncio.get_running_loop().time
    while True:
        await pace.turn()
        left = clock()
        answer = await server.create()
        pace.heard(answer, clock() - left)
        if answer.verdict is Verdict.AGAIN and answer.http_status is None:
            await asyncio.sleep(UNREACHED_WAIT_SECONDS)


def _judge(scenario: Scenario, tally: servers.Tally, pace: AdaptivePace) -> Found:
    warm = scenario.client.get("warm_seconds", 0.0)
    begins, ends = scenario.server.get("outage", (0.0, 0.0))
    seconds = scenario.seconds - warm - (ends - begins)
    accepted = len(tally.accepted) - bisect_left(tally.accepted, warm)
    return Found(
        share=accepted / (scenario.server["allowed"] * seconds),
        refused=len(tally.refused) / len(tally.arrived),
        burst=_highest_burst(tally.arrived),
        concurrency=pace.state.concurrency,
    )


def _highest_burst(arrived: list[float]) -> int:
    starts = [b for a, b in pairwise(arrived) if b - a >= PAUSE_SECONDS]
    ends = [bisect_right(arrived, start + BURST_SECONDS) for start in starts]
    begins = [bisect_left(arrived, start) for start in starts]
    return max((e - b for b, e in zip(begins, ends, strict=True)), default=0)


def build(model: Mapping[str, Any], random: Random) -> servers.Server:
    begins, ends = model.get("outage", (NEVER, NEVER))
    is_away = model.get("outage_kind") == "refused"
    speaks, tells = model.get("retry_after"), model.get("headers")
    return servers.Server(
        limit=_limit(model, random),
        room=_room(model),
        latency=servers.draws(model.get("jitter", "none"), model["latency"], random),
        travel=servers.draws("nearly", model.get("travel", 0.0), random),
        refuse=servers.refuse_with_seconds if speaks else servers.refuse_in_silence,
        accept=servers.accept_with_allowance if tells else servers.accept_in_silence,
        outage=servers.Outage(
            begins, ends, servers.UNREACHED if is_away else servers.FAILED
        ),
        changes=[servers.Change(*each) for each in model.get("changes", [])],
    )


def _limit(model: Mapping[str, Any], random: Random) -> servers.Limit:
    if model.get("limit") == "bucket":
        return servers.TokenBucket(model["rate"], burst=model["rate"])
    if model.get("limit") == "window":
        window = model.get("window_seconds", 1.0)
        return servers.FixedWindow(model["rate"], window, random.uniform(0, window))
    return servers.NoLimit()


def _room(model: Mapping[str, Any]) -> servers.Room:
    if "slots" in model:
        return servers.Slots(model["slots"])
    if "queue" in model:
        return servers.Queue(model["queue"])
    if "knee" in model:
        return servers.Knee(model["knee"], model["power"])
    return servers.Boundless()


def _read(path: Path) -> Scenario:
    return Scenario(name=path.stem, **tomllib.loads(path.read_text("utf-8")))


def _main(word: str = "", seeds: str = "") -> None:
    for scenario in load():
        if word not in scenario.name:
            continue
        runs = [run(scenario, seed) for seed in range(int(seeds or scenario.seeds))]
        columns = [f"{scenario.name:24}"]
        for name in ("share", "refused", "burst", "concurrency"):
            values = sorted(getattr(one, name) for one in runs)
            middle = values[len(values) // 2]
            columns.append(f"{name} {values[0]:.4g} {middle:.4g} {values[-1]:.4g}")
        sys.stdout.write("  ".join(columns) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
