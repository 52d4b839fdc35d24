"""The header: which row it is, what is noted of it, and which columns are read."""

from pathlib import Path

import pytest

from pipeline.rows import Column
from pipeline.stages.read import Layout
from tests.read.read_given import file, header, notes, opened, refusal, rows, workbook

OUR_OWN = "Columns that start with '_' are left out: they are our own."
FIX_ME = "_status,_code,_message,_hint"


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("", 1),
        ("Report\n", 2),
        ("Report\n\n", 3),
        ("Report of,Ann\n", 2),
        ('"Report\nof Ann"\n\n', 3),
        ("Report,,,,\n,,,,\n", 3),
    ],
)
def test_titles_above_the_header_are_passed_over(
    tmp_path: Path, above: str, row: int
) -> None:
    path = file(tmp_path, f"{above}A,B,C,D,E\n1,2,3,4,5\n")

    assert opened(path).source.header_row == row
    assert header(path) == ["A", "B", "C", "D", "E"]


def test_a_header_row_asked_for_is_used(tmp_path: Path) -> None:
    path = file(tmp_path, "Activity,Activity\nId,Text\n1,x\n")
    layout = Layout(header_row=2)

    assert (header(path, layout), rows(path, layout)) == (
        ["Id", "Text"],
        [(3, "1", "x")],
    )


@pytest.mark.parametrize("row", [2, 4])
def test_a_header_row_asked_for_that_is_empty_is_refused(
    tmp_path: Path, row: int
) -> None:
    path = file(tmp_path, "Report\n,,\nA,B,C\n")

    assert refusal(path, Layout(header_row=row)) == (
        f"Row {row}, which is to hold the header, is empty.",
        str(path),
        "Correct `header_row` in the mapping.",
    )


def test_what_is_left_out_above_the_header_is_noted(tmp_path: Path) -> None:
    assert notes(file(tmp_path, "Report\nA,B,C\n1,2,3\n")) == (
        "The header is row 2; what stands above it is left out.",
    )


def test_blank_rows_above_the_header_are_not_noted(tmp_path: Path) -> None:
    assert notes(file(tmp_path, "\n,,\nA,B,C\n1,2,3\n")) == ()


def test_columns_of_one_name_are_kept_and_noted(tmp_path: Path) -> None:
    path = file(tmp_path, "Id,Text,Id, Id\n1,x,2,3\n")

    assert rows(path) == [(2, "1", "x", "2", "3")]
    assert header(path) == ["Id", "Text", "Id", " Id"]
    assert notes(path) == ("3 columns are called 'Id'.",)


def test_columns_without_a_header_are_kept_and_noted(tmp_path: Path) -> None:
    path = file(tmp_path, "Id,,Text,  \n1,x,y,z\n")

    assert rows(path) == [(2, "1", "x", "y", "z")]
    assert header(path) == ["Id", "", "Text", "  "]
    assert notes(path) == ("Columns without a header: 2.",)


def test_a_header_is_kept_as_it_stands(tmp_path: Path) -> None:
    path = file(tmp_path, '" Id ","Long\nname","say ""hi""",\'=x\n1,2,3,4\n')

    assert header(path) == [" Id ", "Long\nname", 'say "hi"', "'=x"]


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_only_line_breaks_end_the_header(tmp_path: Path, odd: str) -> None:
    path = file(tmp_path, f"A{odd}a,B\n1,x\n")

    assert (header(path), rows(path)) == ([f"A{odd}a", "B"], [(2, "1", "x")])


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n")

    assert (header(path), rows(path)) == (["A", "B"], [])


def test_columns_of_our_own_are_left_out_and_noted(tmp_path: Path) -> None:
    path = file(tmp_path, "_row,Id,_status,Text, _x\n9,1,ok,x,y\n")

    assert opened(path).source.columns == (Column("c1", "Id"), Column("c3", "Text"))
    assert rows(path) == [(2, "1", "x")]
    assert notes(path) == (OUR_OWN,)


def test_a_row_with_cells_only_in_our_own_columns_is_blank(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "Id,_code\n,x\n1,y\n")) == [(3, "1")]


def test_a_name_that_repeats_among_our_own_is_not_noted(tmp_path: Path) -> None:
    assert notes(file(tmp_path, "_a,_a,Id\n1,2,3\n")) == (OUR_OWN,)


def test_a_fix_me_file_gets_its_texts_back(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        f"Id,'=Text,'''@x,{FIX_ME}\n"
        "'-5,'+49 30,''=a,invalid,bad,m,h\n"
        "'\tx,it's,'x,invalid,bad,m,h\n",
    )

    assert header(path) == ["Id", "=Text", "''@x"]
    assert rows(path) == [(2, "-5", "+49 30", "'=a"), (3, "\tx", "it's", "'x")]


def test_rows_of_other_widths_in_a_fix_me_file_get_their_texts_back(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, f"Id,Text,{FIX_ME}\n'=1,'=2\n3,'=4,a,b,c,d,e\n5,6,a,b,c,d\n")

    assert rows(path) == [(2, "=1", "=2"), (3, "3", "=4"), (4, "5", "6")]


def test_a_fix_me_file_saved_as_a_workbook_gets_its_texts_back(tmp_path: Path) -> None:
    own = FIX_ME.split(",")
    path = workbook(tmp_path, ["'=Id", "Text", *own], ["'-5", "''+x", *own])

    assert (header(path), rows(path)) == (["=Id", "Text"], [(2, "-5", "'+x")])


def test_the_order_of_a_fix_me_file_s_columns_does_not_matter(tmp_path: Path) -> None:
    path = file(tmp_path, "_hint,_code,Id,_message,_status,_x\na,b,'=1,c,d,e\n")

    assert rows(path) == [(2, "=1")]


@pytest.mark.parametrize("own", ["_status,_code,_message", "_status,_code,_hint", "_x"])
def test_other_files_keep_their_apostrophes(tmp_path: Path, own: str) -> None:
    path = file(tmp_path, f"'=Id,{own}\n'-5,a,b,c\n")

    assert (header(path), rows(path)) == (["'=Id"], [(2, "'-5")])
