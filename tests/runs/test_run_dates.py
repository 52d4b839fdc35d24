"""The order of day and month, and the zone, as a run finds and tells them."""

import re
from pathlib import Path

import pytest

from tests.commands import Ended, activity_import

MAPPING = """
version: 1
name: calls
fields:
  activity_time: {from: [Done, Due], formats: [iso, day_or_month_first]}
  subject: {from: What}
"""
IN_UTC = (
    "Times without an offset are read as UTC: neither `source.timezone` in the mapping "
    "nor --timezone names another zone."
)


@pytest.fixture(autouse=True)
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls.yaml").write_text(MAPPING, encoding="utf-8")


def write(path: str, *dates: str, due: str = "") -> str:
    lines = [f'"{date}",{due},{path} {n}' for n, date in enumerate(dates)]
    text = "\n".join(["Done,Due,What", *lines, ""])
    Path(path).write_text(text, encoding="utf-8")
    return path


def validate(*words: str) -> Ended:
    return activity_import("validate", *words, "-m", "calls.yaml", "--json")


def times(*words: str) -> list[str]:
    """The times that `preview` shows."""
    shown = activity_import("preview", *words, "-m", "calls.yaml").out
    return re.findall(r'"activity_time": "(.*)"', shown)


@pytest.mark.parametrize(
    ("evidence", "order", "expected"),
    [
        ("13/4/2024", "day_first", "2024-04-03T12:00:00Z"),
        ("4/13/24 9:15 PM", "month_first", "2024-03-04T12:00:00Z"),
    ],
)
def test_one_row_anywhere_decides_for_all(
    evidence: str, order: str, expected: str
) -> None:
    first = write("first.csv", *["3/4/2024"] * 3)
    second = write("second.csv", "3/4/2024", "2024-04-13", "1 May 2024", evidence)

    ended = validate(first, second)

    assert ended.code == 0
    assert ended.summary["counts"]["valid"] == 7
    assert f"--dates={order}" in ended.summary["next"][0]
    [decided, in_utc] = ended.summary["notes"]
    assert f"second.csv, row 5, column 'Done': '{evidence}'" in decided
    assert in_utc == IN_UTC
    assert times(second, "-n", "1") == [expected]


def test_a_column_that_does_not_tell_is_refused_with_both_readings() -> None:
    path = write("calls.csv", "3/4/2024", "3/3/2024", "", "31/31/2024", due="5.6.24")

    ended = activity_import("validate", path, "-m", "calls.yaml")

    assert ended.code == 1
    assert ended.err.splitlines() == [
        "Error: The dates can be read with the day or with the month first, and no row "
        "tells which (2 can be read both ways).",
        "  where: calls.yaml",
        "  calls.csv, row 2, column 'Done': '3/4/2024' is 3 April 2024 or 4 March 2024",
        "  calls.csv, row 4, column 'Due': '5.6.24' is 5 June 2024 or 6 May 2024",
        "  hint:  Add --dates day_first or --dates month_first to the command; or "
        "write `formats: [day_first]` or `formats: [month_first]` in the mapping "
        "instead of day_or_month_first.",
        "  explain: activity-import explain dates_undecided",
    ]
    assert not Path("reports").exists()


def test_a_column_that_tells_both_is_refused_with_the_rows() -> None:
    path = write("calls.csv", "13/4/2024", "4/14/2024", "4/15/2024", "3/4/2024")

    ended = activity_import("run", path, "-m", "calls.yaml", "--sandbox")

    assert ended.code == 1
    only = "calls.csv, row {}, column 'Done': '{}' is {}, only with the {} first"
    assert ended.err.splitlines() == [
        "Error: The dates have the day first in some rows and the month first in "
        "others.",
        "  where: calls.yaml",
        "  " + only.format(2, "13/4/2024", "13 April 2024", "day"),
        "  " + only.format(3, "4/14/2024", "14 April 2024", "month"),
        "  " + only.format(4, "4/15/2024", "15 April 2024", "month"),
        "  hint:  Export the file again with one form of dates, or write the dates of "
        "one kind as YYYY-MM-DD.",
        "  explain: activity-import explain dates_undecided",
    ]


def test_a_column_with_nothing_to_decide_is_not_refused() -> None:
    path = write("calls.csv", "2024-03-04", "4 March 2024", "3/3/2024")

    ended = validate(path)

    assert (ended.code, ended.summary["notes"]) == (0, [IN_UTC])
    assert ended.summary["counts"]["valid"] == 3


def test_the_option_decides_and_is_handed_on() -> None:
    path = write("calls.csv", "3/4/2024")

    ended = validate(path, "--dates", "month_first", "--timezone", "Asia/Tokyo")

    assert ended.code == 0
    assert ended.summary["notes"] == []
    assert ended.summary["next"] == [
        "activity-import run calls.csv -m calls.yaml --timezone=Asia/Tokyo "
        "--dates=month_first"
    ]
    asked = ("--dates=day_first", "--timezone=Asia/Tokyo")
    assert times(path, *asked) == ["2024-04-03T03:00:00Z"]


def test_an_order_that_the_mapping_states_is_not_overruled() -> None:
    text = MAPPING.replace("day_or_month_first", "day_first")
    Path("calls.yaml").write_text(text, encoding="utf-8")

    ended = validate(write("calls.csv", "3/4/2024"), "--dates", "month_first")

    assert ended.code == 1
    assert ended.summary["reason"].startswith("--dates month_first changes nothing")


def test_a_zone_that_does_not_exist_is_wrong_usage() -> None:
    ended = validate(write("calls.csv", "3/4/2024"), "--timezone", "Europe/Berlim")

    assert ended.code == 2
    assert "'Europe/Berlim' is no time zone. Did you mean 'Europe/Berlin'?" in ended.err


def test_times_with_offsets_need_no_note() -> None:
    path = write("calls.csv", "2024-03-04 10:00 CET", "2024-03-04T10:00:00Z")

    assert validate(path).summary["notes"] == []


def test_dates_of_another_form_are_not_decided_by_those_of_one() -> None:
    """A German spreadsheet turns 5/3/2021 into 05.03.2021 and leaves 5/20/2021."""
    path = write("mixed.csv", "05.03.2021 15:14", "5/20/2021 15:14")

    ended = activity_import("validate", path, "-m", "calls.yaml")
    told = activity_import(
        "validate", path, "-m", "calls.yaml", "--dates", "month_first"
    )

    assert (ended.code, told.code) == (1, 0)
    assert "The dates are written in two forms" in ended.err
    assert "row 2, column 'Done': '05.03.2021 15:14' is 5 March 2021 or 3 May" in (
        ended.err
    )
