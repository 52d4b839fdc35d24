"""What the page gathers, batch by batch, without holding the rows."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.activity import CATEGORIES
from pipeline.plan import Calendar, CalendarOf
from pipeline.rows import ISSUE_SCHEMA, Source
from pipeline.stages.report.page.attention import MOST_BYTES, MOST_ROWS, Attention
from pipeline.stages.report.page.causes import Causes
from pipeline.stages.report.page.traffic import Traffic, seconds_of
from tests.stages.stage_givens import batch

TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001
FIELDS = pl.Schema(
    {
        "row": pl.UInt32(),
        "activity_time": pl.Datetime("us", "UTC"),
        "category": pl.String(),
    }
)
SENT = {
    "status": pl.String,
    "code": pl.String,
    "attempts": pl.Int32,
    "claimed_at": pl.Int64,
    "at": pl.Int64,
}
NOON = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)


def source_of(number: int = 0) -> Source:
    return replace(batch({"Id": ["a"], "Note": ["b"]}).source, number=number)


def issues_of(*lines: tuple[int, str, str, str, str]) -> pl.DataFrame:
    """Lines of row, severity, code, column and value."""
    rows = [
        (row, severity, code, column, "field", value, f"{value}!", f"mend {code}")
        for row, severity, code, column, value in lines
    ]
    return pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row")


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.none() | TIMES, st.none() | st.sampled_from((*CATEGORIES, "?")))
    ),
    st.integers(1, 5),
)
def test_the_calendar_counts_each_row_once(
    rows: list[tuple[datetime | None, str | None]], size: int
) -> None:
    counting = CalendarOf()
    numbered = [(number, *row) for number, row in enumerate(rows)]
    for first in range(0, len(rows), size):
        part = numbered[first : first + size]
        counting.see(pl.DataFrame(part, schema=FIELDS, orient="row"))

    dated = [(time, kind) for time, kind in rows if time]
    months = Counter(
        (time.year, time.month, kind if kind in CATEGORIES else "")
        for time, kind in dated
    )
    hours = Counter(time.hour for time, _ in dated)
    assert counting.counted == Calendar(
        tuple((*key, count) for key, count in sorted(months.items())),
        tuple(hours[hour] for hour in range(24)),
        len(rows) - len(dated),
    )


def test_causes_are_counted_over_batches_and_sources() -> None:
    causes = Causes()
    causes.see(
        source_of(),
        issues_of(
            (2, "warning", "old_time", "When", "1924"),
            (3, "error", "unknown_value", "Kind", "Fax"),
            (4, "error", "unknown_value", "Kind", "Telex"),
        ),
    )
    causes.see(source_of(), issues_of((9, "error", "unknown_value", "Kind", "Telex")))
    causes.see(source_of(1), issues_of((2, "error", "odd_<code>", "", "")))

    told = [
        (
            cause.title,
            cause.count,
            [(each.value, each.rows, each.source.number) for each in cause.examples],
        )
        for cause in causes.found()
    ]
    assert told == [
        ("The value is not known", 3, [("Telex", (4, 9), 0), ("Fax", (3,), 0)]),
        ("The API refused the row: odd_<code>", 1, [("", (2,), 1)]),
        ("The activity is very old", 1, [("1924", (2,), 0)]),
    ]


def test_of_many_values_the_first_are_kept_and_all_are_counted() -> None:
    causes = Causes()
    for first in (0, 1_000):
        lines = [
            (n, "error", "bad_time", "When", f"{n}")
            for n in range(first, first + 1_000)
        ]
        causes.see(source_of(), issues_of(*lines))

    [cause] = causes.found()
    assert cause.count == 2_000
    assert [each.value for each in cause.examples] == ["0", "1", "2", "3", "4"]


def outcomes_of(count: int) -> pl.DataFrame:
    texts = dict.fromkeys(("code", "column", "message", "hint"), "x")
    return pl.DataFrame(
        {"row": range(count), "status": ["invalid"] * count}
    ).with_columns(**{name: pl.lit(text) for name, text in texts.items()})


@pytest.mark.parametrize("cell", ["short", "<" * 30_000, "\U0001f600" * 9_000])
def test_the_table_stays_small_and_says_what_it_leaves_out(cell: str) -> None:
    attention = Attention()
    rows = pl.DataFrame({"row": range(1_500), "A": [cell] * 1_500, "B": [None] * 1_500})
    for _ in range(3):
        attention.see(source_of(), rows, outcomes_of(1_500), issues_of())

    table = attention.table
    kept = json.loads(table.rows)
    assert b"<" not in table.rows
    assert len(table.rows) < MOST_BYTES * 1.01
    assert len(kept) == table.shown
    assert table.shown + table.left_out == 4_500
    assert table.shown <= MOST_ROWS
    assert table.shown >= MOST_BYTES // 8_000
    assert [row["row"] for row in kept[:3]] == [0, 1, 2]
    [(number, text, cut_off)] = kept[0]["cells"]
    assert (number, text) == (0, cell[: len(text)])
    assert len(text) + cut_off == len(cell)


def test_a_row_bears_the_value_of_its_first_error() -> None:
    attention = Attention()
    issues = issues_of(
        (0, "error", "x", "Kind", "first"), (0, "error", "x", "Kind", "second")
    )
    rows = pl.DataFrame({"row": [0], "A": ["cell"]})
    attention.see(source_of(), rows, outcomes_of(1), issues)

    assert json.loads(attention.table.rows) == [
        {
            "source": 0,
            "row": 0,
            "status": "invalid",
            "code": "x",
            "column": "x",
            "value": "first",
            "message": "x",
            "hint": "x",
            "cells": [[0, "cell", 0]],
        }
    ]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**8), st.integers(1, 60_000), st.integers(1, 3)),
        min_size=1,
        max_size=200,
    )
)
def test_traffic_loses_no_row_however_long_the_run(
    rows: list[tuple[int, int, int]],
) -> None:
    traffic = Traffic()
    for after, wait, attempts in rows:
        line = ("created", None, attempts, NOON + after - wait, NOON + after)
        traffic.see(pl.DataFrame([line], schema=SENT, orient="row"))

    told = traffic.told
    assert told["rows"].sum() == len(rows)
    assert told["again"].sum() == sum(attempts - 1 for *_, attempts in rows)
    assert told.drop_nulls("wait")["rows"].sum() == sum(
        attempts == 1 for *_, attempts in rows
    )


def test_traffic_keeps_to_its_size() -> None:
    traffic = Traffic()
    for start in range(0, 20_000, 5_000):
        ends = [NOON + second * 1_000 for second in range(start, start + 5_000)]
        lines = [("created", None, 1, at - 100, at) for at in ends]
        traffic.see(pl.DataFrame(lines, schema=SENT, orient="row"))

    assert traffic.slice_ms == 16_000
    assert traffic.told["slice"].n_unique() <= 1_500
    assert traffic.told["rows"].sum() == 20_000


@pytest.mark.parametrize("seconds", [0.001, 0.05, 1.0, 30.0, 600.0])
def test_a_wait_is_known_within_a_tenth(seconds: float) -> None:
    traffic = Traffic()
    line = ("created", None, 1, NOON - int(seconds * 1_000), NOON)
    traffic.see(pl.DataFrame([line], schema=SENT, orient="row"))

    assert seconds_of(traffic.told["wait"][0]) == pytest.approx(seconds, rel=0.1)


@pytest.mark.parametrize(
    ("status", "code", "claimed_at"),
    [
        ("uncertain", "no_answer", NOON - 5),
        ("created", "reconciled", NOON - 5),
        ("created", "settled_by_person", NOON - 5),
        ("created", None, 0),
    ],
)
def test_what_was_no_answer_says_nothing_of_waits(
    status: str, code: str | None, claimed_at: int
) -> None:
    traffic = Traffic()
    line = (status, code, 1, claimed_at, NOON)
    traffic.see(pl.DataFrame([line], schema=SENT, orient="row"))

    assert traffic.told["wait"].to_list() == [None]
    assert traffic.told["rows"].to_list() == [1]
