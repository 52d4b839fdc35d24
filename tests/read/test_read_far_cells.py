"""Cells far outside, which would fill the memory: seen however they are written."""

from pathlib import Path

import pytest

from tests.read.read_given import refusal
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
