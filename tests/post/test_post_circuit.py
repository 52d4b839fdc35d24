"""While the API is down nothing is hammered, no row is wasted, and patience ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from pipeline.api import Answer, Health, Verdict
from pipeline.stages.post.circuit import TROUBLES_TO_OPEN, Circuit, Surroundings
from tests.virtual_time import run_virtually

WELL = Health(ok=True, reachable=True, message="The API is healthy.")
DOWN = Health(ok=False, reachable=True, message="Down.", waiting_helps=True)
CREATED = Answer(Verdict.CREATED, "id", 201)
FAILED = Answer(Verdict.UNCERTAIN, http_status=500, message="It failed.")
UNREACHED = Answer(Verdict.AGAIN, message="Not reached.")
THROTTLED = Answer(Verdict.AGAIN, http_status=429, message="Slower.")
REJECTED = Answer(Verdict.REJECTED, http_status=422)


@dataclass
class Api:
    """Healthy from `well_from` on, in seconds of the virtual clock."""

    well_from: float = 0.0
    asked_at: list[float] = field(default_factory=list)

    async def health(self) -> Health:
        now = asyncio.get_running_loop().time()
        self.asked_at.append(now)
        return WELL if now >= self.well_from else DOWN


@dataclass
class Watched:
    """A circuit, and what it did to the run around it."""

    circuit: Circuit
    api: Api
    said: list[str]
    given_up: list[str]

    def hears(self, *answers: Answer) -> None:
        for answer in answers:
            self.circuit.heard(answer)


def watched(api: Api, patience: float = 900.0) -> Watched:
    said, given_up = list[str](), list[str]()
    around = Surroundings(
        pause=asyncio.sleep,
        clock=asyncio.get_running_loop().time,
        say=said.append,
        give_up=given_up.append,
        is_over=lambda: bool(given_up),
    )
    return Watched(Circuit(api, patience, around), api, said, given_up)


def virtually(test: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await test()

    run_virtually(run)


@pytest.mark.parametrize(
    ("answers", "opens"),
    [
        ([FAILED] * TROUBLES_TO_OPEN, True),
        ([UNREACHED] * TROUBLES_TO_OPEN, True),
        ([FAILED] * (TROUBLES_TO_OPEN - 1), False),
        ([FAILED, CREATED] * 20, False),
        ([FAILED, FAILED, REJECTED] * 3 + [FAILED] * 2, True),
        ([THROTTLED] * 50, False),
    ],
)
def test_troubles_that_outnumber_good_answers_open_it(
    answers: list[Answer], *, opens: bool
) -> None:
    async def test() -> None:
        one = watched(Api())
        one.hears(*answers)

        assert one.circuit.is_open() is opens

    virtually(test)


def test_open_it_lets_one_request_at_a_time_try_and_only_after_a_good_health() -> None:
    trying, tried_at = [0], list[float]()

    async def send(one: Watched) -> None:
        async with one.circuit.passage() as tries:
            assert tries
            trying[0] += 1
            assert trying[0] == 1
            tried_at.append(asyncio.get_running_loop().time())
            await asyncio.sleep(1)
            trying[0] -= 1
            one.hears(FAILED)

    async def test() -> None:
        one = watched(Api(well_from=100))
        one.hears(*[FAILED] * TROUBLES_TO_OPEN)
        await asyncio.gather(*(send(one) for _ in range(4)))

        assert min(tried_at) >= 100
        assert len(tried_at) == 4
        assert len(one.api.asked_at) < 20
        assert one.said[0].startswith("It failed. Trying again in ")

    virtually(test)


def test_pauses_grow_to_a_minute() -> None:
    async def test() -> None:
        one = watched(Api(well_from=3_000), patience=4_000)
        one.hears(*[FAILED] * TROUBLES_TO_OPEN)
        async with one.circuit.passage():
            pass
        at = one.api.asked_at
        pauses = [later - earlier for earlier, later in pairwise(at)]

        assert at[0] >= 1
        assert all(1 <= pause <= 61 for pause in pauses)
        assert max(pauses) > 20
        assert 50 < len(at) < 200

    virtually(test)


def test_a_good_answer_closes_it_for_all() -> None:
    passed_at = list[float]()

    async def send(one: Watched) -> None:
        async with one.circuit.passage():
            passed_at.append(asyncio.get_running_loop().time())
            await asyncio.sleep(5)
            one.hears(CREATED)

    async def test() -> None:
        one = watched(Api())
        one.hears(*[FAILED] * TROUBLES_TO_OPEN)
        await asyncio.gather(*(send(one) for _ in range(4)))

        first, *others = sorted(passed_at)
        assert others == [first + 5] * 3
        assert not one.circuit.is_open()

    virtually(test)


def test_patience_ends_with_the_last_reason_and_not_long_after_its_time() -> None:
    async def test() -> None:
        one = watched(Api(well_from=1e9), patience=120)
        one.hears(*[FAILED] * TROUBLES_TO_OPEN)
        async with one.circuit.passage():
            pass

        assert asyncio.get_running_loop().time() == pytest.approx(120)
        assert one.given_up == ["The API took nothing for 120 seconds. Down."]

    virtually(test)


@pytest.mark.parametrize("answer", [FAILED, THROTTLED, UNREACHED])
def test_an_api_that_takes_nothing_while_healthy_is_given_up_too(
    answer: Answer,
) -> None:
    async def test() -> None:
        one = watched(Api(), patience=60)
        while not one.given_up:
            async with one.circuit.passage():
                await asyncio.sleep(1)
                one.hears(answer)

        assert 60 <= asyncio.get_running_loop().time() < 65

    virtually(test)


def test_an_answer_to_a_row_starts_the_patience_anew() -> None:
    async def test() -> None:
        one = watched(Api(), patience=10)
        for _ in range(5):
            await asyncio.sleep(9)
            one.hears(THROTTLED, REJECTED)

        assert one.given_up == []

    virtually(test)


def test_an_api_that_is_down_at_first_is_waited_for() -> None:
    async def test() -> None:
        one = watched(Api(well_from=30))
        health = await one.circuit.reach()

        assert (health.ok, one.circuit.is_open()) == (True, False)
        assert asyncio.get_running_loop().time() >= 30

    virtually(test)


def test_what_is_not_the_api_is_not_waited_for() -> None:
    class Stranger(Api):
        async def health(self) -> Health:
            return Health(ok=False, reachable=True, message="A web page.")

    async def test() -> None:
        one = watched(Stranger())

        assert (await one.circuit.reach()).message == "A web page."
        assert one.said == []

    virtually(test)
