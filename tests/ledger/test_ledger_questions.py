"""What reconciling and the guards ask of the ledger."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.ledger import (
    UNCERTAIN_SCHEMA,
    Intent,
    Ledger,
    Recorder,
    RunEnd,
    Settled,
    State,
    queries,
)
from tests.ledger.given import (
    STARTED,
    identity,
    intent,
    record,
    recording,
    send,
    settled,
)

TARGET, WORKSPACE = record().target, record().workspace


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def ticking(step: timedelta) -> Callable[[], datetime]:
    """A clock that goes on by a step whenever it is asked."""
    moments = (STARTED + number * step for number in range(1, 1000))
    return lambda: next(moments)


async def one_after_another(recorder: Recorder) -> None:
    """Three commits: two claims, then their answers."""
    await recorder.claim(intent(1))
    await recorder.claim(intent(2))
    recorder.settle(settled(1, State.UNCERTAIN, code="answer_unknown"))
    await recorder.flush()


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)])
def test_uncertain_sendings_say_when_they_were_claimed(
    ledger: Ledger, run: int, path: Path, step: timedelta
) -> None:
    """Also by a clock that jumps back: it is told as it was."""
    recording(path, run, one_after_another, now=ticking(step))
    send(path, ledger.begin_run(record("other")), {3: State.UNCERTAIN})

    found = ledger.uncertain(run)

    assert found.schema == UNCERTAIN_SCHEMA
    first, third = milliseconds(STARTED + step), milliseconds(STARTED + 3 * step)
    assert found.rows() == [(identity(1), first, third, "answer_unknown")]


def test_a_row_that_is_claimed_again_was_claimed_now(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))
        recorder.settle(settled(1, State.RELEASED))
        await recorder.flush()
        await recorder.claim(intent(1))
        recorder.settle(settled(1, State.UNCERTAIN))

    recording(path, run, work, now=ticking(timedelta(hours=1)))

    third, fourth = (milliseconds(STARTED + timedelta(hours=h)) for h in (3, 4))
    assert ledger.uncertain(run).rows() == [(identity(1), third, fourth, "")]


@pytest.mark.parametrize("code", ["resent_by_order", "settled_by_person"])
def test_a_row_that_is_sent_again_by_order_was_claimed_at_first(
    ledger: Ledger, run: int, path: Path, code: str
) -> None:
    """What was sent then may still come to light, and is looked for from there."""

    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))
        recorder.settle(settled(1, State.UNCERTAIN))
        recorder.settle(settled(1, State.RELEASED, code=code))
        await recorder.flush()
        await recorder.claim(intent(1))
        recorder.settle(settled(1, State.UNCERTAIN))

    recording(path, run, work, now=ticking(timedelta(hours=1)))

    [first] = ledger.uncertain(run)["claimed_at"]
    assert first == milliseconds(STARTED + timedelta(hours=1))


def test_what_was_cut_off_keeps_the_time_of_its_claim(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))

    recording(path, run, work, now=ticking(timedelta(hours=-1)))
    ledger.settle_intents(run)

    claimed = milliseconds(STARTED - timedelta(hours=1))
    assert ledger.uncertain(run).rows() == [
        (identity(1), claimed, milliseconds(STARTED), "answer_unknown")
    ]


def test_ids_are_known_in_any_case_of_letters(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        for number, name in enumerate(("0A-b", "É'\"", "c")):
            await recorder.claim(intent(number))
            recorder.settle(settled(number, State.CREATED, activity_id=name))

    recording(path, run, work)

    assert ledger.known_ids(["0a-B", "0A-B", "É'\"", "é'\"", "d", "\ud800"]) == {
        "0a-B",
        "0A-B",
        "É'\"",
    }
    assert ledger.known_ids(["d"]) == set()
    assert ledger.known_ids([]) == set()


def body(number: int, first: int) -> bytes:
    return bytes([first]) + number.to_bytes(15, "big")


def digests(*bodies: bytes | None) -> pl.Series:
    return pl.Series("body", bodies, dtype=pl.Binary)


def create(path: Path, run: int, bodies: list[bytes], state: State) -> None:
    async def work(recorder: Recorder) -> None:
        for each in bodies:
            await recorder.claim(Intent(each[::-1], each))
            recorder.settle(Settled(each[::-1], state))

    recording(path, run, work)


def test_few_bodies_are_looked_for_in_all_of_the_ledger(
    ledger: Ledger, run: int, path: Path
) -> None:
    here = [body(number, first=0xFF) for number in range(10)]
    create(path, run, here, State.CREATED)
    unknown = body(10, first=0xFF)

    asked = digests(*here, here[0], None, unknown)

    assert ledger.imported_bodies(TARGET, WORKSPACE, asked) == (11, 10)
    assert ledger.imported_bodies(TARGET, WORKSPACE, digests(unknown)) == (1, 0)
    assert ledger.imported_bodies(TARGET, WORKSPACE, digests()) == (0, 0)


def test_of_many_bodies_the_sample_is_looked_for(
    ledger: Ledger, run: int, path: Path
) -> None:
    sampled = [body(number, first=0x0F) for number in range(100)]
    others = [body(number, first=0x10) for number in range(950)]
    create(path, run, sampled[:70] + others, State.CREATED)

    asked = digests(*sampled, *others)

    assert ledger.imported_bodies(TARGET, WORKSPACE, asked) == (100, 70)
    none = digests(*(body(number, first=0x10) for number in range(1000)))
    assert ledger.imported_bodies(TARGET, WORKSPACE, none) == (0, 0)


@pytest.mark.parametrize("count", [10, 1000])
@pytest.mark.parametrize("state", [s for s in State if s is not State.CREATED])
def test_only_created_bodies_were_imported(
    ledger: Ledger, run: int, path: Path, state: State, count: int
) -> None:
    bodies = [body(number, first=0) for number in range(count)]
    create(path, run, bodies[:5], state)

    asked = digests(*bodies)

    assert ledger.imported_bodies(TARGET, WORKSPACE, asked) == (count, 0)


@pytest.mark.parametrize("count", [10, 1000])
@pytest.mark.parametrize(
    ("target", "workspace"), [("https://other.test", WORKSPACE), (TARGET, "other")]
)
def test_bodies_of_another_target_or_workspace_were_not_imported(
    ledger: Ledger, path: Path, target: str, workspace: str, count: int
) -> None:
    elsewhere = replace(record(), target=target, workspace=workspace)
    bodies = [body(number, first=0) for number in range(count)]
    create(path, ledger.begin_run(elsewhere), bodies[:5], State.CREATED)

    asked = digests(*bodies)

    assert ledger.imported_bodies(TARGET, WORKSPACE, asked) == (count, 0)
    assert ledger.imported_bodies(target, workspace, asked) == (count, 5)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (queries.SAMPLED_BODIES, "imported_body (body=?)"),
        (queries.UNCERTAIN, "not_created (run=? AND state=?)"),
        (queries.STANDING, "PRIMARY KEY (identity=?)"),
        (queries.SENDINGS, "PRIMARY KEY (identity=? AND run=?)"),
    ],
)
def test_a_question_is_answered_by_its_index(
    ledger: Ledger, query: str, index: str
) -> None:
    names = ("wanted", "run", "began", "target", "workspace")
    values = dict.fromkeys(names, 0)
    plan = ledger._connection.execute(f"EXPLAIN QUERY PLAN {query}", values)

    assert any(index in row[3] for row in plan)


def test_sent_before_means_a_run_there_ended_with_a_created_row(
    ledger: Ledger, run: int
) -> None:
    def end(run: int, **counts: int) -> bool:
        ledger.end_run(run, RunEnd("ok", 0, STARTED, {"read": 9} | counts, {}))
        return ledger.sent_before(TARGET, WORKSPACE)

    elsewhere = [
        replace(record("a"), target="https://other.test"),
        replace(record("b"), workspace="other"),
    ]
    for other in elsewhere:
        assert not end(ledger.begin_run(other), created=3)
    assert not ledger.sent_before(TARGET, WORKSPACE)
    assert not end(run, created=0, duplicate=9)
    assert not end(run)
    old = ledger.begin_run(record("of version 1"))
    ledger._connection.execute("UPDATE run SET created = NULL WHERE id = ?", (old,))
    assert not end(old, created=0)
    assert end(old, created=1)
