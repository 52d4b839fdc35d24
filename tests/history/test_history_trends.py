"""What the charts of the history show."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.runs.history.past import PastRun, past_runs
from pipeline.runs.history.trends import causes_of, trends_of
from tests.history.history_givens import ledger_with, night, nights


def past(count: int, folder: Path) -> list[PastRun]:
    return past_runs([ledger_with(folder / "l.db", [*nights(count, folder)])], None)


def test_without_runs_there_are_no_trends() -> None:
    assert trends_of([]) is None
    assert causes_of([]) == []


@pytest.mark.parametrize(
    ("count", "unit", "first", "last", "bars"),
    [
        (3, "run", "01-01", "01-03", 3),
        (60, "run", "01-01", "02-29", 60),
        (61, "week", "2024-01-01", "2024-02-26", 9),
        (500, "month", "2024-01", "2025-05", 17),
        (5_000, "year", "2024", "2037", 14),
    ],
)
def test_many_runs_are_summed_so_that_bars_are_few(
    tmp_path: Path, count: int, unit: str, first: str, last: str, bars: int
) -> None:
    runs = past(count, tmp_path)

    trends = trends_of(runs)

    assert trends is not None
    chart = trends.outcomes
    assert (trends.unit, chart.labels[0], chart.labels[-1]) == (unit, first, last)
    assert len(chart.bars) == bars
    created = next(each for each in chart.series if each.name == "created")
    assert created.total == sum(run.counts["created"] for run in runs)


def test_days_without_a_run_are_seen(tmp_path: Path) -> None:
    runs = [
        replace(night(day, tmp_path), name=f"{day}-{each}")
        for day in (0, 9)
        for each in range(40)
    ]

    trends = trends_of(past_runs([ledger_with(tmp_path / "l.db", runs)], None))

    assert trends is not None
    assert (trends.unit, len(trends.outcomes.labels)) == ("day", 10)
    assert len(trends.outcomes.bars) == 2


def test_causes_are_errors_the_most_frequent_first(tmp_path: Path) -> None:
    issues = (
        {"bad_time": 2, "old_time": 50},
        {"bad_time": 1, "bad_subject": 9},
        {"required": 1},
    )
    made = [
        replace(night(number, tmp_path), issues=each)
        for number, each in enumerate(issues)
    ]
    runs = past_runs([ledger_with(tmp_path / "l.db", made)], None)

    assert [
        (each.code, each.title, each.count, each.runs, each.last.record.name[:8])
        for each in causes_of(runs)
    ] == [
        ("bad_subject", "The API refused the row: bad_subject", 9, 1, "20240102"),
        ("bad_time", "The date or time cannot be read", 3, 2, "20240102"),
        ("required", "A required field is empty", 1, 1, "20240103"),
    ]
    assert [each.in_newest for each in causes_of(runs)] == [0, 0, 1]
    trends = trends_of(runs)
    assert trends is not None
    assert trends.failures is not None
    assert trends.failures.rows == [
        ("01-01", [0, 2, 0]),
        ("01-02", [9, 1, 0]),
        ("01-03", [0, 0, 1]),
    ]


def test_rare_causes_are_shown_as_one(tmp_path: Path) -> None:
    codes = {f"c{number}": 100 - number for number in range(10)}
    made = replace(night(0, tmp_path), issues=codes)

    trends = trends_of(past_runs([ledger_with(tmp_path / "l.db", [made])], None))

    assert trends is not None
    assert trends.failures is not None
    assert len(trends.failures.series) == 8
    assert trends.failures.series[-1].name == "others"
    assert trends.failures.series[-1].total == 93 + 92 + 91
