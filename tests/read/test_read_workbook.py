"""The cells of a workbook become text by one rule, rows keep their numbers."""

import hashlib
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipeline.stages.read import Layout
from tests.read.read_given import (
    fill,
    header,
    issues,
    notes,
    opened,
    refusal,
    rows,
    saved,
    workbook,
)

MOMENT = datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 - spreadsheets know no zones


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (5.25, "5.25"),
        (-0.5, "-0.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1e15, "1E+15"),
        (999999999999999, "999999999999999"),
        (300118812345678912, "3.00118812345679E+17"),
        (-1234567890123456.5, "-1.23456789012346E+15"),
        ("300118812345678912", "300118812345678912"),
        (123456789012345, "123456789012345"),
        (45000, "45000"),
        (True, "true"),
        (False, "false"),
        ("007", "007"),
        ("1e5", "1e5"),
        ("TRUE", "TRUE"),
        ("2024-05-06", "2024-05-06"),
        ("  white space ", "  white space "),
        ("two\nlines", "two\nlines"),
        ("'=1+1", "'=1+1"),
        ("Zoë \U0001f600", "Zoë \U0001f600"),
        (MOMENT, "2024-05-06 07:08:09"),
        (MOMENT.replace(microsecond=500_000), "2024-05-06 07:08:09.500"),
        (date(2024, 5, 6), "2024-05-06"),
        (MOMENT.replace(hour=0, minute=0, second=0), "2024-05-06"),
        (time(10, 30), "10:30:00"),
        (time(0, 0), "00:00:00"),
    ],
)
def test_a_cell_becomes_text(tmp_path: Path, value: object, text: str) -> None:
    assert rows(workbook(tmp_path, ["Id", "Cell"], ["x", value])) == [(2, "x", text)]


def test_kinds_of_cells_may_mix_in_a_column(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Cell"], [5], ["007"], [MOMENT], [True], [5.5])

    texts = ["5", "007", "2024-05-06 07:08:09", "true", "5.5"]
    assert rows(path) == list(enumerate(texts, start=2))


def test_dates_that_count_from_1904_are_the_same(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    fill(book, "Tasks", [["Time", "Day"], [MOMENT, date(2024, 5, 6)]])
    path = saved(book, tmp_path / "tasks.xlsx")

    assert rows(path) == [(2, "2024-05-06 07:08:09", "2024-05-06")]


def test_empty_cells_are_null(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B", "C"], ["x", None, ""], [None, "z", "y"])

    assert rows(path) == [(2, "x", None, None), (3, None, "z", "y")]


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!"])
def test_a_cell_with_a_formula_s_error_is_not_taken_as_empty(
    tmp_path: Path, error: str
) -> None:
    path = workbook(tmp_path, ["A", "B"], [error, None], ["x", error])

    assert rows(path) == [(2, error, None), (3, "x", error)]


def test_empty_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B"], ["1", "x"], [], ["  ", ""], [None, "y"])

    assert rows(path) == [(2, "1", "x"), (5, None, "y")]


def test_blank_rows_above_the_header_are_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path, [], [], ["A", "B"], ["1", "x"])

    assert opened(path).source.header_row == 3
    assert rows(path) == [(4, "1", "x")]


def test_an_empty_first_column_moves_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path, [None, "A", "B"], [None, "1", "x"])

    assert (header(path), rows(path)) == (["A", "B"], [(2, "1", "x")])


@pytest.mark.parametrize("dimension", [b"", b'<dimension ref="A1"/>'])
def test_wrong_dimensions_hide_no_cells(tmp_path: Path, dimension: bytes) -> None:
    path = workbook(tmp_path, [], ["A", "B"], ["1", "x"], [], ["2", "y"])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, part in parts.items():
            book.writestr(name, re.sub(rb"<dimension[^>]*/>", dimension, part))

    assert rows(path) == [(3, "1", "x"), (5, "2", "y")]


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Report"], [], ["A", "B", "C"], [1, 2, 3])

    assert rows(path) == [(4, "1", "2", "3")]
    assert notes(path) == ("The header is row 3; what stands above it is left out.",)


def test_of_two_header_lines_the_fuller_is_found(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, ["Activity", None, None], ["Id", "Type", "Text"], [1, "Call", "x"]
    )

    assert header(path) == ["Id", "Type", "Text"]


def test_of_two_full_header_lines_the_one_asked_for_is_used(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Activity", "Activity"], ["Id", "Text"], [1, "x"])
    layout = Layout(header_row=2)

    assert (header(path, layout), rows(path, layout)) == (
        ["Id", "Text"],
        [(3, "1", "x")],
    )


def test_a_header_row_asked_for_that_is_empty_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B"], ["1", "x"])

    assert refusal(path, Layout(header_row=9)) == (
        "Row 9, which is to hold the header, is empty.",
        f"{path} [Tasks]",
        "Correct `header_row` in the mapping.",
    )


def test_numbers_and_dates_may_be_headers(tmp_path: Path) -> None:
    path = workbook(tmp_path, [2024, date(2024, 5, 6), True], ["1", "x", "y"])

    assert header(path) == ["2024", "2024-05-06", "true"]


def test_a_short_row_is_no_issue(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B"], ["1"], ["2", "x"])

    assert (rows(path), issues(path)) == ([(2, "1", None), (3, "2", "x")], [])


def test_a_limit_leaves_out_the_rows_after_it(tmp_path: Path) -> None:
    source = opened(workbook(tmp_path, ["A"], ["1"], [], ["2"], ["3"]))

    assert [batch.rows.rows() for batch in source.batches(2)] == [[(2, "1"), (4, "2")]]


def test_a_workbook_is_described(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A"], ["1"])

    source = opened(path).source

    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.label, source.format, source.encoding, source.delimiter) == (
        f"{path} [Tasks]",
        "spreadsheet",
        None,
        None,
    )


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    assert rows(workbook(tmp_path, ["A"], ["1"], name="tasks.csv")) == [(2, "1")]
