"""Text that is made to be slow: a scan takes time by its length, not by its square.

Each of these texts took minutes, hours for some, where it takes a second.
"""

import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.mapping.html import html_to_text
from pipeline.rows import Source
from pipeline.runs.drift import source_name
from pipeline.stages.read.archive import ZipArchive
from pipeline.stages.read.guess import as_read
from pipeline.stages.read.ods_xml import ods_sheets
from pipeline.stages.read.sheet_xml import SheetXml

SIZE = 500_000
SECONDS = 20


@contextmanager
def soon() -> Iterator[None]:
    def ring(_number: int, _frame: object) -> None:
        raise AssertionError(f"not done in {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "piece",
    [
        *("<!--", "<![CDATA[", "<!doctype ", "<?", "<head>", "<title>", "<template>"),
        *("<a a=", "<p ", "<p \"'", "<img -a:", "&a", "</a>", "<ul><li>"),
    ],
)
def test_html_that_never_closes(piece: str) -> None:
    with soon():
        html_to_text("<b>x</b>" + piece * (SIZE // len(piece)))


@pytest.mark.parametrize(
    "text",
    [
        "<pre>a" + " " * SIZE + "x</pre>",
        "<a href='http://x'>y" + "/ -" * SIZE + "z</a>",
        "<img " + "-a:" * SIZE + " alt=x>",
        "<a " + "a=" * SIZE + "<",
    ],
    ids=["blanks", "link", "attribute", "cut"],
)
def test_html_with_long_runs(text: str) -> None:
    with soon():
        html_to_text(text)


@pytest.mark.parametrize(
    "piece",
    [
        *(b"<c ", b"<row ", b"<col ", b"<mergeCell ", b' r="AA1"', b'<c r="AA1" '),
        *(b'<c r="AA1"', b"<c><f>", b'<c a="" ', b'<c r="A1" a="'),
    ],
)
def test_the_xml_of_a_sheet(piece: bytes) -> None:
    ending = b'hidden="1"<f mergeCell </v>'
    with soon():
        SheetXml().see(b"<row <col " + piece * (4 * SIZE // len(piece)) + ending)


@pytest.mark.parametrize(
    "piece",
    [
        *("<table:table ", "<table:table-row ", "<table:covered-table-cell "),
        *("<table:table-cell ", '<table:table-cell "', "<table:table-cell> "),
    ],
)
def test_the_xml_of_an_ods_file(tmp_path: Path, piece: str) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("content.xml", piece * (4 * SIZE // len(piece)))

    with soon():
        ods_sheets(path.read_bytes())


def test_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a" * 60_000, "")

    with soon():
        assert ZipArchive(path, "a.zip").called("a*" * 12 + "b") == []
        source_name(
            Source(1, "a" + " " * SIZE + "b.csv", None, "", (), 1, format="CSV")
        )
        as_read(b"a" * SIZE, "utf8")
