"""Whatever table is written by the csv module comes back cell for cell."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.stages.read import Layout
from tests.read.read_given import Row, codes, header, rows, small_blocks

ODD = ["\n", "\r\n", '"', '""', ",", ";", "\t", "|", " ", "'", "\u2028", "\x85", "\x0b"]
PRIVATE = {chr(0x10FE22), *map(chr, range(0x10FF00, 0x110000))}
# Letters of many scripts, often; and sometimes any sign at all.
LETTERS = st.one_of(
    st.sampled_from("äéøčžśćőЖяї日本王ｶ€\u2019\\"),
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=PRIVATE),
)
ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "gb18030",
    "windows-1252",
    "iso-8859-15",
    "windows-1250",
    "windows-1251",
    "shift_jis",
    "mac-roman",
]
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
    escape: str
    block_bytes: int

    @property
    def layout(self) -> Layout:
        return Layout(
            header_row=1,
            encoding=self.encoding,
            delimiter=self.delimiter,
            escape=self.escape,
        )

    def written(self, folder: str, records: list[Cells]) -> Path:
        text = io.StringIO(newline="")
        if self.escape == "backslash":
            for cells in records:
                quoted = (re.sub(r'([\\"])', r"\\\1", cell) for cell in cells)
                line = self.delimiter.join(f'"{cell}"' for cell in quoted)
                text.write(line + self.line_end)
        else:
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

    def able(self, records: list[Cells]) -> list[Cells]:
        """The records without what the encoding cannot write and read again."""
        return [
            ["".join(filter(self._can, cell)) for cell in cells] for cells in records
        ]

    def _can(self, sign: str) -> bool:
        written = sign.encode(self.encoding, "ignore")
        again = written.decode(self.encoding, "ignore").removeprefix("\ufeff")
        return again == sign


FORMS = st.builds(
    Form,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(ENCODINGS),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    escape=st.sampled_from(["none", "backslash"]),
    block_bytes=st.sampled_from([300, 512, 8 << 20]),
)


def as_read(number: int, cells: Cells) -> Row:
    return (number, *(cell or None for cell in cells))


def may_hold_rows(cell: str, form: Form) -> bool:
    """Such cells are told for what they may be, wherever they stand."""
    return form.delimiter in cell and bool({"\n", "\r"} & set(cell))


def is_blank(cells: Cells) -> bool:
    return not "".join(cells).strip()


@settings(max_examples=100, deadline=None)
@given(tables(), FORMS)
def test_a_table_comes_back_cell_for_cell(given: list[Cells], form: Form) -> None:
    table = form.able(given)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, form.block_bytes)
        path = form.written(folder, table)

        assert header(path, form.layout) == table[0]
        assert {*codes(path, form.layout)} <= {
            (number, "swallowed_rows")
            for number, cells in enumerate(table, start=1)
            if any(may_hold_rows(cell, form) for cell in cells)
        }
        assert rows(path, form.layout) == [
            as_read(number, cells)
            for number, cells in enumerate(table[1:], start=2)
            if not is_blank(cells)
        ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(texts(LETTERS), min_size=1, max_size=5), max_size=12), FORMS)
def test_rows_of_any_width_are_kept_and_told(records: list[Cells], form: Form) -> None:
    own = [[f"x{first}", *rest] for first, *rest in form.able(records)]
    assume(not any(may_hold_rows(cell, form) for cells in own for cell in cells))
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


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=12), min_size=1, max_size=12), FORMS)
def test_no_byte_is_lost_or_replaced_unseen(cells: list[bytes], form: Form) -> None:
    """Whatever bytes stand in a cell: they come back, or their row has an error."""
    kept = [re.sub(rb'[\0\r\n",\\]', b"", cell) for cell in cells]
    lines = [b"%d,%s\n" % (number, cell) for number, cell in enumerate(kept, 2)]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, form.block_bytes)
        path = Path(folder, "tasks.csv")
        path.write_bytes(b"A,B\n" + b"".join(lines))
        layout = Layout(header_row=1, encoding="utf-8", delimiter=",", escape="none")

        wrong = {row for row, code in codes(path, layout) if code == "undecodable"}
        for (row, _, text), cell in zip(rows(path, layout), kept, strict=True):
            assert "\ufffd" not in str(text) or "\ufffd".encode() in cell
            assert row in wrong or (text or "") == cell.decode()
