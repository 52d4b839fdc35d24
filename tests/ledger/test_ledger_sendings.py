import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.ledger import (
    SENDINGS_SCHEMA,
    STANDING_SCHEMA,
    Ledger,
    Recorder,
    State,
)
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

ALL_STATES = dict(enumerate(State))


def test_an_empty_ledger_has_nothing_standing(ledger: Ledger) -> None:
    assert_frame_equal(
        ledger.standing(identities(1, 2)), pl.DataFrame(schema=STANDING_SCHEMA)
    )


def test_only_live_sendings_stand(ledger: Ledger, run: int, path: Path) -> None:
    send(path, run, ALL_STATES)

    standing = ledger.standing(identities(*range(9)))

    live = [State.INTENT, State.CREATED, State.UNCERTAIN]
    rows = [(identity(state), NAME, state, BODY, None) for state in live]
    expected = pl.DataFrame(rows, schema=STANDING_SCHEMA, orient="row")
    assert_frame_equal(standing, expected)


def test_what_stands_in_any_run_is_found(ledger: Ledger, run: int, path: Path) -> None:
    send(path, run, {1: State.CREATED, 2: State.REJECTED})
    send(path, ledger.begin_run(record("later")), {2: State.CREATED})

    standing = ledger.standing(identities(2, 1))

    assert standing.select("identity", "run").rows() == [
        (identity(1), NAME),
        (identity(2), "later"),
    ]


def test_nulls_and_repeats_are_looked_up_once(
    ledger: Ledger, run: int, path: Path
) -> None:
    send(path, run, {1: State.CREATED})
    wanted = pl.Series([identity(1), None, identity(1)], dtype=pl.Binary)

    assert ledger.standing(wanted).height == 1
    assert ledger.standing(wanted).height == 1


def test_a_report_sees_all_of_its_runs_sendings(
    ledger: Ledger, run: int, path: Path
) -> None:
    async def work(recorder: Recorder) -> None:
        for number in (1, 2, 3):
            await recorder.claim(intent(number))
        created = {"activity_id": "a-1", "http_status": 201}
        refused = {"http_status": 422, "code": "bad", "field": "subject"}
        recorder.settle(settled(1, State.CREATED, **created, attempts=3))
        recorder.settle(settled(2, State.REJECTED, **refused, message="Zu läng \ud800"))

    recording(path, run, work)
    send(path, ledger.begin_run(record("other")), {4: State.CREATED})

    rows = [
        (identity(1), State.CREATED, "a-1", 201, 3, "", "", ""),
        (identity(2), State.REJECTED, None, 422, 1, "bad", "subject", "Zu läng ?"),
        (identity(3), State.INTENT, None, None, 1, "", "", ""),
    ]
    told = ledger.sendings(run, identities(1, 2, 3, 4, 5))
    assert told.schema == SENDINGS_SCHEMA
    assert told.drop("at", "claimed_at").rows() == rows


def test_sendings_are_counted_by_state(ledger: Ledger, run: int, path: Path) -> None:
    send(path, run, {**ALL_STATES, 7: State.CREATED})
    other = ledger.begin_run(record("other"))

    assert ledger.counts(run) == {**dict.fromkeys(State, 1), State.CREATED: 2}
    assert ledger.counts(other) == {}


def test_what_was_in_flight_becomes_uncertain(
    ledger: Ledger, run: int, path: Path
) -> None:
    other = ledger.begin_run(record("other"))
    send(path, run, {1: State.INTENT, 2: State.CREATED})
    send(path, other, {3: State.INTENT})

    assert ledger.settle_intents(run) == 1

    assert ledger.counts(run) == {State.CREATED: 1, State.UNCERTAIN: 1}
    assert ledger.counts(other) == {State.INTENT: 1}
    told = ledger.sendings(run, identities(1)).select("code", "message").row(0)
    assert told == (
        "answer_unknown",
        "The program ended between sending the row and hearing the answer.",
    )


def test_a_sound_ledger_passes_its_check(ledger: Ledger, run: int, path: Path) -> None:
    send(path, run, ALL_STATES)

    assert ledger.check() == []


@pytest.mark.parametrize(
    "part",
    ["TRIGGER sent_once", "TRIGGER live_once", "INDEX not_created", "TABLE sending"],
)
def test_a_check_names_what_is_missing(ledger: Ledger, part: str) -> None:
    ledger._connection.execute(f"DROP {part}")

    name = part.split()[1]
    assert f"The ledger's part `{name}` is missing or was changed." in ledger.check()


def test_a_check_tells_of_an_index_that_does_not_fit(
    ledger: Ledger, run: int, path: Path
) -> None:
    send(path, run, dict.fromkeys(range(9), State.UNCERTAIN))
    with without(path, "not_created") as file:
        file.execute("UPDATE sending SET state = 2 WHERE identity < ?", [identity(3)])

    assert ledger.check() == [
        "The ledger's index `not_created` does not fit its rows: what is told of them "
        "may be wrong."
    ]


def test_a_check_tells_of_rows_that_were_sent_twice(
    ledger: Ledger, run: int, path: Path
) -> None:
    later = ledger.begin_run(record("later"))
    send(path, run, {1: State.CREATED, 2: State.UNCERTAIN})
    with without(path, "sent_once") as file:
        file.execute(AGAIN, (later,))

    assert ledger.check() == [
        "The ledger holds 2 records as sent by two runs: look for them in Reevo, they "
        "may be there twice."
    ]


def test_no_statement_makes_a_second_live_sending(
    ledger: Ledger, run: int, path: Path
) -> None:
    """The schema forbids it to whoever writes, not only to this program."""
    later = ledger.begin_run(record("later"))
    send(path, later, {1: State.RELEASED, 2: State.REJECTED})
    send(path, run, {1: State.CREATED, 2: State.UNCERTAIN, 3: State.INTENT})
    before = ledger.standing(identities(1, 2, 3))
    execute = ledger._connection.execute

    assert execute(AGAIN, (later,)).rowcount == 0
    for state in (State.INTENT, State.CREATED, State.UNCERTAIN):
        with pytest.raises(sqlite3.IntegrityError, match="another sending"):
            execute("UPDATE sending SET state = ? WHERE run = ?", (state, later))

    assert_frame_equal(ledger.standing(identities(1, 2, 3)), before)


def test_a_check_tells_of_rows_that_are_gone(
    ledger: Ledger, run: int, path: Path
) -> None:
    send(path, run, dict.fromkeys(range(9), State.CREATED))
    ledger._connection.execute("DELETE FROM sending WHERE identity < ?", [identity(3)])

    assert ledger.check() == [
        f"The ledger counts 9 created rows of run {NAME} and holds 6: rows of it were "
        "lost or changed by another program."
    ]


def test_a_check_tells_of_damage(ledger: Ledger, run: int, path: Path) -> None:
    send(path, run, dict.fromkeys(range(500), State.CREATED))
    ledger.close()
    content = bytearray(path.read_bytes())
    content[8 * 4096 : 9 * 4096] = b"\xff" * 4096
    path.write_bytes(content)

    with Ledger.open(path) as damaged:
        problems = damaged.check()

    assert problems
    assert all(text.startswith("The ledger is damaged: ") for text in problems)


AGAIN = """
INSERT INTO sending (identity, run, state, body, attempts, at)
SELECT identity, ?, 0, body, 1, at FROM sending WHERE true
ON CONFLICT (identity, run) DO NOTHING
"""


@contextmanager
def without(path: Path, part: str) -> Iterator[sqlite3.Connection]:
    """What is written meanwhile misses that part, as after a fault of the disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA writable_schema = ON")
        select = "SELECT * FROM sqlite_schema WHERE name = ?"
        row = file.execute(select, (part,)).fetchone()
        file.execute("DELETE FROM sqlite_schema WHERE name = ?", (part,))
        file.execute("PRAGMA writable_schema = RESET")
        yield file
        file.execute("PRAGMA writable_schema = ON")
        file.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
        file.execute("PRAGMA writable_schema = RESET")
