"""Rows with more or fewer cells than the header are kept, and told."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.read.read_given import (
    CUT_OFF_HINT,
    EXTRA_HINT,
    MISSING_HINT,
    codes,
    file,
    issues,
    rows,
)


@pytest.fixture
def usual_field_limit() -> Iterator[None]:
    """The limit that Python's csv module starts with; it holds for the process."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def test_extra_cells_are_cut_off_and_an_error(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n1,x,y,z\n2,w\n")

    assert rows(path) == [(2, "1", "x"), (3, "2", "w")]
    message = "The row has more cells than the header. Too many: 2 ('y,z')."
    assert issues(path) == [(2, "error", "extra_cells", "y,z", message, EXTRA_HINT)]


def test_missing_cells_are_empty_and_a_warning(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B,C\n1\n2,w,z\n")

    assert rows(path) == [(2, "1", None, None), (3, "2", "w", "z")]
    message = "The row has fewer cells than the header. Missing, and taken as empty: 2."
    assert issues(path) == [(2, "warning", "missing_cells", "", message, MISSING_HINT)]


def test_a_file_that_ends_in_the_middle_of_a_row_is_an_error(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B,C\n1,x,y\n2,w")

    assert rows(path) == [(2, "1", "x", "y"), (3, "2", "w", None)]
    message = "The file ends in the middle of this row. Cells missing: 1."
    assert issues(path) == [(3, "error", "cut_off_row", "", message, CUT_OFF_HINT)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_a_cut_is_seen_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = file(tmp_path, "A,B,C\n1,é,y\n2,w".encode(encoding))

    assert codes(path) == [(3, "cut_off_row")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_short_last_row_with_a_line_break_is_no_cut(
    tmp_path: Path, end: str, encoding: str
) -> None:
    text = "A,B,C\n1,x,y\n2,w\n".replace("\n", end)

    assert codes(file(tmp_path, text.encode(encoding))) == [(3, "missing_cells")]


def test_only_the_last_row_can_be_cut_off(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B,C\n1\n2,w")

    assert codes(path) == [(2, "missing_cells"), (3, "cut_off_row")]


def test_extra_cells_without_line_break_at_the_end_are_no_cut(tmp_path: Path) -> None:
    assert codes(file(tmp_path, "A,B\n1,x\n2,w,z")) == [(3, "extra_cells")]


@pytest.mark.parametrize("text", ['1,x\n2,"wor', '1,x\n2,"wor\n', '1,"x"\n2,"'])
def test_a_file_that_ends_inside_a_quoted_cell_was_not_copied_whole(
    tmp_path: Path, text: str
) -> None:
    assert codes(file(tmp_path, f"A,B\n{text}")) == [(3, "broken_row")]


@pytest.mark.parametrize("cells", ["1,x,", "1,x,,,", '1,x,"",'])
def test_extra_cells_that_are_empty_are_no_issue(tmp_path: Path, cells: str) -> None:
    path = file(tmp_path, f"A,B\n{cells}\n2,y\n")

    assert (rows(path), issues(path)) == ([(2, "1", "x"), (3, "2", "y")], [])


def test_a_row_with_text_only_in_extra_cells_is_not_lost(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n,,x\n2,y\n")

    assert rows(path) == [(2, None, None), (3, "2", "y")]
    assert codes(path) == [(2, "extra_cells")]


def test_quotes_hold_in_rows_of_other_widths(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B,C\n1,"x, ""y""\nz"\n2,w,,"p,q"\n3,v,u\n')

    assert rows(path) == [
        (2, "1", 'x, "y"\nz', None),
        (3, "2", "w", None),
        (4, "3", "v", "u"),
    ]
    assert codes(path) == [(2, "missing_cells"), (3, "extra_cells")]


def test_the_value_of_extra_cells_uses_the_file_s_delimiter(tmp_path: Path) -> None:
    [issue] = issues(file(tmp_path, "A;B\n1;x;y;z\n2;x\n3;x\n"))

    assert issue[3] == "y;z"


def test_a_long_value_of_extra_cells_is_shortened(tmp_path: Path) -> None:
    [issue] = issues(file(tmp_path, f"A,B\n1,x,{'y' * 300}\n"))

    assert issue[3] == "y" * 200 + "..."


@pytest.mark.usefixtures("usual_field_limit")
def test_a_row_of_another_width_may_hold_a_long_cell(tmp_path: Path) -> None:
    long = "x" * 200_000

    path = file(tmp_path, f"A,B,C\n1,{long}\n2,y,z\n")

    assert rows(path) == [(2, "1", long, None), (3, "2", "y", "z")]


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_only_line_breaks_end_a_row_of_another_width(tmp_path: Path, odd: str) -> None:
    path = file(tmp_path, f"A,B,C\n1,x{odd}y\n2,x{odd}y,z,w\n")

    assert rows(path) == [(2, "1", f"x{odd}y", None), (3, "2", f"x{odd}y", "z")]
    assert codes(path) == [(2, "missing_cells"), (3, "extra_cells")]


def test_all_rows_may_be_of_another_width(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n1\n2,x,y\n3\n")

    assert rows(path) == [(2, "1", None), (3, "2", "x"), (4, "3", None)]
    assert codes(path) == [
        (2, "missing_cells"),
        (3, "extra_cells"),
        (4, "missing_cells"),
    ]
