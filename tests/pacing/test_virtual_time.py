"""The clock that all simulations trust."""

import asyncio
import threading

import pytest

from tests.virtual_time import Stuck, run_virtually


def test_sleepers_wake_at_their_times_in_order() -> None:
    async def script() -> list[tuple[str, float]]:
        woken: list[tuple[str, float]] = []

        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append((name, asyncio.get_running_loop().time()))

        await asyncio.gather(sleeper("b", 7200), sleeper("a", 0.25), sleeper("c", 7200))
        return woken

    found = run_virtually(script, start=100)
    assert found == [("a", 100.25), ("b", 7300), ("c", 7300)]


def test_timeouts_are_virtual() -> None:
    async def script() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 900)
        return asyncio.get_running_loop().time()

    assert run_virtually(script) == 900


def test_no_time_passes_while_a_thread_works() -> None:
    async def script() -> tuple[str, float]:
        async def tick() -> None:
            await asyncio.sleep(1)
            ticked.append(loop.time())

        def work() -> str:
            loop.call_soon_threadsafe(started.set)
            go.wait(10)
            return "done"

        loop = asyncio.get_running_loop()
        started = asyncio.Event()
        go = threading.Event()
        ticking = asyncio.create_task(tick())
        thread = asyncio.create_task(asyncio.to_thread(work))
        await started.wait()
        go.set()
        result = await thread
        came_at = loop.time()
        await ticking
        return result, came_at

    ticked: list[float] = []
    assert run_virtually(script) == ("done", 0)
    assert ticked == [1]


def test_a_wait_that_nobody_can_end_is_told() -> None:
    async def script() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        run_virtually(script)
