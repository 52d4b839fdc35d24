"""Workbooks as users have them, runs of them, and the workbook that each leaves."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.plan import Plan
from pipeline.stages.report import Sights, Told, write_report, writing_workbook
from pipeline.stages.report.page import Ended
from pipeline.stages.report.workbook import WORKBOOK, Bounds
from tests.commands import activity_import
from tests.stages.report_givens import fates_of, run_record

MAPPING = """
version: 1
name: calls
key: [Id]
source: {timezone: UTC}
fields:
  activity_time: {from: When, formats: [iso, excel]}
  subject: {from: What}
  category: {from: Kind, values: {Call: CALL}}
rules: {require_link: false}
"""
HEADER = ("Id", "When", "What", "Kind", "Score")
RED, AMBER = "FFFFC9CE", "FFFFE9A8"
Cells = list[tuple[Any, ...]]


def rich_workbook(path: Path) -> Path:
    """Calls under a title, with most of what a workbook can have; row 6 is bad."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Calls 2024"
    sheet["A1"] = "Calls of the north"
    sheet["A1"].font = Font(bold=True, size=14)
    lines: Cells = [
        HEADER,
        ("c1", datetime.fromisoformat("2024-03-01T09:30"), "First", "Call", 0.25),
        ("c2", date(2024, 3, 2), "=not a formula", "Call", 12345678901),
        ("c3", "soon", "Third", "Fax", 3),
        (
            "c4",
            datetime.fromisoformat("2024-03-04T23:59:59"),
            "Fourth",
            "Call",
            1.5,
        ),
    ]
    for line, cells in enumerate(lines, 3):
        for place, value in enumerate(cells, 1):
            sheet.cell(line, place, value)
    sheet["C5"].data_type = "s"
    sheet["E4"].number_format = "0.0%"
    sheet["D6"].comment = Comment("Ask Ann.", "Ben")
    sheet["A4"].fill = PatternFill("solid", fgColor="FFABCDEF")
    sheet.column_dimensions["B"].width = 31
    sheet.column_dimensions.group("E", "H", hidden=False)
    sheet.row_dimensions[4].height = 33
    sheet.freeze_panes = "B4"
    sheet.auto_filter.ref = "A3:E7"
    choice = DataValidation(type="list", formula1='"Call,Fax"', sqref="D4:D7")
    sheet.add_data_validation(choice)
    rule = Rule(type="cellIs", operator="greaterThan", formula=["5"])
    sheet.conditional_formatting.add("E4:E7", rule)
    other = book.create_sheet("People")
    other.append(["Name", "Mail"])
    other.append(["Ann", "ann@example.org"])
    other["C2"] = "=LEN(B2)"
    other.add_table(Table(displayName="people", ref="A1:B2"))
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.defined_names["Mails"] = DefinedName("Mails", attr_text="People!$B$2")
    book.save(path)
    return path


def table_workbook(path: Path) -> Path:
    """The same columns as a table of a spreadsheet program; row 3 is bad."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for cells in (HEADER, ("c1", "2024-03-01", "A", "Call", 1), ("c2", "", "B", "", 2)):
        sheet.append(cells)
    sheet.add_table(Table(displayName="calls", ref="A1:E3"))
    book.save(path)
    return path


def validated(source: Path, *options: object) -> Workbook:
    """Types `validate` for it; the workbook that the run left, opened."""
    Path("calls.yaml").write_text(MAPPING, encoding="utf-8")
    ended = activity_import("validate", source, "-m", "calls.yaml", *options)
    return load_workbook(Path("reports", ended.run, WORKBOOK))


def reported(folder: Path, plan: Plan, bounds: Bounds) -> Workbook:
    """The workbook of a plan's report, opened."""
    sights = Sights()
    with writing_workbook(folder, plan, bounds) as book:
        counted = write_report(
            folder,
            plan,
            fates_of(),
            run=run_record(dry_run=True),
            advance=lambda _: None,
            onlookers=[sights, book],
        )
        ended = Ended("attention", datetime(2026, 11, 23, tzinfo=UTC), counted.statuses)
        sources = tuple(zip(plan.sources, plan.rows, strict=True))
        book.finish(Told(run_record(), sources, ended, sights.causes.found()))
    return load_workbook(folder / WORKBOOK)


def cells_of(sheet: Worksheet) -> Cells:
    return list(sheet.iter_rows(values_only=True))


def texts(sheet: Worksheet) -> str:
    """All that a sheet says, a line each."""
    return "\n".join(
        "\t".join(str(cell) for cell in row if cell is not None)
        for row in sheet.iter_rows(values_only=True)
    )


def marked(sheet: Worksheet) -> dict[str, str]:
    """The cells that are filled in one of our colours, and their comments."""
    return {
        cell.coordinate: cell.comment.text if cell.comment else ""
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb in {RED, AMBER}
    }


def as_read(path: Path, sheet: str) -> pl.DataFrame:
    """A sheet as the program's own reader of workbooks sees it."""
    return pl.read_excel(
        path, sheet_name=sheet, has_header=False, read_options={"dtypes": "string"}
    )
