import asyncio
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import Intent, Ledger, Recorder, Standing, State, database
from pipeline.ledger import writer as writing
from tests.ledger.given import (
    BODY,
    NAME,
    identities,
    identity,
    intent,
    record,
    recording,
    send,
    settled,
)


def claims(path: Path, run: int, *numbers: int) -> list[Standing | None]:
    """Claims all at once."""

    async def work(recorder: Recorder) -> list[Standing | None]:
        return await asyncio.gather(*(recorder.claim(intent(n)) for n in numbers))

    return recording(path, run, work)


def test_a_claim_is_durable_when_it_returns(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        assert await recorder.claim(intent(1)) is None
        assert ledger.counts(run) == {State.INTENT: 1}

    recording(path, run, work)


def test_an_answer_is_durable_when_flush_returns(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))
        recorder.settle(settled(1, State.CREATED, activity_id="a-1"))
        await recorder.flush()
        assert ledger.standing(identities(1))["activity_id"].to_list() == ["a-1"]

    recording(path, run, work)


def test_an_answer_is_durable_at_the_end(ledger: Ledger, run: int, path: Path) -> None:
    send(path, run, dict.fromkeys(range(1000), State.CREATED))

    assert ledger.counts(run) == {State.CREATED: 1000}


@pytest.mark.parametrize("state", [State.INTENT, State.CREATED, State.UNCERTAIN])
def test_what_stands_in_another_run_cannot_be_claimed(
    ledger: Ledger, run: int, path: Path, state: State
) -> None:
    send(path, run, {2: state})
    later = ledger.begin_run(record("later"))

    assert claims(path, later, 1, 2, 3) == [
        None,
        Standing(NAME, state, None, BODY),
        None,
    ]

    assert ledger.counts(later) == {State.INTENT: 2}


@pytest.mark.parametrize("state", [State.REJECTED, State.RELEASED])
def test_what_left_nothing_behind_may_be_claimed_by_a_later_run(
    ledger: Ledger, run: int, path: Path, state: State
) -> None:
    send(path, run, {1: state})

    assert claims(path, ledger.begin_run(record("later")), 1) == [None]


def test_a_run_claims_a_row_once(run: int, path: Path) -> None:
    mine = Standing(NAME, State.INTENT, None, BODY)

    assert claims(path, run, 1, 1, 2, 1) == [None, mine, None, mine]


def test_a_run_does_not_send_again_what_was_rejected(run: int, path: Path) -> None:
    send(path, run, {1: State.REJECTED})

    assert claims(path, run, 1) == [Standing(NAME, State.REJECTED, None, BODY)]


def test_a_released_row_is_claimed_again_and_attempts_go_on(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        for _ in range(3):
            assert await recorder.claim(intent(1)) is None
            recorder.settle(settled(1, State.RELEASED, http_status=429, code="busy"))
        assert await recorder.claim(Intent(identity(1), b"c" * 16)) is None

    recording(path, run, work)

    told = ledger.sendings(run, identities(1)).drop("identity", "at", "claimed_at")
    assert told.rows() == [(State.INTENT, None, None, 4, "", "", "")]
    assert ledger.standing(identities(1))["body"].to_list() == [b"c" * 16]


def test_a_released_row_that_another_run_took_is_not_claimed_again(
    ledger: Ledger, run: int, path: Path
) -> None:
    send(path, run, {1: State.RELEASED})
    send(path, ledger.begin_run(record("later")), {1: State.CREATED})

    assert claims(path, run, 1) == [Standing("later", State.CREATED, None, BODY)]


@pytest.mark.parametrize(
    "state", [State.CREATED, State.UNCERTAIN, State.RELEASED, State.REJECTED]
)
def test_an_uncertain_row_may_be_settled_later(
    ledger: Ledger, run: int, path: Path, state: State
) -> None:
    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))
        recorder.settle(settled(1, State.UNCERTAIN, attempts=3, code="a", message="b"))
        found = {"activity_id": "found", "code": "c", "message": "d"}
        recorder.settle(settled(1, state, http_status=200, **found))

    recording(path, run, work)

    assert ledger.counts(run) == {state: 1}
    told = ledger.sendings(run, identities(1)).drop("identity", "at", "claimed_at")
    assert told.rows() == [(state, "found", 200, 3, "c", "", "d")]


@pytest.mark.parametrize("again", [NAME, "later"])
def test_an_uncertain_row_that_is_released_by_order_may_be_sent_again(
    ledger: Ledger, run: int, path: Path, again: str
) -> None:
    send(path, run, {1: State.UNCERTAIN})

    async def release(recorder: Recorder) -> None:
        recorder.settle(settled(1, State.RELEASED, code="sent_again"))

    recording(path, run, release)
    runs = {NAME: run, "later": ledger.begin_run(record("later"))}

    send(path, runs[again], {1: State.CREATED})

    assert ledger.standing(identities(1)).select("run", "state").rows() == [
        (again, State.CREATED)
    ]
    attempts = ledger.sendings(runs[again], identities(1))["attempts"].to_list()
    assert attempts == [2 if again == NAME else 1]


@pytest.mark.parametrize("state", [State.CREATED, State.REJECTED, State.RELEASED])
@pytest.mark.parametrize("later", [state for state in State if state])
def test_what_is_settled_stays_settled(
    ledger: Ledger, run: int, path: Path, state: State, later: State
) -> None:
    send(path, run, {1: state})

    async def work(recorder: Recorder) -> None:
        recorder.settle(settled(1, later))

    with pytest.raises(LedgerError, match="does not hold as sent"):
        recording(path, run, work)

    assert ledger.counts(run) == {state: 1}
    assert ledger.check() == []


def test_a_group_is_one_commit(
    ledger: Ledger, run: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GROUP_LIMIT", 10)

    assert claims(path, run, *range(1000)) == [None] * 1000
    assert ledger.counts(run) == {State.INTENT: 1000}


def test_an_unknown_run_is_refused(ledger: Ledger, path: Path) -> None:
    with pytest.raises(LedgerError, match="FOREIGN KEY constraint failed"):
        claims(path, 7, 1)


def test_a_claim_given_up_while_waiting_is_released(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        waiting = asyncio.create_task(recorder.claim(intent(1)))
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting

    recording(path, run, work)

    assert ledger.counts(run) == {State.RELEASED: 1}
    assert ledger.sendings(run, identities(1))["code"].to_list() == ["not_sent"]


def test_a_claim_given_up_when_it_was_granted_is_released(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def granted(recorder: Recorder) -> None:
        claim = recorder.claim(intent(1))
        waiter = claim.send(None)
        await recorder.flush()
        assert waiter.done()
        with pytest.raises(asyncio.CancelledError):
            claim.throw(asyncio.CancelledError())

    recording(path, run, granted)

    assert ledger.counts(run) == {State.RELEASED: 1}


def test_giving_up_a_refused_claim_leaves_its_holder_alone(
    ledger: Ledger, run: int, path: Path
) -> None:
    send(path, run, {1: State.INTENT})

    async def work(recorder: Recorder) -> None:
        waiting = asyncio.create_task(recorder.claim(intent(1)))
        await asyncio.sleep(0)
        waiting.cancel()

    recording(path, run, work)

    assert ledger.counts(run) == {State.INTENT: 1}


def test_a_closed_recorder_takes_nothing_more(run: int, path: Path) -> None:
    async def late() -> None:
        async with Recorder(path, run) as recorder:
            pass
        with pytest.raises(LedgerError, match="not open"):
            await recorder.claim(intent(1))
        with pytest.raises(LedgerError, match="not open"):
            recorder.settle(settled(1, State.CREATED))

    asyncio.run(late())


def test_a_failure_reaches_everyone_who_waits(
    ledger: Ledger, run: int, path: Path
) -> None:
    told: list[object] = []

    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(0))
        with no_room():
            waiting = [recorder.claim(intent(n)) for n in range(1, 300)]
            told.extend(await asyncio.gather(*waiting, return_exceptions=True))
        later = [recorder.claim(intent(300)), recorder.flush()]
        told.extend(await asyncio.gather(*later, return_exceptions=True))

    with pytest.raises(LedgerError, match="the disk reports an error"):
        recording(path, run, work)

    assert [type(one) for one in told] == [LedgerError] * 301
    assert ledger.counts(run) == {State.INTENT: 1}


def test_answers_that_could_not_be_written_are_written_at_the_end(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))
        with no_room():
            recorder.settle(settled(1, State.CREATED, activity_id="a-1"))
            await recorder.flush()

    with pytest.raises(LedgerError, match="the disk reports an error"):
        recording(path, run, work)

    assert ledger.counts(run) == {State.CREATED: 1}


def test_a_locked_ledger_stops_the_recorder(
    ledger: Ledger, run: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with (
        ledger._transaction(),
        pytest.raises(LedgerError, match="is locked by another program"),
    ):
        claims(path, run, 1)

    assert ledger.counts(run) == {}


def test_a_ledger_that_cannot_be_opened_stops_the_recorder(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="this is a folder"):
        claims(tmp_path, 1, 1)


@contextmanager
def no_room() -> Iterator[None]:
    """Lets no file of this process grow beyond a few bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
