"""The charts: every number has its bar, and the axes can be read."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pages import GAP, HEIGHT, Series, number, stacked
from pipeline.plan import Calendar
from pipeline.stages.report.page.activities import activities_of
from pipeline.stages.report.page.sending import sending_of
from pipeline.stages.report.page.traffic import Traffic
from tests.page.test_page_gathering import NOON, SENT

HOURS = (1,) + (0,) * 23
NUMBERS = st.lists(st.integers(0, 10**7), min_size=1, max_size=30)


@given(NUMBERS)
def test_bars_are_as_high_as_their_numbers(numbers: list[int]) -> None:
    chart = stacked(
        [Series("a", "a", tuple(map(float, numbers)))], [f"{n}" for n in numbers]
    )

    assert len(chart.bars) == sum(each > 0 for each in numbers)
    heights = [piece.height for bar in chart.bars for piece in bar.pieces]
    highest = max(heights, default=HEIGHT)
    assert HEIGHT * 0.39 < highest <= HEIGHT
    assert all(height >= 2 for height in heights)
    assert all(bar.left >= 0 and bar.left + bar.width <= 100 for bar in chart.bars)
    assert [tick.at for tick in chart.down] == sorted(
        (tick.at for tick in chart.down), reverse=True
    )


def test_a_chart_in_full() -> None:
    chart = stacked(
        [
            Series("call", "Call", (3.0, 0.0, 1.0)),
            Series("none", "nothing", (0.0, 0.0, 0.0)),
            Series("text", "Text", (1.0, 0.0, 0.0)),
        ],
        ["Jan", GAP, "Mar"],
    )

    assert [series.name for series in chart.series] == ["Call", "Text"]
    assert [
        (bar.title, [(p.kind, p.top, p.height) for p in bar.pieces])
        for bar in chart.bars
    ] == [
        ("Jan: 3 Call, 1 Text", [("call", 72.0, 108.0), ("text", 36.0, 36.0)]),
        ("Mar: 1 Call", [("call", 144.0, 36.0)]),
    ]
    assert chart.gaps == (50.0,)
    assert [tick.text for tick in chart.across] == ["Jan", "Mar"]
    assert [tick.text for tick in chart.down] == ["0", "1", "2", "3", "4", "5"]
    assert chart.rows == [("Jan", [3.0, 1.0]), ("Mar", [1.0, 0.0])]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234, "1,234"), (4.5, "4.5"), (0.25, "0.25"), (123.4, "123"), (0, "0")],
)
def test_numbers_as_people_write_them(value: float, text: str) -> None:
    assert number(value) == text


def calendar(*months: tuple[int, int, str, int]) -> Calendar:
    return Calendar(tuple(sorted(months)), HOURS, 0)


def test_a_wrong_century_stands_apart() -> None:
    shown = activities_of(calendar((1924, 3, "CALL", 1), (2024, 2, "CALL", 5)))

    assert shown
    assert (shown.unit, shown.first, shown.last) == ("month", "Mar 1924", "Feb 2024")
    assert shown.over_time.labels == ("Mar 1924", GAP, "Feb 2024")
    assert shown.gap == (1924, 2024)


@pytest.mark.parametrize(
    ("years", "unit", "bars"),
    [
        (range(2022, 2025), "month", 36),
        (range(2015, 2026), "year", 11),
        (range(1950, 2026), "5 years", 16),
        (range(1, 9999, 3), "500 years", 20),
    ],
)
def test_bars_stand_for_as_much_as_is_needed(
    years: range, unit: str, bars: int
) -> None:
    months = [(year, month, "", 1) for year in years for month in range(1, 13)]
    shown = activities_of(calendar(*months))

    assert shown
    assert shown.unit == unit
    assert len(shown.over_time.labels) == bars
    [series] = shown.over_time.series
    assert series.total == len(months)


def test_no_times_no_chart() -> None:
    assert activities_of(Calendar(undated=3)) is None
    assert sending_of(Traffic()) is None


def test_a_sending_in_full() -> None:
    traffic = Traffic()
    lines = [
        ("created", None, 1, NOON - 100, NOON),
        ("created", None, 1, NOON - 100, NOON + 100),
        ("rejected", "bad", 1, NOON + 900, NOON + 1_000),
        ("created", None, 3, NOON, NOON + 4_500),
    ]
    traffic.see(pl.DataFrame(lines, schema=SENT, orient="row"))
    sending = sending_of(traffic)

    assert sending
    assert (sending.rows, sending.again, sending.width) == (4, 2, "second")
    assert sending.pace
    assert sending.pace.rows == [
        ("12:00:00", [2.0, 0.0]),
        ("12:00:01", [0.0, 1.0]),
        ("12:00:04", [1.0, 0.0]),
    ]
    assert sending.tries
    assert sending.tries.rows == [("12:00:04", [2.0])]
    assert (sending.typical, sending.slow, sending.wait_unit) == (
        "99 ms",
        "197 ms",
        "milliseconds",
    )


def test_a_sending_of_a_moment_has_no_chart() -> None:
    traffic = Traffic()
    traffic.see(
        pl.DataFrame([("created", None, 1, NOON, NOON)], schema=SENT, orient="row")
    )
    sending = sending_of(traffic)

    assert sending
    assert (sending.pace, sending.tries, sending.waits) == (None, None, None)


def test_a_run_that_went_on_another_day_says_the_day() -> None:
    traffic = Traffic()
    ends = [NOON, NOON + 86_400_000]
    lines = [("created", None, 1, at, at) for at in ends]
    traffic.see(pl.DataFrame(lines, schema=SENT, orient="row"))
    sending = sending_of(traffic)

    assert sending
    assert sending.pace
    assert sending.pace.labels[0] == datetime.fromtimestamp(NOON / 1000, UTC).strftime(
        "%d %b %H:%M"
    )
    assert sum(sum(numbers) for _, numbers in sending.pace.rows) > 0
