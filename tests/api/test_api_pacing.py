"""The gate at which callers queue, on a virtual clock."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.api import AdaptivePace, Answer, Verdict, backoff_seconds
from pipeline.api.pacing.rates import FIRST_RATE
from pipeline.api.waits import Allowance
from tests.virtual_time import run_virtually

CREATED = Answer(Verdict.CREATED, "a", 201)
FAILED = Answer(Verdict.UNCERTAIN, http_status=500)
UNREACHED = Answer(Verdict.AGAIN, code="unreachable")
REFUSED = Answer(Verdict.AGAIN, http_status=429)
MANY = 50


def asked_to_wait(seconds: float) -> Answer:
    return Answer(Verdict.AGAIN, http_status=429, retry_after=seconds)


def now() -> float:
    return asyncio.get_running_loop().time()


def pace(
    *, rate: float | None = None, concurrency: int = MANY, late: float = 0.0
) -> AdaptivePace:
    """On the virtual clock; each sleep takes `late` seconds too long."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds + late)

    return AdaptivePace(
        rate=rate, concurrency=concurrency, clock=now, sleep=sleep, random=lambda: 0.5
    )


async def turns(
    adaptive: AdaptivePace, *, count: int, answer: Answer = CREATED
) -> list[float]:
    """When each of `count` one after the other got its turn; answers come at once."""
    times = []
    for _ in range(count):
        await adaptive.turn()
        times.append(round(now(), 6))
        adaptive.heard(answer, 0.0)
    return times


def holding(
    count: int, *, concurrency: int
) -> Callable[[], Coroutine[None, None, tuple[int, int]]]:
    """A script in which `count` ask at once, and nobody gives a place back."""

    async def script() -> tuple[int, int]:
        adaptive = pace(concurrency=concurrency)
        tasks = [asyncio.create_task(adaptive.turn()) for _ in range(count)]
        done, waiting = await asyncio.wait(tasks, timeout=60)
        for task in waiting:
            task.cancel()
        return len(done), len(waiting)

    return script


def test_requests_are_spaced_evenly_at_the_rate_that_was_given() -> None:
    async def script() -> list[float]:
        return await turns(pace(rate=4), count=5)

    assert run_virtually(script) == [0, 0.25, 0.5, 0.75, 1]


def test_no_burst_follows_a_break() -> None:
    async def script() -> list[float]:
        adaptive = pace(rate=4)
        await asyncio.sleep(60)
        return await turns(adaptive, count=4)

    assert run_virtually(script) == pytest.approx([60, 60.24, 60.49, 60.74])


def test_oversleeping_does_not_cost_rate() -> None:
    async def script() -> list[float]:
        adaptive = pace(rate=20, late=0.001)
        return await turns(adaptive, count=201)

    assert run_virtually(script)[-1] == pytest.approx(10, abs=0.005)


def test_a_pause_that_the_api_asks_for_stops_everybody() -> None:
    async def script() -> list[float]:
        adaptive = pace(rate=4)
        first = await turns(adaptive, count=2)
        for seconds in (30, 10):
            await adaptive.turn()
            adaptive.heard(asked_to_wait(seconds), 0.0)
            if seconds == 30:
                assert adaptive.state.reason == "the API asked to wait"
                assert adaptive.state.waits_seconds == pytest.approx(30)
        return first + await turns(adaptive, count=1)

    assert run_virtually(script) == [0, 0.25, 40.5]


def test_a_pause_reaches_those_who_wait_already() -> None:
    async def script() -> float:
        adaptive = pace(rate=1)
        await adaptive.turn()
        waiting = asyncio.create_task(adaptive.turn())
        await asyncio.sleep(0.5)
        adaptive.heard(asked_to_wait(30), 0.5)
        await waiting
        return now()

    assert run_virtually(script) == pytest.approx(30.5)


def test_after_a_refusal_that_names_no_time_one_request_tries_alone() -> None:
    """There are places for four, and the last answer lets all go."""

    async def script() -> list[int]:
        adaptive = pace(concurrency=4)
        for _ in range(4):
            await adaptive.turn()
        for _ in range(4):
            adaptive.heard(CREATED, now())
        await turns(adaptive, count=1, answer=REFUSED)
        others = [asyncio.create_task(adaptive.turn()) for _ in range(4)]
        left = []
        for answer in (REFUSED, REFUSED, CREATED):
            await asyncio.sleep(5)
            left.append(sum(task.done() for task in others))
            adaptive.heard(answer, 0.1)
        await asyncio.gather(*others)
        assert adaptive.state.concurrency == 4
        return left

    assert run_virtually(script) == [1, 2, 3]


def test_those_who_wait_for_the_probe_go_on_when_it_is_withdrawn() -> None:
    async def script() -> float:
        adaptive = pace()
        await adaptive.turn()
        adaptive.heard(REFUSED, 0.0)
        await adaptive.turn()
        adaptive.withdrawn()
        await adaptive.turn()
        return now()

    assert run_virtually(script) < 1


def test_a_pause_follows_when_the_api_says_that_nothing_is_left() -> None:
    async def script() -> list[float]:
        adaptive = pace(rate=1)
        left = Answer(Verdict.CREATED, "a", 201, allowance=Allowance(1, 20))
        none_left = Answer(Verdict.CREATED, "a", 201, allowance=Allowance(0, 20))
        return [
            *await turns(adaptive, count=2, answer=left),
            *await turns(adaptive, count=1, answer=none_left),
            *await turns(adaptive, count=1),
        ]

    assert run_virtually(script) == [0, 1, 2, 22]


def test_what_is_in_flight_counts_against_what_is_left() -> None:
    async def script() -> float:
        adaptive = pace(rate=1)
        for _ in range(3):
            await adaptive.turn()
        two_left = Answer(Verdict.CREATED, "a", 201, allowance=Allowance(2, 20))
        adaptive.heard(two_left, now())
        await adaptive.turn()
        return now()

    assert run_virtually(script) == 22


def test_no_more_than_concurrency_are_in_flight() -> None:
    assert run_virtually(holding(9, concurrency=3)) == (3, 6)


def test_those_in_flight_are_few_until_answers_come() -> None:
    assert run_virtually(holding(9, concurrency=MANY)) == (4, 5)


def test_no_connection_says_nothing_about_the_rate() -> None:
    async def script() -> list[float]:
        adaptive = pace(rate=10)
        return await turns(adaptive, count=4, answer=UNREACHED)

    assert run_virtually(script) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_failures_halve_the_number_in_flight_until_one_is_left() -> None:
    async def script() -> list[int]:
        adaptive = pace(rate=10, concurrency=4)
        await turns(adaptive, count=8)
        seen = [adaptive.state.concurrency]
        for _ in range(6):
            await turns(adaptive, count=1, answer=FAILED)
            seen.append(adaptive.state.concurrency)
        assert adaptive.state.reason == "the API fails"
        return seen

    assert run_virtually(script) == [4, 4, 2, 1, 1, 1, 1]


def test_a_failure_among_many_answers_changes_nothing() -> None:
    async def script() -> tuple[int, str]:
        adaptive = pace(rate=10, concurrency=4)
        for _ in range(5):
            await turns(adaptive, count=1, answer=FAILED)
            await turns(adaptive, count=30)
        return adaptive.state.concurrency, adaptive.state.reason

    assert run_virtually(script) == (4, "")


def test_turns_are_given_in_the_order_they_are_asked_for() -> None:
    async def script() -> list[int]:
        adaptive = pace(rate=10, concurrency=MANY)
        order: list[int] = []

        async def one(name: int) -> None:
            await adaptive.turn()
            order.append(name)
            adaptive.heard(CREATED, 0.0)

        await asyncio.gather(*[one(name) for name in range(9)])
        return order

    assert run_virtually(script) == list(range(9))


def test_the_rate_is_unknown_until_the_api_refuses() -> None:
    async def script() -> list[float | None]:
        adaptive = pace()
        await turns(adaptive, count=30)
        before = adaptive.state.rate
        await turns(adaptive, count=1, answer=asked_to_wait(1))
        after = adaptive.state.rate
        assert after is not None
        assert after < FIRST_RATE
        return [before]

    assert run_virtually(script) == [None]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["created", "refused", "asked", "unreached", "failed"]),
        st.sampled_from(["heard", "withdrawn", "cancelled"]),
        st.floats(0, 2),
    ),
    min_size=1,
    max_size=60,
)
ANSWERS = {
    "created": CREATED,
    "refused": REFUSED,
    "asked": asked_to_wait(3),
    "unreached": UNREACHED,
    "failed": FAILED,
}


class Watched:
    """Callers of one pace, some cancelled at any moment, and what they saw."""

    def __init__(self, adaptive: AdaptivePace) -> None:
        self.pace = adaptive
        self.held = self.most_held = 0
        self.left: list[float] = []
        self.forbidden: list[tuple[float, float]] = []

    async def call(self, answer: Answer, ending: str, seconds: float) -> None:
        await self.pace.turn()
        left = now()
        self.left.append(left)
        self.held += 1
        self.most_held = max(self.most_held, self.held)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.held -= 1
            self.pace.withdrawn()
            raise
        self.held -= 1
        if ending == "withdrawn":
            self.pace.withdrawn()
            return
        self.pace.heard(answer, now() - left)
        if answer.retry_after is not None:
            self.forbidden.append((now(), now() + answer.retry_after))


async def play(
    watched: Watched, steps: list[tuple[str, str, float]], *, every: float
) -> None:
    tasks = []
    for kind, ending, seconds in steps:
        task = asyncio.create_task(watched.call(ANSWERS[kind], ending, seconds))
        tasks.append(task)
        await asyncio.sleep(every)
        if ending == "cancelled":
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@settings(deadline=None)
@given(STEPS, st.integers(1, 6), st.floats(0, 0.5))
def test_places_are_kept_whatever_happens(
    steps: list[tuple[str, str, float]], concurrency: int, every: float
) -> None:
    """Never more than allowed, none lost: afterwards a place can be had again."""

    async def script() -> Watched:
        watched = Watched(pace(concurrency=concurrency))
        await play(watched, steps, every=every)
        await asyncio.wait_for(watched.pace.turn(), 3600)
        return watched

    watched = run_virtually(script)
    assert watched.held == 0
    assert watched.most_held <= concurrency


@settings(deadline=None)
@given(STEPS, st.floats(0.5, 200), st.floats(0, 0.2))
def test_the_rate_that_was_given_is_never_exceeded(
    steps: list[tuple[str, str, float]], rate: float, every: float
) -> None:
    """In any span; a hundredth of a second may be caught up."""

    async def script() -> Watched:
        watched = Watched(pace(rate=rate))
        await play(watched, steps, every=every)
        return watched

    left = run_virtually(script).left
    for first, begin in enumerate(left):
        for last, end in enumerate(left[first:], start=first):
            assert last - first <= (end - begin + 0.01) * rate + 1e-6


@settings(deadline=None)
@given(STEPS, st.floats(0, 0.2))
def test_nobody_leaves_while_a_pause_lasts(
    steps: list[tuple[str, str, float]], every: float
) -> None:
    async def script() -> Watched:
        watched = Watched(pace())
        await play(watched, steps, every=every)
        return watched

    watched = run_virtually(script)
    for begin, end in watched.forbidden:
        assert [moment for moment in watched.left if begin < moment < end - 1e-6] == []


def test_a_caller_who_gives_up_does_not_block_the_rest() -> None:
    async def script() -> list[float]:
        adaptive = pace(rate=1)
        await turns(adaptive, count=1)
        leaving = asyncio.create_task(adaptive.turn())
        await asyncio.sleep(0)
        leaving.cancel()
        return await turns(adaptive, count=2)

    found = run_virtually(script)
    assert found == [1, 2]
    assert all(later - earlier >= 1 for earlier, later in pairwise(found))


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
