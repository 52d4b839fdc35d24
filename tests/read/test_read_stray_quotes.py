"""A stray quote never makes rows run together unseen."""

from pathlib import Path

import pytest

from tests.read.read_given import file, issues, refusal, rows

HINT = (
    "Look at that line in a text editor. A double quote inside a cell must be doubled; "
    "or the file was not copied whole."
)


def run_together(row: int, line: int) -> str:
    return (
        f"A quote that is opened in row {row} (line {line} of the file) is not closed "
        "at the end of its cell: what follows would run together."
    )


def test_the_row_and_line_of_a_stray_quote_are_named(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,w\n2,"x\n3,y" z\n4,v\n')

    assert refusal(path) == (run_together(3, 3), str(path), HINT)


@pytest.mark.parametrize(
    "rest",
    [
        '"x\n3,y\n4,"z"\n',
        '"x\n3,y\n4,z\n',
        '"x\n3,y\n4,z',
        '"x\n3,"y"\n',
        '"x"" y\n3,z\n',
        '"x\n3,y" z\n4,v\n',
    ],
)
def test_rows_that_would_run_together_are_refused(tmp_path: Path, rest: str) -> None:
    path = file(tmp_path, f"A,B\n1,w\n2,{rest}")

    assert refusal(path)[0] == run_together(3, 3)


@pytest.mark.parametrize("rest", ['"x\n3,y" z\n', '"x,p\n3,y,q\n', '"x,p\n3,y,q'])
def test_the_last_row_is_looked_at_though_its_cells_are_too_few(
    tmp_path: Path, rest: str
) -> None:
    path = file(tmp_path, f"A,B,C\n1,v,w\n2,{rest}")

    assert refusal(path)[0] == run_together(3, 3)


def test_the_last_row_is_looked_at_though_its_cells_are_too_many(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, 'A,B\n1,w\n2,"x\n3,y" z,v\n')

    assert refusal(path)[0] == run_together(3, 3)


def test_rows_and_lines_are_counted_apart(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"a\nb\nc"\n\n2,"x\n3,y" z\n')

    assert refusal(path)[0] == run_together(4, 6)


def test_the_line_that_names_the_delimiter_is_a_line_and_no_row(tmp_path: Path) -> None:
    path = file(tmp_path, 'sep=;\nA;B\n1;"x\n2;y" z\n')

    assert refusal(path)[0] == run_together(2, 3)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_a_stray_quote_is_found_with_other_line_ends(tmp_path: Path, end: str) -> None:
    path = file(tmp_path, 'A,B\n1,"x\n2,y" z\n3,w\n'.replace("\n", end))

    assert refusal(path)[0] == run_together(2, 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_a_stray_quote_is_found_in_every_encoding(
    tmp_path: Path, encoding: str
) -> None:
    path = file(tmp_path, 'A,B\n1,"é\n2,y" z\n3,w\n'.encode(encoding))

    assert refusal(path)[0] == run_together(2, 2)


def test_a_stray_quote_in_a_row_of_another_width_is_found(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"x\n2,y" z,u\n3,w\n')

    assert refusal(path)[0] == run_together(2, 2)


def test_a_stray_quote_after_good_line_breaks_is_found(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"a\nb"\n2,"x\n3,y" z\n4,w\n')

    assert refusal(path)[0] == run_together(3, 4)


def test_a_stray_quote_that_merges_no_rows_is_taken_as_text(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"x" y\n2,"p\nq"\n3,z"\n')

    assert rows(path) == [(2, "1", "x y"), (3, "2", "p\nq"), (4, "3", 'z"')]
    assert issues(path) == []
