"""Workbooks as several programs write them, and hostile ones."""

import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipeline.stages.read import Layout
from tests.read.read_given import (
    Row,
    codes,
    file,
    fill,
    header,
    issues,
    notes,
    refusal,
    rows,
    saved,
    workbook,
    zipped,
)

BOOKS = Path(__file__).parent / "books"
MOMENT = datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 - spreadsheets know no zones
MIDNIGHT = MOMENT.replace(hour=0, minute=0, second=0)
NAMES = ["Id", "Num", "Pct", "Date", "Bool", "Formula", "Text", "Err"]
HIDDEN = "Hidden rows: 1, columns: 1. They are read like the others."
MERGED = "Merged cells: 1. Only the first cell of each has the value."
OTHERS = "Only this sheet is read; the file has others: Hidden."
UNCALCULATED_HINT = (
    "Open the file in a spreadsheet program, save it there, and run it again."
)
HEAD = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main"><sheetData>'
)
TAIL = b"</sheetData></worksheet>"


def original(folder: Path) -> Path:
    book = Workbook()
    table: list[Sequence[object]] = [
        NAMES,
        [300118812345678912, 1.5, 0.5, MOMENT, True, "=1+1", "00123", "#N/A"],
        [123456789012345678, 2, 0.125, date(2024, 5, 6), False, "=B2/0", "x", "y"],
        [3.01188e11, 2, 1, time(10, 30), False, '="a"&"b"', "x", "y"],
        [1e20, timedelta(hours=30), 1, MIDNIGHT, False, "=TRUE", "x", "y"],
    ]
    fill(book, "Data", table)
    sheet = book["Data"]
    sheet["B2"].number_format = '#,##0.00 "EUR"'
    for cell, form in [("C2", "0%"), ("C3", "0.0%"), ("C4", "0%"), ("A5", "0")]:
        sheet[cell].number_format = form
    sheet.merge_cells("G6:H7")
    sheet["G6"] = "merged"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    fill(book, "Hidden", [["A"], [1]], state="hidden")
    return saved(book, folder / "original.xlsx")


def read(*, hours: str, moment: str, true: str, false: str) -> list[Row]:
    """The original's rows with calculated formulas, as the formats write them."""
    day = "2024-05-06"
    long = "3.00118812345679E+17", "1.23456789012346E+17"
    return [
        (2, long[0], "1.5", "0.5", moment, true, "2", "00123", "#N/A"),
        (3, long[1], "2", "0.125", day, false, "#DIV/0!", "x", "y"),
        (4, "301188000000", "2", "1", "10:30:00", false, "ab", "x", "y"),
        (5, "1E+20", hours, "1", day, false, true, "x", "y"),
        (6, None, None, None, None, None, None, "merged", None),
    ]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_what_libreoffice_writes_is_read(kind: str) -> None:
    path = BOOKS / f"libreoffice.{kind}"
    moment = "2024-05-06 07:08:09"
    expected = read(
        hours="1900-01-01 06:00:00", moment=moment, true="true", false="false"
    )

    assert (header(path), rows(path), issues(path)) == (NAMES, expected, [])
    told = {"xlsx": (HIDDEN, MERGED, OTHERS), "xls": (OTHERS,)}
    assert notes(path) == told[kind]


def test_an_ods_file_is_read() -> None:
    path = BOOKS / "libreoffice.ods"
    expected = read(hours="30:00:00", moment="2024-05-06T07:08:09", true="1", false="0")

    assert (header(path), rows(path), issues(path)) == (NAMES, expected, [])
    assert notes(path) == (HIDDEN, MERGED, OTHERS)


def test_a_formula_that_was_never_calculated_is_an_issue(tmp_path: Path) -> None:
    path = original(tmp_path)

    assert [row[6] for row in rows(path)] == [None] * 5
    assert issues(path) == [
        (
            row,
            "error",
            "uncalculated",
            "",
            "The cell in column 'Formula' holds a formula that was never calculated: "
            "its value is not known.",
            UNCALCULATED_HINT,
        )
        for row in (2, 3, 4, 5)
    ]


def test_a_row_with_nothing_but_a_formula_is_not_lost(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B"], ["1", "x"], [], ["=1+1", None])

    assert rows(path) == [(2, "1", "x"), (4, None, None)]
    assert codes(path) == [(4, "uncalculated")]


def with_sheet(folder: Path, xml: bytes) -> Path:
    """A workbook with one sheet, Tasks, whose XML is given."""
    path = workbook(folder, ["A"])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = xml
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return path


def text_cell(place: bytes, text: bytes) -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place, text)


def row_of(number: int, *cells: bytes) -> bytes:
    return b'<row r="%d">%s</row>' % (number, b"".join(cells))


TOP = row_of(1, text_cell(b"A1", b"A"), text_cell(b"B1", b"B"))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (b'<c r="B2"><f>1+1</f></c>', [(2, "uncalculated")]),
        (b'<c r="B2"><f>1+1</f><v/></c>', [(2, "uncalculated")]),
        (b'<c r="B2" s="3"><f>1+1</f><v></v></c>', [(2, "uncalculated")]),
        (b'<c r="B2"><f t="shared" si="0"/></c>', [(2, "uncalculated")]),
        (b'<c r="B2"><f>1+1</f><v>2</v></c>', []),
        (b'<c r="B2" t="str"><f>""</f><v></v></c>', []),
        (b'<c r="C2"><f>1+1</f></c>', []),
        (b'<c r="B2"/>', []),
    ],
)
def test_only_formulas_without_a_value_are_told(
    tmp_path: Path, cell: bytes, found: list[Row]
) -> None:
    xml = HEAD + TOP + row_of(2, text_cell(b"A2", b"x"), cell) + TAIL

    assert codes(with_sheet(tmp_path, xml)) == found


def test_a_sheet_whose_names_have_a_prefix_is_read(tmp_path: Path) -> None:
    plain = row_of(2, text_cell(b"A2", b"x"), b'<c r="B2"><f>1+1</f></c>')
    xml = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", HEAD[21:] + TOP + plain + TAIL)
    path = with_sheet(tmp_path, xml.replace(b"xmlns=", b"xmlns:x="))

    assert (rows(path), codes(path)) == ([(2, "x", None)], [(2, "uncalculated")])


def test_cells_may_go_without_their_place(tmp_path: Path) -> None:
    cell = b'<c t="inlineStr"><is><t>%s</t></is></c>'
    xml = b"<row>%s%s</row><row/><row>%s%s</row>" % (
        *[cell] * 2,
        cell,
        b"<c><v>1</v></c>",
    )
    path = with_sheet(tmp_path, HEAD + xml % (b"A", b"B", b"x") + TAIL)

    assert (header(path), rows(path)) == (["A", "B"], [(3, "x", "1")])


def test_a_million_blank_rows_do_no_harm(tmp_path: Path) -> None:
    blank = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/><c r="XFD%d" s="0"></c></row>' % (n, n, n)
        for n in range(3, 1_048_577, 50)
    )
    path = with_sheet(
        tmp_path, HEAD + TOP + row_of(2, text_cell(b"A2", b"x")) + blank + TAIL
    )

    assert rows(path) == [(2, "x", None)]


def test_a_cell_far_outside_is_refused_and_not_made_room_for(tmp_path: Path) -> None:
    far = row_of(1_048_576, b'<c r="XFD1048576"><v>1</v></c>')
    path = with_sheet(tmp_path, HEAD + TOP + far + TAIL)

    assert refusal(path) == (
        "The sheet reaches to row 1,048,576 and column XFD: that is too much to be "
        "read.",
        f"{path} [Tasks]",
        "Probably a cell far outside was filled by mistake: delete what is right of "
        "and below the table, or save it as CSV.",
    )


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)
    ).encode()
    kinds = b'<!DOCTYPE x [<!ENTITY l0 "ha">%s<!ENTITY f SYSTEM "%s">]>' % (
        laughs,
        secret.as_uri().encode(),
    )
    for text in (b"&l11;", b"&f;"):
        xml = kinds + HEAD[21:] + TOP + row_of(2, text_cell(b"A2", text)) + TAIL
        path = with_sheet(tmp_path, xml)

        assert refusal(path) == (
            "The sheet is damaged, or not what a spreadsheet program writes.",
            f"{path} [Tasks]",
            "Open it in a spreadsheet program and save it as XLSX or CSV.",
        )


def test_a_part_that_grows_out_of_all_proportion_is_refused(tmp_path: Path) -> None:
    path = with_sheet(tmp_path, HEAD + TOP + b" " * (65 << 20) + TAIL)

    assert refusal(path) == (
        "Unpacked, the spreadsheet is much larger than any real one.",
        str(path),
        "If you trust it, save it as CSV in a spreadsheet program.",
    )


def test_a_sheet_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B"], ["1", "x"])
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02", content.index(b"xl/worksheets/sheet1.xml"))
    while content[at + 46 : at + 46 + 24] != b"xl/worksheets/sheet1.xml":
        at = content.index(b"PK\x01\x02", at + 1)
    content[at + 16] ^= 255
    path.write_bytes(content)

    message, where, _ = refusal(path)
    assert message.startswith("The spreadsheet is damaged: Bad CRC-32")
    assert where == f"{path} [Tasks]"


def test_a_sheet_whose_part_is_missing_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B"], ["1", "x"])
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as book:
        kept = {name: book.read(name) for name in book.namelist() if name != part}
    zipped(tmp_path, kept, path.name)

    assert refusal(path) == (
        f"The spreadsheet is damaged: There is no item named '{part}' in the archive.",
        f"{path} [Tasks]",
        "Open it in a spreadsheet program and save it as XLSX or CSV.",
    )


def test_a_damaged_old_workbook_is_refused_without_a_word_of_the_reader(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = bytearray((BOOKS / "libreoffice.xls").read_bytes())
    content[64] = 0  # calamine panics
    path = file(tmp_path, bytes(content), "tasks.xls")

    assert refusal(path)[0].startswith("The file is no spreadsheet that can be read")
    assert capfd.readouterr().err == ""


def test_a_time_is_a_time_when_days_count_from_1904(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    fill(book, "Tasks", [["A", "B"], [time(10, 30), MOMENT]])
    path = saved(book, tmp_path / "tasks.xlsx")

    assert rows(path) == [(2, "10:30:00", "2024-05-06 07:08:09")]


def test_numbers_of_a_mixed_column_are_told_from_texts(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A"], ["300118812345678912"], [300118812345678912], [5])

    assert [row[1] for row in rows(path)] == [
        "300118812345678912",
        "3.00118812345679E+17",
        "5",
    ]


def test_tables_side_by_side_are_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["A", "B", None, "C"], ["1", "x", None, "y"])

    assert notes(path)[-1] == (
        "An empty column divides the sheet: if these are several tables, put each on a "
        "sheet of its own."
    )


def test_a_table_below_another_is_told_and_can_be_chosen(tmp_path: Path) -> None:
    table: list[Sequence[object]] = [
        ["Id", "When"],
        [1, "2024-01-01"],
        [2, "2024-01-02"],
    ]
    below: list[Sequence[object]] = [[], ["Name", "City"], ["Ann", "Bern"]]
    path = workbook(tmp_path, *table, *below)

    assert notes(path) == (
        "Row 5 looks like the header of another table; what stands below it is read as "
        "if it belonged to the first. To read only that table, set `header_row: 5` in "
        "the mapping.",
    )
    assert rows(path, Layout(header_row=5)) == [(6, "Ann", "Bern")]


def test_a_blank_row_alone_makes_no_second_table(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Id", "What"], [1, "a"], [], [2, "b"], [], ["x", "y1"])

    assert notes(path) == ()


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9)
CELL = st.one_of(
    st.none(),
    WORD.filter(lambda text: not text.startswith(("=", "#"))),
    st.sampled_from(
        ["007", "1e5", "TRUE", "2024-05-06", "300118812345678912", " a\nb "]
    ),
    st.integers(-999_999_999_999_999, 999_999_999_999_999),
    st.booleans(),
    st.dates(date(1901, 1, 1), date(2200, 1, 1)),
    st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
)


def as_text(cell: object) -> str | None:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    # Calamine takes a text of blanks for an empty cell, as mappings do.
    return None if cell is None or cell == " " * len(str(cell)) else str(cell)


def test_a_text_of_blanks_alone_is_an_empty_cell(tmp_path: Path) -> None:
    blanks = [" ", "   ", "\t", "\n"]
    path = workbook(tmp_path, ["Id", *"ABCD"], [1, *blanks], [2, " x ", "\xa0"])

    assert rows(path) == [(2, "1", *[None] * 4), (3, "2", " x ", "\xa0", None, None)]


@example([[" ", "  ", " x "]])
@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=9))
def test_a_table_comes_back_cell_for_cell(table: list[list[object]]) -> None:
    numbered = [[f"r{n}", *cells] for n, cells in enumerate(table)]
    with TemporaryDirectory() as folder:
        path = workbook(Path(folder), ["Row", "A", "B", "C"], *numbered)

        assert issues(path, Layout(header_row=1)) == []
        assert rows(path, Layout(header_row=1)) == [
            (number, *map(as_text, cells))
            for number, cells in enumerate(numbered, start=2)
        ]
