"""Rows between two stray quotes become one cell: that is told, and nothing is sent."""

from pathlib import Path

import pytest

from tests.read.read_given import codes, file, issues, rows

HINT = (
    "Look at the quotes there in a text editor: one that is not closed, and another "
    "one below, make one cell of all that is between them. If the text is right, take "
    "its line breaks out."
)


def test_a_cell_that_holds_other_rows_is_an_error_of_its_row(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B,C\n1,"x,y\n2,z,w\n3,Monitor 24",v\n4,p,q\n')

    cell = "x,y\n2,z,w\n3,Monitor 24"
    assert rows(path) == [(2, "1", cell, "v"), (3, "4", "p", "q")]
    message = f"Column 'B' holds the text of other rows, it seems, 2 of them: '{cell}'."
    assert issues(path) == [(2, "error", "swallowed_rows", cell, message, HINT)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("above", ["", "sep=;\n"])
@pytest.mark.parametrize(
    "lines",
    [
        '"1;x;y\n2";z;w\n',
        '1;"x;y\n2;z";w\n',
        '1;x;"y\n2;z;w"\n',
        '1;x;"y\n2;z;\n3;z;w"\n',
        '1;"a; b";"y\n2;z;w"\n',
        # The row has too few cells as well, which alone would be no error.
        '1;"x;y\n2;z"\n',
    ],
)
def test_it_is_seen_in_every_column(
    tmp_path: Path, lines: str, above: str, end: str
) -> None:
    path = file(tmp_path, (above + "A;B;C\n" + lines).replace("\n", end))

    assert (2, "swallowed_rows") in codes(path)


@pytest.mark.parametrize(
    "lines",
    [
        '1,x,"Hello Ann,\nthank you, and good bye"\n',
        '1,x,"a\nb, c"\n',
        '1,x,"a\n\nb, c, d"\n',
        '1,"a, b\nc, d, e\nf",y\n',
        '1,"a\nb",y\n',
        '1,"a, b, c",y\n',
    ],
)
def test_text_of_several_lines_is_text(tmp_path: Path, lines: str) -> None:
    assert codes(file(tmp_path, "A,B,C\n" + lines)) == []


def test_in_a_narrow_table_a_sentence_is_a_sentence(tmp_path: Path) -> None:
    assert codes(file(tmp_path, 'A,B\n1,"Hello\nAnn, how are you?"\n')) == []
