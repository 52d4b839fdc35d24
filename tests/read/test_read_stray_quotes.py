"""A stray quote never makes rows run together: its row is invalid, the others stay."""

from pathlib import Path

import pytest

from pipeline.stages.read import careful
from tests.read.read_given import Row, codes, file, issues, rows

HINT = (
    "Look at that line in a text editor. A double quote inside a cell must be doubled; "
    "or the file was not copied whole."
)


def told(row: int, line: str) -> Row:
    message = (
        "A double quote in this row is not closed at the end of its cell; it was read "
        f"up to the end of its first line: '{line}'."
    )
    return (row, "error", "broken_row", line, message, HINT)


def test_a_broken_row_is_its_first_line_and_the_next_line_is_a_row(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, 'A,B\n1,w\n2,"x\n3,y" z\n4,v\n')

    assert rows(path) == [
        (2, "1", "w"),
        (3, "2", "x"),
        (4, "3", 'y" z'),
        (5, "4", "v"),
    ]
    assert issues(path) == [told(3, '2,"x')]


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ('"x\n3,y\n4,"z"\n', [(4, "3", "y"), (5, "4", "z")]),
        ('"x\n3,y\n4,z\n', [(4, "3", "y"), (5, "4", "z")]),
        ('"x\n3,y\n4,z', [(4, "3", "y"), (5, "4", "z")]),
        ('"x\n3,"y"\n', [(4, "3", "y")]),
        ('"x\n3,y" z\n4,v\n', [(4, "3", 'y" z'), (5, "4", "v")]),
    ],
)
def test_rows_that_would_run_together_are_read_apart(
    tmp_path: Path, rest: str, found: list[Row]
) -> None:
    path = file(tmp_path, f"A,B\n1,w\n2,{rest}")

    assert rows(path) == [(2, "1", "w"), (3, "2", "x"), *found]
    assert issues(path) == [told(3, '2,"x')]


def test_every_broken_row_is_told(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"a\n2,"b\n3,c\n4,"d"\n5,"e')

    assert rows(path) == [
        (2, "1", "a"),
        (3, "2", "b"),
        (4, "3", "c"),
        (5, "4", "d"),
        (6, "5", "e"),
    ]
    assert issues(path) == [told(2, '1,"a'), told(3, '2,"b'), told(6, '5,"e')]


def test_good_line_breaks_in_cells_stay(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"a\nb"\n\n2,"x\n3,y" z\n4,"p\r\n""q"""\n')

    assert rows(path) == [
        (2, "1", "a\nb"),
        (4, "2", "x"),
        (5, "3", 'y" z'),
        (6, "4", 'p\r\n"q"'),
    ]
    assert codes(path) == [(4, "broken_row")]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_a_stray_quote_is_found_with_other_line_ends(tmp_path: Path, end: str) -> None:
    path = file(tmp_path, 'A,B\n1,"x\n2,y" z\n3,w\n'.replace("\n", end))

    assert rows(path) == [(2, "1", "x"), (3, "2", 'y" z'), (4, "3", "w")]
    assert issues(path) == [told(2, '1,"x')]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_a_stray_quote_is_found_in_every_encoding(
    tmp_path: Path, encoding: str
) -> None:
    path = file(tmp_path, 'A,B\n1,"é\n2,y" z\n3,w\n'.encode(encoding))

    assert rows(path) == [(2, "1", "é"), (3, "2", 'y" z'), (4, "3", "w")]
    assert issues(path) == [told(2, '1,"é')]


def test_broken_rows_and_rows_of_other_widths_are_told_each_in_its_way(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, 'A,B\n1\n2,"x\n3,y" z,u\n4\n5,v,w\n')

    assert rows(path) == [
        (2, "1", None),
        (3, "2", "x"),
        (4, "3", 'y" z'),
        (5, "4", None),
        (6, "5", "v"),
    ]
    assert codes(path) == [
        (2, "missing_cells"),
        (3, "broken_row"),
        (4, "extra_cells"),
        (5, "missing_cells"),
        (6, "extra_cells"),
    ]


def test_the_line_that_names_the_delimiter_is_no_row(tmp_path: Path) -> None:
    path = file(tmp_path, 'sep=;\nA;B\n1;"x\n2;y" z\n')

    assert rows(path) == [(2, "1", "x"), (3, "2", 'y" z')]
    assert issues(path) == [told(2, '1;"x')]


def test_a_file_that_ends_in_the_middle_of_a_row_after_a_broken_one(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, 'A,B,C\n1,"x,y\n2,"z" w,v\n3')

    assert codes(path) == [(2, "broken_row"), (4, "cut_off_row")]


def test_a_stray_quote_that_merges_no_rows_is_taken_as_text(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"x" y\n2,"p\nq"\n3,z"\n')

    assert rows(path) == [(2, "1", "x y"), (3, "2", "p\nq"), (4, "3", 'z"')]
    assert issues(path) == []


def test_a_quote_that_is_closed_nowhere_near_is_not_looked_for_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(careful, "_LONGEST", 1000)
    lines = "".join(f"{n},y\n" for n in range(3, 1000))
    path = file(tmp_path, f'A,B\n1,w\n2,"x\n{lines}1000,z",\n')

    assert issues(path) == [told(3, '2,"x')]
    assert rows(path)[2:] == [
        *((n + 1, str(n), "y") for n in range(3, 1000)),
        (1001, "1000", 'z"'),
    ]


def test_a_quote_in_the_header_swallows_no_row_when_all_rows_are_short(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, 'A,B,"C\n"1,x,y\n2,z\n3\n')

    assert rows(path) == [
        (2, "1,x,y", None, None),
        (3, "2", "z", None),
        (4, "3", None, None),
    ]
    assert codes(path) == [
        (2, "broken_row"),
        (3, "missing_cells"),
        (4, "missing_cells"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_of_too_many_cells_are_read_apart_whatever_ends_their_lines(
    tmp_path: Path, end: str
) -> None:
    lines = ["A,B", "1,w", '2,"x', '3,y" z,u', "4,v", ""]
    path = file(tmp_path, end.join(lines))

    assert rows(path) == [
        (2, "1", "w"),
        (3, "2", "x"),
        (4, "3", 'y" z'),
        (5, "4", "v"),
    ]
    assert codes(path) == [(3, "broken_row"), (4, "extra_cells")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("above", [0, 1, 40])
@pytest.mark.parametrize(
    ("line", "after"),
    [
        ('7,x,"cut he', ""),
        ('7,x,"cut he', "\n"),
        ('7,x,"cut he', "\nand more"),
        ('7,x,"', ""),
        ('7,x,"said ""y""', ""),
        ('7,"cut he', ""),
        (',,"', ""),
        (',," ', "\n"),
        ('"', ""),
    ],
)
def test_a_file_that_ends_within_quotes_is_told_of_their_row(
    tmp_path: Path, line: str, after: str, above: int, end: str
) -> None:
    whole = "".join(f'{n},"y",z\n' for n in range(above))
    content = f"A,B,C\n{whole}{line}{after}".replace("\n", end)
    path = file(tmp_path, content)

    assert told(above + 2, line) in issues(path)
    assert [row[0] for row in rows(path)][: above + 1] == [*range(2, above + 3)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ['"', '"cut he'])
def test_a_column_alone_that_ends_within_quotes_is_told(
    tmp_path: Path, line: str, end: str
) -> None:
    path = file(tmp_path, f"A{end}1{end}{line}")

    assert issues(path) == [told(3, line)]
