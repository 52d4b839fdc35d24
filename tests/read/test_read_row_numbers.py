"""A row has the number that a spreadsheet shows: the header's is 1."""

from pathlib import Path

import pytest

from pipeline.stages.read import Layout
from tests.read.read_given import codes, file, issues, opened, rows


def test_the_first_record_is_row_2(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "A,B\n1,x\n2,y\n")) == [(2, "1", "x"), (3, "2", "y")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_count_alike(tmp_path: Path, end: str) -> None:
    text = "A,B\n1,x\n\n2,y\n".replace("\n", end)

    assert rows(file(tmp_path, text)) == [(2, "1", "x"), (4, "2", "y")]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\n\n"])
def test_a_line_break_inside_a_cell_shifts_no_row(
    tmp_path: Path, line_break: str
) -> None:
    path = file(tmp_path, f'A,B\n1,"x{line_break}y"\n2,z\n')

    assert rows(path) == [(2, "1", f"x{line_break}y"), (3, "2", "z")]


def test_a_line_break_inside_a_header_shifts_no_row(tmp_path: Path) -> None:
    path = file(tmp_path, '"A\nlong",B\n1,x\n')

    assert (opened(path).source.header_row, rows(path)) == (1, [(2, "1", "x")])


@pytest.mark.parametrize("blank", ["", ",", ",,", " , ", '"",""', "\t", '"\n",'])
def test_a_blank_row_is_left_out_and_keeps_the_numbers_of_those_after_it(
    tmp_path: Path, blank: str
) -> None:
    path = file(tmp_path, f"A,B\n1,x\n{blank}\n2,y\n")

    assert rows(path) == [(2, "1", "x"), (4, "2", "y")]
    assert issues(path) == []


def test_blank_rows_at_the_end_are_left_out(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "A,B\n1,x\n\n,\n,,,\n\n")) == [(2, "1", "x")]


def test_blank_rows_above_the_header_are_counted(tmp_path: Path) -> None:
    path = file(tmp_path, "\n,,\nA,B\n1,x\n")

    assert (opened(path).source.header_row, rows(path)) == (3, [(4, "1", "x")])


def test_titles_above_the_header_are_counted(tmp_path: Path) -> None:
    path = file(tmp_path, 'Report\n"made\ntoday"\n\nA,B,C\n1,x,y\n')

    assert (opened(path).source.header_row, rows(path)) == (4, [(5, "1", "x", "y")])


def test_what_stands_above_the_header_has_no_issues(tmp_path: Path) -> None:
    path = file(tmp_path, "Report\na,b,c,d,e\nA,B,C\n1,x,y\n")

    assert issues(path, Layout(header_row=3)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_that_names_the_delimiter_is_not_counted(
    tmp_path: Path, end: str
) -> None:
    path = file(tmp_path, "sep=;\nA;B\n1;x\n2;y\n".replace("\n", end))

    assert opened(path).source.header_row == 1
    assert rows(path) == [(2, "1", "x"), (3, "2", "y")]


def test_header_row_does_not_count_the_line_that_names_the_delimiter(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, "sep=;\nfor;Ann\nA;B\n1;x\n")

    assert rows(path, Layout(header_row=2)) == [(3, "1", "x")]


def test_issues_do_not_count_the_line_that_names_the_delimiter(tmp_path: Path) -> None:
    path = file(tmp_path, "SEP=;\nA;B\n1\n2;x\n")

    assert codes(path) == [(2, "missing_cells")]


def test_rows_above_a_given_header_are_left_out(tmp_path: Path) -> None:
    path = file(tmp_path, "a,b\n0,w\nA,B\n1,x\n")

    assert rows(path, Layout(header_row=3)) == [(4, "1", "x")]


def test_a_given_header_may_stand_far_below(tmp_path: Path) -> None:
    path = file(tmp_path, "a,b\n" * 199 + "A,B\n1,x\n")

    assert rows(path, Layout(header_row=200)) == [(201, "1", "x")]
