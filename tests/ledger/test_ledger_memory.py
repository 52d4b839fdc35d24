"""Answers to lookups, and what mappings saw."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import ANSWER_SCHEMA, Ledger, Seen, Topic
from tests.ledger.given import NAME, STARTED

TOPIC = Topic("https://api.example.test", "default", "contact", "email", "email")
NOW = int(STARTED.timestamp() * 1000)
HOUR = 3_600_000
Row = tuple[str, list[str], list[str], int]
ADA: Row = ("ada@x.com", ["1"], ["Ada"], NOW)
TWINS: Row = ("twin@x.com", ["2", "3"], ["Twin", "Twin \u00e9"], NOW - HOUR)
NOBODY: Row = ("nobody@x.com", [], [], NOW - 2 * HOUR)
ALWAYS = STARTED - timedelta(days=365)
SEEN = Seen(
    system="acme",
    mapping="acme-tasks",
    source="tasks-*.csv",
    headers=("Id", "Subject", "Type"),
    values={"category": ("Call", "Caf\u00e9"), "subject": ()},
    seen_at=STARTED,
    run=NAME,
)


def answers(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ANSWER_SCHEMA, orient="row")


def asked(
    ledger: Ledger, *values: str | None, topic: Topic = TOPIC, since: datetime = ALWAYS
) -> list[tuple[object, ...]]:
    series = pl.Series(values, dtype=pl.String)
    return ledger.answers(topic, series, since=since).rows()


def test_answers_are_known_again(path: Path) -> None:
    with Ledger.open(path, now=lambda: STARTED) as ledger:
        ledger.keep_answers(TOPIC, answers(ADA, TWINS, NOBODY))

    with Ledger.open(path, now=lambda: STARTED) as ledger:
        found = asked(ledger, "twin@x.com", "nobody@x.com", None, "new@x.com", *"aab")
        assert found == [NOBODY, TWINS]
        assert ledger.check() == []


def test_nothing_is_known_of_what_was_never_asked(ledger: Ledger) -> None:
    found = ledger.answers(TOPIC, pl.Series(["ada@x.com"]), since=ALWAYS)

    assert found.schema == ANSWER_SCHEMA
    assert found.is_empty()


@pytest.mark.parametrize(
    ("age", "known"),
    [
        (timedelta(0), [ADA]),
        (timedelta(hours=1), [ADA, TWINS]),
        (timedelta(hours=2), [ADA, NOBODY, TWINS]),
    ],
)
def test_answers_age(ledger: Ledger, age: timedelta, known: list[Row]) -> None:
    ledger.keep_answers(TOPIC, answers(ADA, TWINS, NOBODY))
    values = ("ada@x.com", "twin@x.com", "nobody@x.com")

    assert asked(ledger, *values, since=STARTED - age) == known


def test_an_answer_of_a_clock_that_went_wrong_is_not_believed(ledger: Ledger) -> None:
    ledger.keep_answers(TOPIC, answers(("ada@x.com", ["1"], ["Ada"], NOW + 1)))

    assert asked(ledger, "ada@x.com") == []


def test_a_newer_answer_takes_the_place_of_the_older(ledger: Ledger) -> None:
    ledger.keep_answers(TOPIC, answers(("ada@x.com", [], [], NOW - HOUR), TWINS))
    ledger.keep_answers(TOPIC, answers(ADA))

    assert asked(ledger, "ada@x.com", "twin@x.com") == [ADA, TWINS]


@pytest.mark.parametrize(
    "other",
    [
        replace(TOPIC, target="https://other.example.test"),
        replace(TOPIC, workspace="trial"),
        replace(TOPIC, record_type="account"),
        replace(TOPIC, field="name"),
        replace(TOPIC, kind="exact"),
    ],
)
def test_every_topic_has_answers_of_its_own(ledger: Ledger, other: Topic) -> None:
    ledger.keep_answers(TOPIC, answers(ADA))
    ledger.keep_answers(other, answers(("ada@x.com", ["9"], ["Other"], NOW)))

    assert asked(ledger, "ada@x.com") == [ADA]
    assert asked(ledger, "ada@x.com", topic=other)[0][1] == ["9"]


def test_many_answers(ledger: Ledger) -> None:
    values = pl.Series("value", [f"user{number}@x.com" for number in range(100_000)])
    kept = values.to_frame().with_columns(
        ids=pl.concat_list(pl.col("value").str.replace("user", "id")),
        names=pl.concat_list(pl.lit("N")),
        asked_at=pl.lit(NOW),
    )

    ledger.keep_answers(TOPIC, kept)

    found = ledger.answers(TOPIC, values, since=ALWAYS)
    assert found.equals(kept.cast(ANSWER_SCHEMA).sort("value"))


def test_all_of_a_batch_is_kept_or_nothing(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        ledger.keep_answers(
            TOPIC,
            answers(ADA, ("broken@x.com", ["1"], ["B"], None)),  # type: ignore[arg-type]
        )

    assert asked(ledger, "ada@x.com") == []


def test_what_was_seen_is_remembered(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.remember(replace(SEEN, headers=("Id",), run="earlier"))
        ledger.remember(SEEN)

    with Ledger.open(path) as ledger:
        key = {"system": "acme", "mapping": "acme-tasks", "source": "tasks-*.csv"}
        assert ledger.seen(**key) == SEEN
        for part in key:
            assert ledger.seen(**{**key, part: "other"}) is None


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO answer VALUES (1, 'v', '{}', 0)",
        "INSERT INTO answer VALUES (1, 'v', '[]', 'yesterday')",
        "INSERT INTO answer VALUES (9, 'v', '[]', 0)",
        "INSERT INTO seen VALUES ('s', 'm', 'f', '{}', '{}', 0, 'r')",
        "INSERT INTO seen VALUES ('s', 'm', 'f', '[]', '[]', 0, 'r')",
    ],
)
def test_the_file_takes_nothing_of_another_shape(
    ledger: Ledger, statement: str
) -> None:
    ledger.keep_answers(TOPIC, answers(ADA))

    with pytest.raises(sqlite3.IntegrityError):
        ledger._connection.execute(statement)
