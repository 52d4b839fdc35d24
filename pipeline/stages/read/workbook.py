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
    book = _open(path)
    return tuple(_facts(book, name) for name in book.sheet_names)


def open_sheet(path: Path, layout: Layout, *, number: int) -> "Sheet":
    """The sheet asked for, or the first visible that has rows; raises SourceError."""
    book = _open(path)
    name = _sheet_name(book, path, layout.sheet)
    cells = _cells(book, name)
    where = f"{path} [{name}]"
    first = cells.head(LOOKED_AT).fill_null("").rows()
    header = find_header(first, layout.header_row, where=where)
    source = Source(
        number,
        str(path),
        name,
        _digest(path),
        header.columns,
        header.row,
        format="spreadsheet",
        notes=header.notes,
    )
    return Sheet(source, cells, header)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, in memory."""

    source: Source
    cells: pl.DataFrame
    header: Header

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        return limited(self._batches(), limit)

    def _batches(self) -> Iterator[Batch]:
        row = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row")
        numbered = self.cells.select(row, pl.all()).slice(self.header.row)
        for rows in numbered.iter_slices(_BATCH_ROWS):
            yield as_batch(self.source, self.header, rows, no_issues())


def _open(path: Path) -> fastexcel.ExcelReader:
    content = path.read_bytes()
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


def _sheet_name(book: fastexcel.ExcelReader, path: Path, asked: str | None) -> str:
    if asked is None:
        return _first_with_rows(book, path)
    for name in book.sheet_names:
        if normalize_name(name) == normalize_name(asked):
            return name
    raise SourceError(
        f"There is no sheet '{asked}'.",
        where=str(path),
        hint=did_you_mean(asked, book.sheet_names)
        or f"Its sheets are {', '.join(book.sheet_names)}.",
    )


def _first_with_rows(book: fastexcel.ExcelReader, path: Path) -> str:
    for name in book.sheet_names:
        facts = _facts(book, name)
        if facts.visible and facts.rows:
            return name
    raise SourceError(
        "No visible sheet of the file has rows.",
        where=str(path),
        hint="Name a hidden sheet by --sheet, or export the file again.",
    )


def _facts(book: fastexcel.ExcelReader, name: str) -> SheetFacts:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=1)
    return SheetFacts(name, sheet.visible == "visible", sheet.total_height)


def _cells(book: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
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


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
