"""The workbook of a source that is no single spreadsheet: ours, and always whole."""

import gc
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pipeline.errors import ReportError
from pipeline.plan import PLANNED_SCHEMA, Plan
from pipeline.rows import Batch
from pipeline.stages.report.workbook import Bounds, writing_workbook
from pipeline.stages.report.workbook.archive import Archive
from pipeline.stages.report.workbook.cells import MOST_CHARACTERS
from tests.plan.plan_givens import identity
from tests.stages.report_givens import named, plan_of
from tests.stages.stage_givens import batch, issues_frame
from tests.workbook.workbook_givens import (
    as_read,
    cells_of,
    marked,
    reported,
    texts,
    validated,
)

CSV = """Id,When,What,Kind
c1,2024-03-01,=SUM(A1),Call
c2,soon,-2 more,Call
c3,1950-03-02,"a
b",Call
"""


def planned(rows: int, *, invalid: int = 0) -> pl.DataFrame:
    """A planned line per row from row 2 on, of which the first are invalid."""
    lines = [
        {
            "row": row,
            "status": "invalid" if row < 2 + invalid else "unsent",
            "identity": identity(row),
            "code": "required" if row < 2 + invalid else None,
            "column": "Id" if row < 2 + invalid else None,
            "message": "Empty." if row < 2 + invalid else None,
            "hint": "Fill it." if row < 2 + invalid else None,
        }
        for row in range(2, 2 + rows)
    ]
    return pl.DataFrame(lines, schema=PLANNED_SCHEMA)


def bad(count: int) -> pl.DataFrame:
    """An issue for each of the first rows."""
    facts = {"code": "required", "column": "Id", "field": "subject", "value": ""}
    told = {"severity": "error", "message": "Empty.", "hint": "Fill it."}
    return issues_frame(*({"row": 2 + n, **facts, **told} for n in range(count)))


def plan(folder: Path, cells: list[str], *, invalid: int = 0) -> Plan:
    rows = batch({"Id": list(cells)})
    return plan_of(folder, (rows, planned(len(cells), invalid=invalid), bad(invalid)))


def written(folder: Path, rows: Batch, bounds: Bounds | None = None) -> Workbook:
    given_plan = plan_of(folder, (rows, planned(rows.rows.height), bad(0)))
    return reported(folder / "report", given_plan, bounds or Bounds())


@pytest.fixture
def of_csv(here: Path) -> Workbook:
    source = here / "calls.csv"
    source.write_text(CSV, encoding="utf-8")
    return validated(source)


def test_the_rows_stand_as_in_the_source_with_their_outcome(of_csv: Workbook) -> None:
    [head, *rows] = cells_of(of_csv["rows"])

    assert of_csv.sheetnames == ["_summary", "rows", "_issues"]
    assert head == (
        *("Id", "When", "What", "Kind", "_source", "_sheet", "_row", "_status"),
        *("_activity_id", "_code", "_column", "_message", "_hint"),
    )
    assert [row[:4] for row in rows] == [
        ("c1", "2024-03-01", "=SUM(A1)", "Call"),
        ("c2", "soon", "-2 more", "Call"),
        ("c3", "1950-03-02", "a\nb", "Call"),
    ]
    assert [row[6:8] for row in rows] == [(2, "valid"), (3, "invalid"), (4, "valid")]


def test_no_cell_is_a_formula_and_none_becomes_one(of_csv: Workbook) -> None:
    cells = [cell for row in of_csv["rows"].iter_rows(2, 4, 1, 4) for cell in row]

    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert [cell.coordinate for cell in cells if cell.quotePrefix] == ["C2", "C3"]


def test_bad_cells_are_marked_errors_unlike_warnings(of_csv: Workbook) -> None:
    marks = marked(of_csv["rows"])

    assert list(marks) == ["B3", "H3", "B4"]
    assert marks["B3"].startswith("activity-import:\n'soon' in column 'When' is not")
    colors = [of_csv["rows"][each].fill.fgColor.rgb for each in ("B3", "B4")]
    assert colors == ["FFFFC9CE", "FFFFE9A8"]


def test_the_sheets_are_ready_to_be_filtered(of_csv: Workbook) -> None:
    rows, issues = of_csv["rows"], of_csv["_issues"]

    assert (rows.freeze_panes, rows.auto_filter.ref) == ("A2", "A1:M4")
    assert (issues.freeze_panes, issues.auto_filter.ref) == ("A2", "A1:J3")
    assert [cell.font.bold for cell in rows["A"]] == [True, False, False, False]
    assert [cell.font.bold for cell in issues["A"]] == [True, False, False]
    assert [row[2:5] for row in cells_of(issues)] == [
        ("row", "severity", "code"),
        (3, "error", "bad_time"),
        (4, "warning", "old_time"),
    ]


def test_the_file_is_private_and_its_links_lead_to_cells(of_csv: Workbook) -> None:
    [path] = Path("reports").glob("*/report.xlsx")
    links = [
        cell.hyperlink.location
        for row in of_csv["_summary"].iter_rows()
        for cell in row
        if cell.hyperlink
    ]

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert links == ["'rows'!B3"]
    assert not list(path.parent.glob(".*"))


def test_sources_with_other_columns_share_one_sheet(tmp_path: Path) -> None:
    one, two = batch({"Id": ["a"], "Note": ["b"]}), batch({"Name": ["c"], "Id": ["d"]})
    two = replace(two, source=replace(two.source, number=1, path="two.csv"))
    both = plan_of(tmp_path, (one, planned(1), bad(0)), (two, planned(1), bad(0)))

    rows = cells_of(reported(tmp_path / "report", both, Bounds())["rows"])

    assert [row[:5] for row in rows] == [
        ("Id", "Note", "Name", "_source", "_sheet"),
        ("a", "b", None, "tasks.csv", None),
        ("d", None, "c", "two.csv", None),
    ]


def test_many_rows_leave_only_those_that_need_a_person(tmp_path: Path) -> None:
    given_plan = plan(tmp_path, ["a", "b", "c", "d"], invalid=2)

    book = reported(tmp_path / "report", given_plan, Bounds(all_rows=3))

    assert [row[0] for row in cells_of(book["rows"])] == ["Id", "a", "b"]
    assert "There are more than 3 rows: this workbook holds only those" in texts(
        book["_summary"]
    )


def test_what_finds_no_room_is_counted(tmp_path: Path) -> None:
    given_plan = plan(tmp_path, ["a", "b", "c", "d"], invalid=2)

    book = reported(tmp_path / "report", given_plan, Bounds(rows=3, issues=1))

    assert [row[0] for row in cells_of(book["rows"])] == ["Id", "a", "b"]
    assert len(cells_of(book["_issues"])) == 2
    said = texts(book["_summary"])
    assert "2 rows found no room in this workbook. rows.csv has all." in said
    assert "1 issue found no room in this workbook. issues.csv has all." in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told_once() -> None:
    """What is left open would complain again when it is thrown away."""
    book = Workbook()
    archive = Archive(Path("/dev/full"))
    archive.begin(book.create_sheet("rows"))

    with pytest.raises(OSError, match="No space left"):
        archive.close()

    del archive
    gc.collect()


def test_a_cell_that_no_spreadsheet_takes_is_cut_and_told(tmp_path: Path) -> None:
    cells = ["a" * MOST_CHARACTERS, "b" * (MOST_CHARACTERS + 1), "\U0001f600" * 16_384]

    book = written(tmp_path, batch({"Id": list(cells)}))

    [_, whole, *cut] = [row[0] for row in cells_of(book["rows"])]
    assert whole == cells[0]
    assert cut == [cells[1][:16_000] + "... [cut]", cells[2][:16_000] + "... [cut]"]
    assert "2 cells of more than 32,767 characters" in texts(book["_summary"])


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("Calls", "Calls"),
        ("A/B", "rows"),
        ("x" * 32, "rows"),
        ("_hidden", "rows"),
        ("'quoted'", "rows"),
        ("history", "rows"),
        ("\u202eevil", "rows"),
    ],
)
def test_the_sheet_has_its_name_if_a_spreadsheet_program_takes_it(
    tmp_path: Path, name: str, sheet: str
) -> None:
    rows = batch({"Id": ["a"]})
    rows = replace(rows, source=replace(rows.source, sheet=name))

    assert written(tmp_path, rows).sheetnames == ["_summary", sheet, "_issues"]


def test_hostile_heads_and_paths_make_no_broken_file(tmp_path: Path) -> None:
    rows = named(
        {"a": ["1"], "b": ["2"]}, "=cmd|' /C calc'!A0", "\x00\x1b[2J</t>\ufffe"
    )
    rows = replace(rows, source=replace(rows.source, path="\udcff\u202e=x.csv"))

    book = written(tmp_path, rows)

    head, row = cells_of(book["rows"])
    assert head[:2] == ("=cmd|' /C calc'!A0", "_x0000__x001B_[2J</t>_xFFFE_")
    assert row[2] == "?\\u202e=x.csv"
    assert book["rows"]["A1"].data_type == "s"


def test_a_run_without_rows_has_a_workbook_too(tmp_path: Path) -> None:
    book = written(tmp_path, batch({"Id": []}))

    assert [row[0] for row in cells_of(book["rows"])] == ["Id"]


@settings(max_examples=12, deadline=None)
@given(cells=st.lists(st.text(max_size=12), min_size=1, max_size=40))
def test_all_texts_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("texts")

    written(folder, batch({"Id": list(cells)}))

    back = as_read(folder / "report" / "report.xlsx", "rows")[1:, 0]
    assert back.fill_null("").to_list() == cells


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "report" / "report.xlsx").mkdir(parents=True)

    with pytest.raises(ReportError, match="cannot be written"):
        written(tmp_path, batch({"Id": ["a"]}))


def test_a_run_that_fails_leaves_no_half_workbook(tmp_path: Path) -> None:
    given_plan = plan(tmp_path, ["a"])
    folder = tmp_path / "report"

    with pytest.raises(KeyboardInterrupt), writing_workbook(folder, given_plan):
        raise KeyboardInterrupt

    assert list(folder.iterdir()) == []


def test_it_is_a_sound_archive(of_csv: Workbook) -> None:
    [path] = Path("reports").glob("*/report.xlsx")

    with zipfile.ZipFile(path) as parts:
        assert parts.testzip() is None
        assert len(set(parts.namelist())) == len(parts.namelist())
    assert load_workbook(path, read_only=True).sheetnames == of_csv.sheetnames
