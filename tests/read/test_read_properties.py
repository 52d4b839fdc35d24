"""Whatever table is written by the csv module comes back cell for cell."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.read import Layout
from tests.read.read_given import Row, codes, header, issues, rows, small_blocks

ODD = ["\n", "\r\n", '"', '""', ",", ";", "\t", "|", " ", "'", "\u2028", "\x85", "\x0b"]
LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
Cells = list[str]


def texts(letters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.one_of(letters, st.sampled_from(ODD))
    return st.lists(parts, max_size=8).map("".join)


@st.composite
def tables(draw: st.DrawFn) -> list[Cells]:
    """A header and rows of its width; the header's names say that they are ours."""
    width = draw(st.integers(1, 5))
    row = st.lists(texts(LETTERS), min_size=width, max_size=width)
    names = [f"h{name}" for name in draw(row)]
    return [names, *draw(st.lists(row, max_size=12))]


@dataclass(frozen=True)
class Form:
    delimiter: str
    encoding: str
    line_end: str
    block_bytes: int

    @property
    def layout(self) -> Layout:
        return Layout(header_row=1, encoding=self.encoding, delimiter=self.delimiter)

    def written(self, folder: str, records: list[Cells]) -> Path:
        text = io.StringIO(newline="")
        csv.writer(
            text,
            delimiter=self.delimiter,
            lineterminator=self.line_end,
            # With CR line ends, Python 3.11 would leave a bare LF unquoted.
            quoting=csv.QUOTE_ALL if self.line_end == "\r" else csv.QUOTE_MINIMAL,
        ).writerows(records)
        path = Path(folder, "tasks.csv")
        path.write_bytes(text.getvalue().encode(self.encoding))
        return path


FORMS = st.builds(
    Form,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(ENCODINGS),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    block_bytes=st.sampled_from([300, 512, 8 << 20]),
)


def as_read(number: int, cells: Cells) -> Row:
    return (number, *(cell or None for cell in cells))


def is_blank(cells: Cells) -> bool:
    return not "".join(cells).strip()


@settings(max_examples=100, deadline=None)
@given(tables(), FORMS)
def test_a_table_comes_back_cell_for_cell(table: list[Cells], form: Form) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, form.block_bytes)
        path = form.written(folder, table)

        assert header(path, form.layout) == table[0]
        assert issues(path, form.layout) == []
        assert rows(path, form.layout) == [
            as_read(number, cells)
            for number, cells in enumerate(table[1:], start=2)
            if not is_blank(cells)
        ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(texts(LETTERS), min_size=1, max_size=5), max_size=12), FORMS)
def test_rows_of_any_width_are_kept_and_told(records: list[Cells], form: Form) -> None:
    own = [[f"x{first}", *rest] for first, *rest in records]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, form.block_bytes)
        path = form.written(folder, [["A", "B", "C"], *own])

        assert rows(path, form.layout) == [
            as_read(number, [*cells, "", ""][:3])
            for number, cells in enumerate(own, start=2)
        ]
        assert codes(path, form.layout) == [
            (number, "missing_cells" if len(cells) < 3 else "extra_cells")
            for number, cells in enumerate(own, start=2)
            if len(cells) < 3 or any(cells[3:])
        ]


WESTERN = st.sampled_from(bytes(range(160, 256)).decode("latin-1"))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(WESTERN, max_size=9).map("".join), max_size=9))
def test_western_letters_come_back_whatever_the_encoding(cells: Cells) -> None:
    records = [["A", "B"], *(["1", cell] for cell in cells)]
    form = Form(",", "windows-1252", "\n", 300)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, form.block_bytes)
        path = form.written(folder, records)

        assert rows(path, form.layout) == [
            as_read(number, record) for number, record in enumerate(records[1:], 2)
        ]
