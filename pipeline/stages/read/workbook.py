"""Spreadsheets, read through calamine: which sheet, and its rows in batches."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from pipeline.errors import SourceError
from pipeline.nearest import did_you_mean, normalize_name
from pipeline.rows import Batch, Source
from pipeline.stages.read.book_cells import cells_of, load_sheet, with_texts
from pipeline.stages.read.book_facts import (
    BookFacts,
    sheet_notes,
    uncalculated_issues,
)
from pipeline.stages.read.header import LOOKED_AT, Header, find_header, report_of
from pipeline.stages.read.opened import Layout, SheetFacts
from pipeline.stages.read.panics import panic_told
from pipeline.stages.read.records import as_batch, limited
from pipeline.stages.read.sheet_xml import SheetXml

SPREADSHEET = "spreadsheet"
_OURS, _SUMMARY = "_", "_summary"
_BATCH_ROWS = 50_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def is_workbook(head: bytes) -> bool:
    return head.startswith((_ZIP, _OLE))


def workbook_sheets(path: Path) -> tuple[SheetFacts, ...]:
    content = path.read_bytes()
    facts = BookFacts.checked(path, content)
    book = _open(path, content)
    for name in book.sheet_names:
        facts.of(name)
    return tuple(
        _facts(load_sheet(book, name, where=str(path))) for name in book.sheet_names
    )


def open_sheet(path: Path, layout: Layout, *, number: int) -> "Sheet":
    """The sheet asked for, or the first visible that has rows; raises SourceError."""
    content = path.read_bytes()
    facts = BookFacts.checked(path, content)
    book = _open(path, content)
    sheet, known = _chosen(book, facts, layout)
    name = sheet.name
    cells = with_texts(cells_of(book, sheet), known.errors)
    header = _header(book, cells, layout, where=f"{path} [{name}]")
    others = [each for each in book.sheet_names if each != name]
    if header.report:
        others = [each for each in others if not each.startswith(_OURS)]
    source = Source(
        number,
        str(path),
        name,
        hashlib.sha256(content).hexdigest(),
        header.columns,
        header.row,
        format=SPREADSHEET,
        notes=header.notes + sheet_notes(cells, header.row, known, others),
        report=header.report,
    )
    issues = uncalculated_issues(known, header)
    return Sheet(source, path, cells, header, issues)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, in memory; `issues` are those of its cells."""

    source: Source
    path: Path
    cells: pl.DataFrame
    header: Header
    issues: pl.DataFrame

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        return limited(self._batches(), limit)

    def _batches(self) -> Iterator[Batch]:
        row = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row")
        numbered = self._with_all_rows().select(row, pl.all()).slice(self.header.row)
        for rows in numbered.iter_slices(_BATCH_ROWS):
            within = self.issues.join(rows, on="row", how="semi", maintain_order="left")
            yield as_batch(self.source, self.header, rows, within)

    def _with_all_rows(self) -> pl.DataFrame:
        """The cells, and empty rows for issues that stand below the last value."""
        last = max(self.issues["row"], default=0)
        missing = last - self.cells.height
        if missing <= 0:
            return self.cells
        return pl.concat([self.cells, self.cells.clear(missing)])


def _open(path: Path, content: bytes) -> fastexcel.ExcelReader:
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise _protected(path)
    try:
        with panic_told():
            return fastexcel.read_excel(content)
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise _protected(path) from None
        raise SourceError(
            "The file is no spreadsheet that can be read, or it is damaged.",
            where=str(path),
            hint="Open it in a spreadsheet program and save it as XLSX or CSV. (An "
            "archive must be unpacked first.)",
            code="source_damaged",
        ) from error


def _protected(path: Path) -> SourceError:
    return SourceError(
        "The file is protected by a password.",
        where=str(path),
        hint="Open it in a spreadsheet program and save it without a password.",
        code="source_has_password",
    )


def _chosen(
    book: fastexcel.ExcelReader, facts: BookFacts, layout: Layout
) -> tuple[fastexcel.ExcelSheet, SheetXml]:
    """The sheet to read, and what its XML tells."""
    if ours := _sheet_of_report(book, facts, layout):
        return ours
    asked = layout.sheet
    if asked is None:
        return _first_with_rows(book, facts)
    for name in book.sheet_names:
        if normalize_name(name) == normalize_name(asked):
            known = facts.of(name)
            return load_sheet(book, name, where=str(facts.path)), known
    raise SourceError(
        f"There is no sheet '{asked}'.",
        where=str(facts.path),
        hint=did_you_mean(asked, book.sheet_names)
        or f"Its sheets are {', '.join(book.sheet_names)}.",
        code="source_part_unknown",
    )


def _header(
    book: fastexcel.ExcelReader, cells: pl.DataFrame, layout: Layout, *, where: str
) -> Header:
    """A report's is found by our columns; only its CSV files have neutralized cells."""
    first = cells.head(max(LOOKED_AT, layout.header_row or 0)).fill_null("").rows()
    row = next((n for n, names in enumerate(first, 1) if report_of(names)), None)
    return find_header(
        first,
        row or layout.header_row,
        where=where,
        neutralized=_SUMMARY not in book.sheet_names,
    )


def _sheet_of_report(
    book: fastexcel.ExcelReader, facts: BookFacts, layout: Layout
) -> tuple[fastexcel.ExcelSheet, SheetXml] | None:
    """The sheet of a report.xlsx, or of a CSV file of ours that was saved as one."""
    if not _may_be_report(book.sheet_names, layout.sheet):
        return None
    for name in book.sheet_names:
        if name.startswith(_OURS):
            continue
        known = facts.of(name)
        sheet = load_sheet(book, name, where=str(facts.path))
        first = cells_of(book, sheet).head(max(LOOKED_AT, layout.header_row or 0))
        if any(map(report_of, first.fill_null("").iter_rows())):
            return sheet, known
    return None


def _may_be_report(names: list[str], asked: str | None) -> bool:
    """A CSV file of ours has become a single sheet, whatever its source was called."""
    if _SUMMARY in names:
        return True
    known = map(normalize_name, names)
    return asked is not None and len(names) == 1 and normalize_name(asked) not in known


def _first_with_rows(
    book: fastexcel.ExcelReader, facts: BookFacts
) -> tuple[fastexcel.ExcelSheet, SheetXml]:
    for name in book.sheet_names:
        known = facts.of(name)
        sheet = load_sheet(book, name, where=str(facts.path))
        if _facts(sheet).visible and sheet.total_height:
            return sheet, known
    raise SourceError(
        "No visible sheet of the file has rows.",
        where=str(facts.path),
        hint="Name a hidden sheet by --sheet, or export the file again.",
        code="source_empty",
    )


def _facts(sheet: fastexcel.ExcelSheet) -> SheetFacts:
    return SheetFacts(sheet.name, sheet.visible == "visible", sheet.total_height)
