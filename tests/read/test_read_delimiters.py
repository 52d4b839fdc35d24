"""The delimiter of a CSV file: found, named by the file, or asked for."""

from pathlib import Path

import pytest

from pipeline.stages.read import Layout
from tests.read.read_given import file, opened, rows

DELIMITERS = [",", ";", "\t", "|"]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = file(tmp_path, "A|B|C\n1|x|y\n".replace("|", delimiter))

    assert opened(path).source.delimiter == delimiter
    assert rows(path) == [(2, "1", "x", "y")]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_other_delimiters_inside_cells_do_not_mislead(
    tmp_path: Path, delimiter: str
) -> None:
    others = "".join(other for other in DELIMITERS if other != delimiter)
    path = file(tmp_path, "A|B\n1|{}\n2|z\n".replace("|", delimiter).format(others))

    assert rows(path) == [(2, "1", others), (3, "2", "z")]


def test_commas_in_numbers_do_not_outweigh_semicolons(tmp_path: Path) -> None:
    path = file(tmp_path, "Id;Amount;Rate\n1;1,5;2,5\n2;3,5;4,5\n")

    assert rows(path) == [(2, "1", "1,5", "2,5"), (3, "2", "3,5", "4,5")]


def test_delimiters_in_quotes_do_not_count(tmp_path: Path) -> None:
    path = file(tmp_path, 'A;B\n1;"a,b,c"\n2;"a,b,c"\n')

    assert opened(path).source.delimiter == ";"


def test_titles_do_not_hide_the_delimiter(tmp_path: Path) -> None:
    path = file(tmp_path, "Report, of calls\n\nA;B;C\n1;x;y\n")

    assert rows(path) == [(4, "1", "x", "y")]


def test_a_single_column_may_hold_a_delimiter_now_and_then(tmp_path: Path) -> None:
    path = file(tmp_path, "Subject\nCall\nMail; urgent\nMail\n")

    assert rows(path) == [(2, "Call"), (3, "Mail; urgent"), (4, "Mail")]


@pytest.mark.parametrize("delimiter", [*DELIMITERS, ":", "~", " "])
def test_a_delimiter_asked_for_overrides_the_one_found(
    tmp_path: Path, delimiter: str
) -> None:
    path = file(tmp_path, f"A,B;C|D\tE{delimiter}F\n1{delimiter}x\n")
    layout = Layout(delimiter=delimiter)

    assert opened(path, layout).source.delimiter == delimiter
    assert rows(path, layout)[0][:2] == (2, "1")


@pytest.mark.parametrize("delimiter", [*DELIMITERS, ":"])
def test_the_file_itself_may_name_its_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = file(tmp_path, f"sep={delimiter}\nA{delimiter}B\n1{delimiter}a,b;c\n")

    assert opened(path).source.delimiter == delimiter


def test_the_line_that_names_the_delimiter_may_be_quoted(tmp_path: Path) -> None:
    path = file(tmp_path, '"sep=;"\nA;B\n1;a,b\n')

    assert rows(path) == [(2, "1", "a,b")]


def test_a_delimiter_asked_for_overrides_the_one_named(tmp_path: Path) -> None:
    path = file(tmp_path, "sep=,\nA;B\n1;x\n")

    assert rows(path, Layout(delimiter=";")) == [(2, "1", "x")]


@pytest.mark.parametrize("first", ["sep=", "sep=;;", "separator=;"])
def test_a_first_line_that_only_looks_like_a_mark_is_the_header(
    tmp_path: Path, first: str
) -> None:
    path = file(tmp_path, f"{first},B\n1,x\n")

    assert rows(path, Layout(delimiter=",")) == [(2, "1", "x")]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "CSV"), (";", "CSV"), ("|", "CSV"), ("\t", "TSV")]
)
def test_the_format_is_named_after_the_delimiter(
    tmp_path: Path, delimiter: str, name: str
) -> None:
    path = file(tmp_path, f"A{delimiter}B\n1{delimiter}x\n")

    assert opened(path).source.format == name
