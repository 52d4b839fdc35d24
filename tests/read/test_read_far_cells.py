"""Cells far outside, which would fill the memory: seen however they are written."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.read.read_given import refusal, rows
from tests.read.test_read_books import HEAD, TAIL, TOP, row_of, text_cell, with_sheet

TOO_FAR = "that is too much to be read."
FILLED = b"><v>1</v></c>"
BELOW = b"".join(row_of(n, text_cell(b"A%d" % n, b"y" * 200)) for n in range(3, 3_000))


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"',
        b"<c r='XFD1048576'",
        b'<c r = "XFD1048576"',
        b'<c\nr="XFD1048576"',
        b'<c r="xfd1048576"',
        b'<c r="XFD1048576" s="0" x="a/b"',
        b'<c r="XFD1048576" x="/>"',
        b'<c x="/>" r="XFD1048576"',
        b'<c r="XFD%s"' % (b"9" * 5_000),
        b'<c r="AAAAAAA1048576"',
    ],
)
def test_a_cell_far_outside_is_seen(tmp_path: Path, cell: bytes) -> None:
    path = with_sheet(
        tmp_path, HEAD + TOP + b"<row>" + cell + FILLED + b"</row>" + BELOW + TAIL
    )

    assert TOO_FAR in refusal(path)[0]


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A1" r="XFD1048576"',
        b'<c r="XFD1048576" r="A1"',
        b'<c r="XFD1048576" x="/></c>"',
    ],
)
def test_a_cell_that_is_no_xml_is_refused(tmp_path: Path, cell: bytes) -> None:
    path = with_sheet(
        tmp_path, HEAD + TOP + b"<row>" + cell + FILLED + b"</row>" + TAIL
    )

    assert refusal(path)[0].startswith("The spreadsheet is damaged: its part xl/")


def test_rows_need_not_ascend(tmp_path: Path) -> None:
    far = row_of(1_048_576, b'<c r="ZZ1048576"' + FILLED)
    path = with_sheet(tmp_path, HEAD + TOP + far + BELOW + TAIL)

    assert refusal(path)[0] == (
        f"The sheet reaches to row 1,048,576 and column ZZ: {TOO_FAR}"
    )


def test_places_may_be_those_of_the_rows(tmp_path: Path) -> None:
    wide = b"<row>" + b"<c><v>1</v></c>" * 800 + b"</row>"
    far = b'<row r="1048576"><c><v>1</v></c></row>'
    path = with_sheet(tmp_path, HEAD + TOP + wide + far + TAIL)

    assert TOO_FAR in refusal(path)[0]


def test_the_encoding_hides_nothing(tmp_path: Path) -> None:
    xml = HEAD + TOP + row_of(2, b'<c r="XFD1048576"' + FILLED) + TAIL
    wide = xml.decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    path = with_sheet(tmp_path, wide.encode("utf-16"))

    assert TOO_FAR in refusal(path)[0]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>
</office:document-content>"""
ODS_SHEET = """<table:table table:name="{name}">
<table:table-row table:number-rows-repeated="{rows}">
<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">
<text:p>x</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048000">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>"""
GROWTH = """
import resource, sys
from pathlib import Path
from pipeline.errors import SourceError
from pipeline.stages.read.opened import Layout
from pipeline.stages.read.workbook import open_sheet

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = most()
try:
    open_sheet(Path(sys.argv[1]), Layout(), number=0)
except SourceError as error:
    print(error.message)
print((most() - before) // 1024)
"""


def growth(path: Path) -> tuple[list[str], int]:
    """What is told of a file, and the megabytes that a process grows for it."""
    ended = subprocess.run(
        [sys.executable, "-c", GROWTH, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    *told, megabytes = ended.stdout.splitlines()
    return told, int(megabytes)


def ods(folder: Path, **sizes: tuple[int, int]) -> Path:
    """A file with a sheet of each size (rows, columns), full of equal cells."""
    sheets = [
        ODS_SHEET.format(name=name, rows=rows, columns=columns)
        for name, (rows, columns) in sizes.items()
    ]
    path = folder / "tasks.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr(
            "content.xml", ODS.format(sheets="".join(sheets)).replace("\n<", "<")
        )
    return path


def test_an_ods_file_of_repeats_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = ods(tmp_path, Tasks=(11_000, 1_000))

    told, megabytes = growth(path)
    assert told == [f"The sheet reaches to row 11,000 and column ALL: {TOO_FAR}"]
    assert megabytes < 200


def test_a_far_cell_of_an_xlsx_file_is_refused_before_it_is_loaded(
    tmp_path: Path,
) -> None:
    far = row_of(51_000, b'<c r="ALL51000"' + FILLED)

    told, megabytes = growth(with_sheet(tmp_path, HEAD + TOP + far + TAIL))
    assert told == [f"The sheet reaches to row 51,000 and column ALL: {TOO_FAR}"]
    assert megabytes < 200


def test_room_is_kept_for_cells_and_not_for_what_the_dimension_says(
    tmp_path: Path,
) -> None:
    dimension = b'<dimension ref="A1:XFD1048576"/><sheetData>'
    lie = HEAD.replace(b"<sheetData>", dimension)
    path = with_sheet(tmp_path, lie + TOP + row_of(2, text_cell(b"A2", b"y")) + TAIL)

    assert len(rows(path)) == 1
    told, megabytes = growth(path)
    assert told == []
    assert megabytes < 200


def reaching_to(folder: Path, place: bytes) -> Path:
    return with_sheet(folder, HEAD + TOP + row_of(2, text_cell(place, b"y")) + TAIL)


def test_a_sheet_may_have_all_columns_of_a_spreadsheet(tmp_path: Path) -> None:
    assert len(rows(reaching_to(tmp_path, b"XFD2"))) == 1


def test_a_sheet_of_more_columns_is_refused(tmp_path: Path) -> None:
    """An old XLS file that is damaged can claim three times as many."""
    path = reaching_to(tmp_path, b"XFE2")

    assert refusal(path)[:2] == (
        "The sheet has 16,385 columns. A spreadsheet has 16,384 at most.",
        f"{path} [Tasks]",
    )


def test_the_sheets_of_an_ods_file_are_counted_together(tmp_path: Path) -> None:
    path = ods(tmp_path, One=(6_000, 1_000), Two=(6_000, 1_000))

    message, where, _ = refusal(path)
    assert TOO_FAR in message
    assert where == f"{path} [Two]"


def test_empty_cells_to_the_end_of_an_ods_sheet_are_no_reach(tmp_path: Path) -> None:
    path = ods(tmp_path, Tasks=(4, 3))

    assert len(rows(path)) == 3
