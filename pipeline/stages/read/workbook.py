"""Spreadsheets, read through calamine; every cell becomes text by one rule.

Whole numbers have no decimal point, times are `YYYY-MM-DD HH:MM:SS`, days without a
time (midnight) `YYYY-MM-DD`, times without a day `HH:MM:SS`, truth values `true` and
`false`; the error of a formula is what the spreadsheet shows, such as `#N/A`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from pipeline.errors import SourceError
from pipeline.mapping import did_you_mean, normalize_name
from pipeline.rows import Batch, Source, no_issues
from pipeline.stages.read.header import LOOKED_AT, Header, find_header
from pipeline.stages.read.opened import Layout, SheetFacts
from pipeline.stages.read.records import as_batch, limited

_BATCH_ROWS = 50_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MIDNIGHT = " 00:00:00"
_DAY = r"^\d{4}-\d{2}-\d{2} 00:00:00$"
_NO_DAY = "1899-12-31 "
_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}


def is_workbook(head: bytes) -> bool:
    return head.startswith((_ZIP, _OLE))


def workbook_sheets(path: Path) -> tuple[SheetFacts, ...]:
    book = _open(path, path.read_bytes())
    return tuple(_facts(_load(book, name)) for name in book.sheet_names)


def open_sheet(path: Path, layout: Layout, *, number: int) -> "Sheet":
    """The sheet asked for, or the first visible that has rows; raises SourceError."""
    content = path.read_bytes()
    book = _open(path, content)
    sheet = _chosen(book, path, layout.sheet)
    cells = _cells(sheet)
    where = f"{path} [{sheet.name}]"
    first = cells.head(LOOKED_AT).fill_null("").rows()
    header = find_header(first, layout.header_row, where=where)
    source = Source(
        number,
        str(path),
        sheet.name,
        hashlib.sha256(content).hexdigest(),
        header.columns,
        header.row,
        format="spreadsheet",
        notes=header.notes,
    )
    return Sheet(source, path, cells, header)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, in memory."""

    source: Source
    path: Path
    cells: pl.DataFrame
    header: Header

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        return limited(self._batches(), limit)

    def _batches(self) -> Iterator[Batch]:
        row = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row")
        numbered = self.cells.select(row, pl.all()).slice(self.header.row)
        for rows in numbered.iter_slices(_BATCH_ROWS):
            yield as_batch(self.source, self.header, rows, no_issues())


def _open(path: Path, content: bytes) -> fastexcel.ExcelReader:
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise _protected(path)
    try:
        return fastexcel.read_excel(content)
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise _protected(path) from None
        raise SourceError(
            "The file is no spreadsheet that can be read, or it is damaged.",
            where=str(path),
            hint="Open it in a spreadsheet program and save it as XLSX or CSV. (An "
            "archive must be unpacked first.)",
        ) from error


def _protected(path: Path) -> SourceError:
    return SourceError(
        "The file is protected by a password.",
        where=str(path),
        hint="Open it in a spreadsheet program and save it without a password.",
    )


def _chosen(
    book: fastexcel.ExcelReader, path: Path, asked: str | None
) -> fastexcel.ExcelSheet:
    if asked is None:
        return _first_with_rows(book, path)
    for name in book.sheet_names:
        if normalize_name(name) == normalize_name(asked):
            return _load(book, name)
    raise SourceError(
        f"There is no sheet '{asked}'.",
        where=str(path),
        hint=did_you_mean(asked, book.sheet_names)
        or f"Its sheets are {', '.join(book.sheet_names)}.",
    )


def _first_with_rows(book: fastexcel.ExcelReader, path: Path) -> fastexcel.ExcelSheet:
    for name in book.sheet_names:
        sheet = _load(book, name)
        facts = _facts(sheet)
        if facts.visible and facts.rows:
            return sheet
    raise SourceError(
        "No visible sheet of the file has rows.",
        where=str(path),
        hint="Name a hidden sheet by --sheet, or export the file again.",
    )


def _load(book: fastexcel.ExcelReader, name: str) -> fastexcel.ExcelSheet:
    # The whole sheet is parsed, however few rows are asked for: so do it once.
    return book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")


def _facts(sheet: fastexcel.ExcelSheet) -> SheetFacts:
    return SheetFacts(sheet.name, sheet.visible == "visible", sheet.total_height)


def _cells(sheet: fastexcel.ExcelSheet) -> pl.DataFrame:
    batch, errors = sheet.to_arrow_with_errors()
    cells = pl.DataFrame(batch)
    cells = cells.rename({old: f"c{n}" for n, old in enumerate(cells.columns)})
    for error in errors.errors if errors else []:
        row, column = error.offset_position
        cells[row, column] = _error_text(error.detail)
    day = pl.all().str.strip_suffix(_MIDNIGHT)
    return cells.with_columns(
        pl.when(pl.all().str.starts_with(_NO_DAY))
        .then(pl.all().str.strip_prefix(_NO_DAY))
        .when(pl.all().str.contains(_DAY))
        .then(day)
        .when(pl.all() != "")
        .then(pl.all())
    )


def _error_text(detail: str) -> str:
    """What a spreadsheet shows in a cell whose formula failed, such as #N/A."""
    found = re.search(r"Error\((\w+)\)", detail)
    return _ERRORS.get(found[1], "#ERROR!") if found else "#ERROR!"
