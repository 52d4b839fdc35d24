from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import FormerRun, Ledger, RunEnd, State
from tests.ledger.given import NAME, STARTED, record, send


def test_a_run_is_read_as_it_was_begun(ledger: Ledger, run: int) -> None:
    assert ledger.find_run(NAME) == record()
    assert ledger.number_of(NAME) == run


def test_a_run_that_ended_says_how(ledger: Ledger, run: int) -> None:
    ended = datetime(2026, 11, 23, 7, 33, 10, 250_000, tzinfo=UTC)

    ledger.end_run(run, RunEnd("attention", 3, ended, {"invalid": 3}, {"bad_time": 4}))

    assert ledger.find_run(NAME) == replace(
        record(),
        status="attention",
        exit_code=3,
        ended_at=ended,
        counts={"invalid": 3},
        issues={"bad_time": 4},
    )


def test_times_are_kept_in_utc(ledger: Ledger) -> None:
    new_york = timezone(timedelta(hours=-5))
    ledger.begin_run(replace(record(), started_at=STARTED.astimezone(new_york)))

    found = ledger.find_run(NAME)

    assert found is not None
    assert found.started_at.isoformat() == "2026-11-23T07:31:00+00:00"


def test_runs_come_newest_first(ledger: Ledger) -> None:
    for name in ("one", "two", "three"):
        ledger.begin_run(record(name))

    assert ledger.runs(limit=2) == [record("three"), record("two")]
    assert len(ledger.runs(limit=None)) == 3


def test_an_unknown_run_is_not_found(ledger: Ledger) -> None:
    assert ledger.find_run("nothing") is None
    with pytest.raises(LedgerError, match="knows of no run nothing"):
        ledger.number_of("nothing")


def test_two_runs_of_one_name_are_refused(ledger: Ledger, run: int) -> None:
    with pytest.raises(LedgerError, match=r"UNIQUE constraint failed: run\.name"):
        ledger.begin_run(record())

    assert ledger.runs() == [record()]


def test_who_sent_the_same_sources_is_known_by_what_they_hold(ledger: Ledger) -> None:
    runs = {
        name: ledger.begin_run(record(name))
        for name in ("both", "first", "other", "refused")
    }
    ledger.keep_sources(runs["both"], {"aa": 3, "bb Sheet1": 5})
    ledger.keep_sources(runs["first"], {"aa": 2})
    ledger.keep_sources(runs["first"], {"aa": 9})
    ledger.keep_sources(runs["other"], {"cc": 1})
    ledger.keep_sources(runs["refused"], {"aa": 1})
    lived = {1: State.CREATED, 2: State.UNCERTAIN, 3: State.INTENT, 4: State.REJECTED}
    send(ledger.path, runs["both"], lived)
    send(ledger.path, runs["first"], {11: State.CREATED})
    send(ledger.path, runs["other"], {21: State.CREATED})
    send(ledger.path, runs["refused"], {31: State.REJECTED, 32: State.RELEASED})
    there = record().target, record().workspace

    both = FormerRun("both", 3, {"aa": 3, "bb Sheet1": 5})
    first = FormerRun("first", 1, {"aa": 2})
    assert ledger.former_runs(*there, ["aa", "bb Sheet1"]) == [both, first]
    assert ledger.former_runs(*there, ["aa"]) == [first]
    assert ledger.former_runs(*there, ["bb Sheet1"]) == []
    assert ledger.former_runs(record().target, "elsewhere", ["aa"]) == []
