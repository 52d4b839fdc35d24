"""Which sheet of a workbook is read."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from pipeline.stages.read import Layout, SheetFacts, sheets
from tests.read.read_given import file, fill, opened, refusal, rows, saved


@pytest.fixture
def path(tmp_path: Path) -> Path:
    book = Workbook()
    fill(book, "Secret", [["A"], ["s"]], state="hidden")
    fill(book, "Deep Secret", [["A"], ["d"]], state="veryHidden")
    fill(book, "Notes", [])
    fill(book, "My Calls", [["A"], ["c"]])
    fill(book, "Mails", [["A"], [], ["m"]])
    return saved(book, tmp_path / "tasks.xlsx")


def test_the_first_visible_sheet_with_rows_is_read(path: Path) -> None:
    assert opened(path).source.sheet == "My Calls"
    assert rows(path) == [(2, "c")]


@pytest.mark.parametrize(
    ("asked", "name", "found"),
    [
        ("Mails", "Mails", [(3, "m")]),
        ("mAILS", "Mails", [(3, "m")]),
        ("  my   calls ", "My Calls", [(2, "c")]),
        ("Secret", "Secret", [(2, "s")]),
        ("deep secret", "Deep Secret", [(2, "d")]),
    ],
)
def test_a_sheet_is_found_by_its_name_even_if_hidden(
    path: Path, asked: str, name: str, found: list[tuple[int, str]]
) -> None:
    layout = Layout(sheet=asked)

    assert opened(path, layout).source.sheet == name
    assert rows(path, layout) == found


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("My Call", "Did you mean 'My Calls'?"),
        ("zzzz", "Its sheets are Secret, Deep Secret, Notes, My Calls, Mails."),
    ],
)
def test_a_sheet_that_is_missing_is_refused(path: Path, asked: str, hint: str) -> None:
    assert refusal(path, Layout(sheet=asked)) == (
        f"There is no sheet '{asked}'.",
        str(path),
        hint,
    )


def test_a_sheet_asked_for_that_has_no_rows_is_refused(path: Path) -> None:
    assert refusal(path, Layout(sheet="Notes")) == (
        "The file has no rows.",
        f"{path} [Notes]",
        "Export it again.",
    )


def test_a_workbook_without_visible_rows_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    fill(book, "Secret", [["A"], ["s"]], state="hidden")
    fill(book, "Notes", [])
    path = saved(book, tmp_path / "tasks.xlsx")

    assert refusal(path) == (
        "No visible sheet of the file has rows.",
        str(path),
        "Name a hidden sheet by --sheet, or export the file again.",
    )


def test_the_sheets_of_a_workbook_are_listed(path: Path) -> None:
    assert sheets(path) == (
        SheetFacts("Secret", visible=False, rows=2),
        SheetFacts("Deep Secret", visible=False, rows=2),
        SheetFacts("Notes", visible=True, rows=0),
        SheetFacts("My Calls", visible=True, rows=2),
        SheetFacts("Mails", visible=True, rows=3),
    )


def test_a_csv_file_has_no_sheets(tmp_path: Path) -> None:
    assert sheets(file(tmp_path, "A,B\n1,2\n")) == ()
