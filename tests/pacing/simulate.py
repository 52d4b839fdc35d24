"""Runs a scenario: a model server, and many workers at one real AdaptivePace."""

import asyncio
import sys
import time
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from pipeline.api import AdaptivePace, Verdict
from tests.pacing import servers
from tests.virtual_time import run_virtually

SCENARIOS = Path(__file__).parent / "scenarios"
UNREACHED_WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class Scenario:
    name: str
    server: Mapping[str, Any]
    client: Mapping[str, Any]
    expect: Mapping[str, Any]
    seconds: float
    seeds: int


@dataclass(frozen=True)
class Found:
    """`share` of what was allowed, `refused` of what was sent; both from 0 to 1."""

    share: float
    refused: float
    sent: int
    burst: int
    state_rate: float | None
    concurrency: int


def load() -> list[Scenario]:
    return [
        Scenario(path.stem, seconds=s.pop("seconds"), seeds=s.pop("seeds"), **s)
        for path in sorted(SCENARIOS.glob("*.toml"))
        for s in [tomllib.loads(path.read_text())]
    ]


def build(model: Mapping[str, Any], random: Random) -> servers.Server:
    limit: servers.Limit = servers.NoLimit()
    rate = model.get("rate", 0)
    if model.get("limit") == "bucket":
        limit = servers.TokenBucket(rate, rate * model.get("burst_seconds", 1.0))
    if model.get("limit") == "window":
        window = model.get("window_seconds", 1.0)
        limit = servers.FixedWindow(rate, window, random.uniform(0, window))
    room: servers.Room = servers.Boundless()
    if "slots" in model:
        room = servers.Slots(model["slots"])
    if "queue" in model:
        room = servers.Queue(model["queue"])
    if "knee" in model:
        room = servers.Knee(model["knee"], model.get("power", 1.0))
    out = model.get("outage", [1e9, 1e9])
    kind = (
        servers.UNREACHED if model.get("outage_kind") == "refused" else servers.FAILED
    )
    return servers.Server(
        limit=limit,
        room=room,
        latency=servers.draws(model.get("jitter", "none"), model["latency"], random),
        travel=servers.draws("nearly", model.get("travel", 0.0), random),
        refuse=servers.refuse_with_seconds
        if model.get("retry_after")
        else servers.refuse_in_silence,
        accept=servers.accept_with_allowance
        if model.get("headers")
        else servers.accept_in_silence,
        outage=servers.Outage(out[0], out[1], kind),
        changes=[servers.Change(*each) for each in model.get("changes", [])],
    )


def run(scenario: Scenario, seed: int, trace=None) -> Found:
    async def main() -> Found:
        random = Random(seed)
        loop = asyncio.get_running_loop()
        server = build(scenario.server, random)
        pace = AdaptivePace(
            rate=scenario.client.get("rate"),
            concurrency=scenario.client["concurrency"],
            clock=loop.time,
            random=random.random,
        )

        async def worker() -> None:
            while True:
                await pace.turn()
                left = loop.time()
                answer = await server.create()
                pace.heard(answer, loop.time() - left)
                if answer.verdict is Verdict.AGAIN and answer.http_status is None:
                    await asyncio.sleep(UNREACHED_WAIT_SECONDS)

        workers = [
            asyncio.create_task(worker()) for _ in range(scenario.client["concurrency"])
        ]
        if trace:
            tracer = asyncio.create_task(trace(pace, server))
        await asyncio.sleep(scenario.seconds)
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        if trace:
            tracer.cancel()
        warm = scenario.client.get("warm_seconds", 0.0)
        t = server.tally
        out = scenario.server.get("outage", [0, 0])
        span = scenario.seconds - warm - (out[1] - out[0])
        allowed = scenario.server["allowed"] * span
        accepted = len(t.accepted) - bisect_left(t.accepted, warm)
        state = pace.state
        return Found(
            accepted / allowed,
            len(t.refused) / len(t.arrived),
            len(t.arrived),
            0,
            state.rate,
            state.concurrency,
        )

    return run_virtually(main)


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else None
    for scenario in load():
        if wanted not in scenario.name:
            continue
        began = time.perf_counter()
        all_found = [run(scenario, seed) for seed in range(seeds or scenario.seeds)]
        took = (time.perf_counter() - began) / len(all_found)
        shares = sorted(f.share for f in all_found)
        refused = sorted(f.refused for f in all_found)
        last = all_found[-1]
        ok = (
            shares[0] >= scenario.expect["share"][0]
            and refused[-1] <= scenario.expect["refused"][1]
        )
        print(
            f"{'  ' if ok else '!!'} {scenario.name:32} share {shares[0]:.4f} med {shares[len(shares) // 2]:.4f}..{shares[-1]:.4f} refused {refused[0]:.4f}..{refused[-1]:.4f} rate={last.state_rate and round(last.state_rate, 1)} conc={last.concurrency} {took:.1f}s"
        )
