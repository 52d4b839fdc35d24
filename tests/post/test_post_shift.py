"""What a shift sends and what it leaves: claims decide, and the end is in order."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field

from pipeline.api import AdaptivePace, Answer, Health, Verdict
from pipeline.ledger import Intent, Settled, Standing, State
from pipeline.progress import Silence
from pipeline.rows import Request
from pipeline.stages.post import Ending, Limits, Posted, Shift
from pipeline.stages.post.shift import FINISH_SECONDS, HELD_SECONDS
from tests.virtual_time import run_virtually

CREATED = Answer(Verdict.CREATED, "id", 201)
STOPPED = Posted(Ending.INTERRUPTED, "You stopped the run.")
Step = Callable[[], Awaitable[None]]


async def at_once() -> None:
    pass


@dataclass
class Api:
    """Takes everything, each after `takes`."""

    takes: Step = at_once
    sent: list[bytes] = field(default_factory=list)

    async def create(self, body: bytes) -> Answer:
        self.sent.append(body)
        await self.takes()
        return CREATED

    async def health(self) -> Health:
        return Health(ok=True, reachable=True, message="")


@dataclass
class Record:
    """Grants every claim but those in `held`, each after `grants`."""

    held: set[bytes] = field(default_factory=set)
    grants: Step = at_once
    settled: list[Settled] = field(default_factory=list)

    async def claim(self, intent: Intent) -> Standing | None:
        await self.grants()
        if intent.identity in self.held:
            return Standing("other", State.INTENT, None, b"")
        return None

    def settle(self, settled: Settled) -> None:
        self.settled.append(settled)

    async def flush(self) -> None:
        pass

    @property
    def states(self) -> dict[bytes, tuple[State, str]]:
        return {one.identity: (one.state, one.code) for one in self.settled}


def requests(*names: str) -> list[Request]:
    return [Request(name.encode(), b"", name.upper().encode()) for name in names]


def worked(
    api: Api,
    record: Record,
    *names: str,
    places: int = 1,
    meanwhile: Callable[[Shift], Coroutine[None, None, None]] | None = None,
) -> Posted:
    async def work() -> Posted:
        clock = asyncio.get_running_loop().time
        pace = AdaptivePace(rate=None, concurrency=places, clock=clock)
        shift = Shift(api, record, pace, Limits(places, 900.0), Silence())
        other = asyncio.create_task(meanwhile(shift)) if meanwhile else None
        posted = await shift.work(iter(requests(*names)))
        if other:
            await other
        return posted

    return run_virtually(work)


def test_a_row_that_another_sending_holds_is_not_sent() -> None:
    api, record = Api(), Record(held={b"b"})
    posted = worked(api, record, "a", "b", "c")

    assert (api.sent, posted.sent, posted.ending) == ([b"A", b"C"], 2, Ending.FINISHED)
    assert record.states == {
        b"a": (State.CREATED, ""),
        b"c": (State.CREATED, ""),
    }


def test_a_row_that_another_run_gives_back_is_sent_after_all_others() -> None:
    async def give_back(_: Shift) -> None:
        await asyncio.sleep(HELD_SECONDS / 2)
        record.held.clear()

    api, record = Api(), Record(held={b"a", b"b"})
    posted = worked(api, record, "a", "b", "c", meanwhile=give_back)

    assert (api.sent, posted.ending) == ([b"C", b"A", b"B"], Ending.FINISHED)


def test_a_row_that_another_run_never_lets_go_is_not_waited_for_for_ever() -> None:
    async def give_back(_: Shift) -> None:
        await asyncio.sleep(HELD_SECONDS * 2)
        record.held.clear()

    api, record = Api(), Record(held={b"a"})
    worked(api, record, "a", "b", meanwhile=give_back)

    assert api.sent == [b"B"]


def test_a_row_whose_claim_comes_when_the_shift_is_over_is_given_back() -> None:
    async def slowly() -> None:
        await asyncio.sleep(10)

    async def stop(shift: Shift) -> None:
        await asyncio.sleep(5)
        shift.end(STOPPED)

    api, record = Api(), Record(grants=slowly)
    posted = worked(api, record, "a", "b", meanwhile=stop)

    assert (api.sent, posted.ending) == ([], Ending.INTERRUPTED)
    assert record.states == {b"a": (State.RELEASED, "not_sent")}


def test_what_is_in_flight_at_the_end_is_finished_and_nothing_more_is_taken() -> None:
    async def slowly() -> None:
        await asyncio.sleep(FINISH_SECONDS - 1)

    async def stop(shift: Shift) -> None:
        await asyncio.sleep(1)
        shift.end(STOPPED)

    api, record = Api(takes=slowly), Record()
    posted = worked(api, record, "a", "b", "c", places=2, meanwhile=stop)

    assert posted == Posted(
        Ending.INTERRUPTED, STOPPED.reason, sent=2, seconds=posted.seconds
    )
    assert sorted(record.states) == [b"a", b"b"]
    assert {state for state, _ in record.states.values()} == {State.CREATED}


def test_what_hangs_at_the_end_is_given_up_in_time_and_uncertain() -> None:
    async def for_ever() -> None:
        await asyncio.sleep(1e6)

    async def stop(shift: Shift) -> None:
        await asyncio.sleep(1)
        shift.end(STOPPED)

    api, record = Api(takes=for_ever), Record()
    posted = worked(api, record, "a", "b", meanwhile=stop)

    assert posted.seconds == 1 + FINISH_SECONDS
    assert record.states == {b"a": (State.UNCERTAIN, "answer_unknown")}
    assert api.sent == [b"A"]


def test_as_many_are_in_flight_as_the_pace_allows() -> None:
    flying, most = [0], [0]

    async def fly() -> None:
        flying[0] += 1
        most[0] = max(most[0], flying[0])
        await asyncio.sleep(1)
        flying[0] -= 1

    api = Api(takes=fly)
    posted = worked(api, Record(), *(f"r{n}" for n in range(40)), places=3)

    assert (posted.sent, most[0]) == (40, 3)
    assert len(set(api.sent)) == 40
