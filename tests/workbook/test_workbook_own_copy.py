"""A spreadsheet's report is the user's own workbook, with our marks and columns."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.stages.report.workbook.bounds import Bounds
from pipeline.stages.report.workbook.fitness import reason_not_to_copy
from tests.commands import activity_import
from tests.workbook.workbook_givens import (
    MAPPING,
    cells_of,
    marked,
    rich_workbook,
    table_workbook,
    texts,
    validated,
)

CALLS = "Calls 2024"


def facts(sheet: Worksheet) -> dict[str, Any]:
    """All that a sheet holds besides what we add to it."""
    return {
        "cells": {
            cell.coordinate: (
                cell.value,
                cell.data_type,
                cell.number_format,
                repr(cell.font),
            )
            for row in sheet.iter_rows(max_col=5)
            for cell in row
        },
        "fill": repr(sheet["A4"].fill),
        "width": sheet.column_dimensions["B"].width,
        "height": sheet.row_dimensions[4].height,
        "freeze": sheet.freeze_panes,
        "choices": [
            (str(each.sqref), each.formula1)
            for each in sheet.data_validations.dataValidation
        ],
        "rules": [
            (str(each.sqref), [rule.formula for rule in each.rules])
            for each in sheet.conditional_formatting
        ],
        "state": sheet.sheet_state,
        "tables": {each.name: each.ref for each in sheet.tables.values()},
    }


@pytest.fixture
def copied(here: Path) -> tuple[Workbook, Workbook]:
    """The workbook as it was, and the copy that the report is."""
    source = rich_workbook(here / "calls.xlsx")
    return load_workbook(source), validated(source)


def test_all_that_was_in_the_workbook_is_in_the_copy(
    copied: tuple[Workbook, Workbook],
) -> None:
    before, after = copied

    assert after.sheetnames == ["_summary", CALLS, "People", "Hidden"]
    for name in before.sheetnames:
        assert facts(after[name]) == facts(before[name])
    assert after.defined_names["Mails"].attr_text == "People!$B$2"


def test_each_row_has_what_became_of_it_beside_it(
    copied: tuple[Workbook, Workbook],
) -> None:
    sheet = copied[1][CALLS]
    beside = list(sheet.iter_rows(3, 7, 6, 10, values_only=True))

    assert beside[0] == ("_status", "_activity_id", "_code", "_message", "_hint")
    assert [row[0] for row in beside[1:]] == ["valid", "valid", "invalid", "valid"]
    assert beside[3][2] == "bad_time"
    assert "'soon' in column 'When'" in str(beside[3][3])
    assert sheet.auto_filter.ref == "A3:J7"


def test_bad_cells_are_filled_and_say_why(copied: tuple[Workbook, Workbook]) -> None:
    marks = marked(copied[1][CALLS])

    assert list(marks) == ["B6", "D6", "F6"]
    assert marks["B6"].startswith("activity-import:\n'soon' in column 'When' is not")
    assert marks["D6"].startswith("Ask Ann.\n\nactivity-import:\n'Fax' in column")
    assert marks["F6"] == ""


def test_the_first_sheet_links_to_the_bad_cells(
    copied: tuple[Workbook, Workbook],
) -> None:
    summary = copied[1]["_summary"]
    links = [cell for row in summary.iter_rows() for cell in row if cell.hyperlink]

    assert copied[1].active is summary
    assert [each.value for each in links] == ["Row 6"]
    assert links[0].hyperlink is not None
    assert links[0].hyperlink.location == f"'{CALLS}'!B6"
    assert summary["A1"].value == "1 row of 4 needs a person."
    assert "activity-import run reports/" in texts(summary)


def test_no_column_has_two_widths(here: Path) -> None:
    source = rich_workbook(here / "calls.xlsx")

    copy = validated(source)[CALLS]

    places = [
        place
        for each in copy.column_dimensions.values()
        for place in range(each.min or 0, (each.max or 0) + 1)
    ]
    assert sorted(places) == sorted(set(places))


def test_a_table_takes_our_columns_along(here: Path) -> None:
    sheet = validated(table_workbook(here / "calls.xlsx"))["Sheet"]

    table = sheet.tables["calls"]
    assert table.ref == "A1:J3"
    assert table.column_names == [cell.value for cell in sheet[1]]


def test_a_report_of_a_report_has_our_columns_once(here: Path) -> None:
    validated(rich_workbook(here / "calls.xlsx"))
    [first] = Path("reports").glob("*/report.xlsx")
    book = load_workbook(first)
    book[CALLS]["B6"] = "2024-03-05"
    book[CALLS]["D6"] = "Call"
    book.save("again.xlsx")

    again = validated(Path("again.xlsx"), "--sheet", CALLS)

    assert again.sheetnames == ["_summary", CALLS, "People", "Hidden"]
    heads = [cell.value for cell in again[CALLS][3]]
    assert heads[5:] == ["_status", "_activity_id", "_code", "_message", "_hint"]
    assert marked(again[CALLS]) == {}
    assert again[CALLS]["D6"].comment is not None
    assert again[CALLS]["D6"].comment.text == "Ask Ann."
    assert cells_of(again[CALLS])[5][5:] == ("valid", None, None, None, None)


@pytest.mark.parametrize(
    ("part", "holds"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/charts/chart1.xml", "charts"),
        ("xl/media/image1.png", "pictures"),
        ("xl/pivotTables/pivotTable1.xml", "pivot tables"),
        ("xl/drawings/drawing1.xml", "drawings"),
        ("xl/ctrlProps/ctrlProp1.xml", "form controls"),
        ("xl/externalLinks/externalLink1.xml", "links to other workbooks"),
        ("xl/threadedComments/threadedComment1.xml", "threaded comments"),
        ("xl/anything/else.bin", "parts of a kind unknown to us"),
    ],
)
def test_a_workbook_that_a_copy_would_harm_is_left_alone(
    here: Path, part: str, holds: str
) -> None:
    source = rich_workbook(here / "calls.xlsx")
    with zipfile.ZipFile(source, "a") as parts:
        parts.writestr(part, b"<xdr:twoCellAnchor/>")

    assert reason_not_to_copy(source.read_bytes(), Bounds()) == (
        f"it holds {holds}, which a copy would lose"
    )


def test_a_drawing_that_shows_nothing_does_no_harm(here: Path) -> None:
    source = rich_workbook(here / "calls.xlsx")
    with zipfile.ZipFile(source, "a") as parts:
        parts.writestr("xl/drawings/drawing1.xml", b"<xdr:wsDr/>")

    assert reason_not_to_copy(source.read_bytes(), Bounds()) == ""


def test_newer_rules_are_not_lost_in_a_copy(here: Path) -> None:
    source = rich_workbook(here / "calls.xlsx")
    with zipfile.ZipFile(source) as parts:
        members = {name: parts.read(name) for name in parts.namelist()}
    name = "xl/worksheets/sheet1.xml"
    members[name] = members[name].replace(b"</worksheet>", b"<extLst/></worksheet>")
    with zipfile.ZipFile(source, "w") as parts:
        for member, content in members.items():
            parts.writestr(member, content)

    book = validated(source)

    assert book.sheetnames == ["_summary", CALLS, "_issues"]
    assert "This is not a copy of your own workbook: it holds rules" in texts(
        book["_summary"]
    )


def test_a_workbook_that_is_too_large_is_not_copied(here: Path) -> None:
    content = rich_workbook(here / "calls.xlsx").read_bytes()

    assert reason_not_to_copy(content, Bounds(own_cells=10)) == (
        "with our columns it has more than 10 cells"
    )
    assert reason_not_to_copy(b"no zip", Bounds()).startswith("it is no XLSX workbook")


def test_merged_cells_in_the_way_make_a_workbook_of_our_own(here: Path) -> None:
    source = table_workbook(here / "calls.xlsx")
    book = load_workbook(source)
    book["Sheet"].merge_cells("E3:H3")
    book.save(source)

    assert validated(source).sheetnames == ["_summary", "Sheet", "_issues"]


def test_a_source_that_has_changed_since_is_not_copied(here: Path) -> None:
    source = table_workbook(here / "calls.xlsx")
    Path("calls.yaml").write_text(MAPPING, encoding="utf-8")
    ended = activity_import("validate", source, "-m", "calls.yaml")
    source.write_bytes(rich_workbook(here / "other.xlsx").read_bytes())

    activity_import("report", ended.run)

    summary = load_workbook(Path("reports", ended.run, "report.xlsx"))["_summary"]
    assert re.search("the file has changed since it was read", texts(summary))
