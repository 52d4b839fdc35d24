"""Pacing, on a clock that moves only when somebody sleeps."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.api import Answer, SteadyPace, Verdict, backoff_seconds


class Time:
    """`late` seconds are overslept each time, as on a busy machine."""

    def __init__(self, *, late: float = 0.0) -> None:
        self.now = 100.0
        self.late = late

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self.late
        await asyncio.sleep(0)


def pace(time: Time, rate: float | None) -> SteadyPace:
    return SteadyPace(rate, clock=time.clock, sleep=time.sleep)


async def turns(steady: SteadyPace, time: Time, *, count: int) -> list[float]:
    """When each of `count` waiting at once got its turn, in seconds from the start."""

    async def one() -> float:
        await steady.turn()
        return round(time.now - 100, 6)

    return await asyncio.gather(*[one() for _ in range(count)])


def again(seconds: float | None) -> Answer:
    return Answer(Verdict.AGAIN, http_status=429, retry_after=seconds)


def test_requests_are_spaced_evenly() -> None:
    time = Time()
    found = asyncio.run(turns(pace(time, 4), time, count=5))
    assert found == [0, 0.25, 0.5, 0.75, 1]


def test_without_a_rate_nobody_waits() -> None:
    time = Time()
    assert asyncio.run(turns(pace(time, None), time, count=3)) == [0, 0, 0]


def test_no_burst_follows_a_break() -> None:
    time = Time()
    steady = pace(time, 4)
    time.now += 60
    found = asyncio.run(turns(steady, time, count=4))
    assert found == pytest.approx([60, 60.24, 60.49, 60.74])


def test_oversleeping_does_not_cost_rate() -> None:
    time = Time(late=0.001)
    found = asyncio.run(turns(pace(time, 500), time, count=1001))
    assert found[-1] == pytest.approx(2, abs=0.005)


def test_an_answer_that_asks_to_wait_stops_everybody() -> None:
    async def script() -> list[float]:
        first = await turns(steady, time, count=2)
        steady.heard(again(30))
        steady.heard(again(10))
        return first + await turns(steady, time, count=3)

    time = Time()
    steady = pace(time, 4)
    assert asyncio.run(script()) == [0, 0.25, 30.25, 30.5, 30.75]


def test_a_pause_reaches_those_who_wait_already() -> None:
    async def script() -> list[float]:
        waiting = asyncio.create_task(turns(steady, time, count=3))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        steady.heard(again(30))
        return await waiting

    time = Time()
    steady = pace(time, 1)
    found = asyncio.run(script())
    assert found[0] == 0
    assert found[1] >= 30
    assert found[2] == pytest.approx(found[1] + 1, abs=0.02)


def test_an_answer_that_asks_for_nothing_changes_nothing() -> None:
    async def script() -> list[float]:
        for answer in (again(None), again(0), Answer(Verdict.CREATED, "a", 201)):
            steady.heard(answer)
        return await turns(steady, time, count=2)

    time = Time()
    steady = pace(time, None)
    assert asyncio.run(script()) == [0, 0]


def test_those_who_give_up_do_not_block_the_rest() -> None:
    async def script() -> list[float]:
        await steady.turn()
        leaving = asyncio.create_task(steady.turn())
        await asyncio.sleep(0)
        leaving.cancel()
        return await turns(steady, time, count=1)

    time = Time()
    steady = pace(time, 1)
    assert asyncio.run(script()) == [1]


@pytest.mark.parametrize(
    ("attempt", "longest"),
    [(1, 0.5), (2, 1), (3, 2), (6, 16), (7, 30), (8, 30), (10**9, 30)],
)
def test_the_backoff_doubles_up_to_its_end(attempt: int, longest: float) -> None:
    assert backoff_seconds(attempt, lambda: 1.0) == longest


@given(st.integers(1, 99), st.floats(0, 1, exclude_max=True))
def test_the_backoff_is_drawn_from_zero_to_its_end(attempt: int, draw: float) -> None:
    longest = backoff_seconds(attempt, lambda: 1.0)
    assert backoff_seconds(attempt, lambda: draw) == pytest.approx(longest * draw)
