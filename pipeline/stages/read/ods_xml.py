"""What the XML of an ODS sheet tells beyond the values of its cells."""

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO

from pipeline.stages.read.letters import whole_number
from pipeline.stages.read.sheet_xml import SheetXml

_PIECE = 4 << 20
_CONTENT = "content.xml"
_ATTRIBUTES = rb"""((?:[^<>"']|"[^"]*"|'[^']*')*+)"""
_TOKEN = re.compile(
    rb"<table:table\s" + _ATTRIBUTES + b">"
    rb"|<table:table-column\b" + _ATTRIBUTES + b">"
    rb"|<table:table-row\b" + _ATTRIBUTES + b">"
    rb"|<table:(?:covered-)?table-cell\b" + _ATTRIBUTES + rb">"
    rb"(?:\s*+<text:p>(#[^<]*+)</text:p>)?"
)
_NAME = re.compile(rb"""table:name\s*+=\s*+(?:"([^"]*)"|'([^']*)')""")
_REPEATED = re.compile(
    rb"""table:number-(?:rows|columns)-repeated\s*+=\s*+["']([^"']*)"""
)
_SPANNED = re.compile(rb'table:number-(?:rows|columns)-spanned="(?!1")')
_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')


def ods_sheets(content: bytes) -> dict[str, SheetXml]:
    """What is known of each sheet, by its name; nothing if the file is no ODS.

    Raises zipfile.BadZipFile and zlib.error for damaged files.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if _CONTENT not in archive.namelist():
            return {}
        seen = _Seen()
        for text in _whole_cells(archive):
            for token in _TOKEN.finditer(text):
                seen.see(*token.groups())
        return seen.sheets


class _Seen:
    """Follows the tokens of all sheets."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetXml] = {}
        self._begin("")

    def _begin(self, sheet: str) -> None:
        self.found = self.sheets.get(sheet, SheetXml())
        self._row = 0
        self._rows_repeated = 1
        self._column = 0

    def see(
        self,
        table: bytes | None,
        column: bytes | None,
        row: bytes | None,
        cell: bytes | None,
        error: bytes | None,
    ) -> None:
        if table is not None:
            name = _NAME.search(table)
            sheet = _text(name[1] or name[2]) if name else ""
            self._begin(sheet)
            self.sheets[sheet] = self.found
        elif column is not None:
            if _HIDDEN.search(column):
                self.found.hidden_columns += _repeated(column)
        elif row is not None:
            self._see_row(row)
        elif cell is not None:
            self._see_cell(cell, error)

    def _see_row(self, row: bytes) -> None:
        self._row += self._rows_repeated
        self._rows_repeated = _repeated(row)
        self._column = 0
        if _HIDDEN.search(row):
            self.found.hidden_rows += self._rows_repeated

    def _see_cell(self, cell: bytes, error: bytes | None) -> None:
        at = (self._row, self._column)
        self._column += _repeated(cell)
        if _SPANNED.search(cell):
            self.found.merged.append(self._row)
        if b"office:value-type" in cell:
            last = self._row + self._rows_repeated - 1
            self.found.rows = max(self.found.rows, last)
            self.found.columns = max(self.found.columns, self._column)
        elif b"table:formula=" in cell:
            self.found.uncalculated.append(at)
        if b'calcext:value-type="error"' in cell:
            self.found.errors[at] = unescape((error or b"#ERROR!").decode())


def _whole_cells(archive: zipfile.ZipFile) -> Iterator[bytes]:
    rest = b""
    with archive.open(_CONTENT) as file:
        while piece := file.read(_PIECE):
            text = rest + piece
            end = text.rfind(b"<table:table-row")
            if end <= 0:
                rest = text
                continue
            yield text[:end]
            rest = text[end:]
    yield rest


def _repeated(attributes: bytes) -> int:
    """The most that may be meant, wherever it stands."""
    times = [_text(found).strip() for found in _REPEATED.findall(attributes)]
    return max([1, *(whole_number(each) for each in times if each.isdecimal())])


def _text(value: bytes | None) -> str:
    return unescape((value or b"").decode("utf-8", "replace"))
