"""Reports as spreadsheet programs save them, and where people put them."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.commands import Ended, activity_import
from tests.fixloop.fixloop_givens import (
    KEYED,
    REASONS,
    Api,
    corrected,
    counts,
    fix_me_of,
    folder_of,
    mapping,
    recording,
    source,
)

pytestmark = pytest.mark.usefixtures("here")
PLAIN = ("-m", "plain.yaml")
DAY_FIRST = """
version: 1
name: plain
source: {sheet: Calls, encoding: ascii, delimiter: "|", header_row: 3}
fields:
  activity_time: {from: When, formats: ["%d/%m/%Y %H:%M"]}
  subject: {from: What}
"""


@pytest.fixture
def api() -> Iterator[Api]:
    mapping()
    with recording() as server:
        yield server


def right(cells: dict[str, str]) -> None:
    cells["When"] = "2024-03-01"


def flawed(api: Api, *options: str, what: str = "Café") -> Ended:
    return api.run(source(("soon", what)), *PLAIN, *options)


def test_only_fix_me_csv_bears_the_mark_by_which_excel_sees_utf_8(api: Api) -> None:
    folder = folder_of(flawed(api))

    marked = {
        path.name: path.read_bytes().startswith(b"\xef\xbb\xbf")
        for path in folder.glob("*.csv")
    }
    assert marked == {"fix-me.csv": True, "rows.csv": False, "issues.csv": False}


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("cp1252", ";"), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-8", ",")],
)
def test_a_fix_me_is_read_as_a_spreadsheet_saves_it(
    api: Api, encoding: str, delimiter: str
) -> None:
    path = fix_me_of(flawed(api, what='Café; "Zoë", C:\\ Größe'))
    cells = ["2024-03-01", '"Café; ""Zoë"", C:\\ Größe"', *[""] * 4]
    lines = [["When", "What", *REASONS], cells]
    text = "".join(delimiter.join(line) + "\r\n" for line in lines)
    path.write_bytes(text.encode(encoding))

    assert counts(api.run(path)) == {"created": 1}
    assert api.taken == {'Café; "Zoë", C:\\ Größe': 1}


def test_a_line_of_totals_in_a_fix_me_is_a_row_like_others(api: Api) -> None:
    path = corrected(fix_me_of(flawed(api, what="Total 12")), right)

    assert counts(api.run(path)) == {"created": 1}


def test_dates_of_a_workbook_are_read_whatever_forms_the_mapping_has(api: Api) -> None:
    Path("rows.csv").write_text("\n\nWhen|What\nsoon|=Hi\n", encoding="utf-8")
    mapping(DAY_FIRST)
    first = api.run("rows.csv", *PLAIN)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["When", "What", *REASONS])
    sheet.append([datetime.fromisoformat("2024-03-01 10:00"), "'=Hi"])
    path = folder_of(first) / "fix-me (1).xlsx"
    book.save(path)

    assert counts(api.run(path)) == {"created": 1}
    assert api.taken == {"=Hi": 1}


def test_the_user_s_own_workbook_comes_back_with_our_columns(api: Api) -> None:
    mapping(DAY_FIRST)
    book = openpyxl.Workbook()
    book.worksheets[0].title = "_summary"
    book.create_sheet("Notes").append(["not", "these"])
    sheet = book.create_sheet("Calls of March")
    sheet.append(["Our calls"])
    sheet.append([])
    sheet.append(["When", "What", "_status", "_activity_id", *REASONS[1:]])
    sheet.append([datetime.fromisoformat("2024-03-01 10:00"), "'=Hi", "invalid"])
    book.save("report.xlsx")
    ended = api.run("report.xlsx", *PLAIN, "--json")

    assert ended.summary["sources"][0]["sheet"] == "Calls of March"
    assert api.taken == {"'=Hi": 1}


def test_ids_that_a_spreadsheet_has_shortened_are_told(api: Api) -> None:
    mapping(KEYED)
    Path("rows.csv").write_text("Id,When,What\n300118812345679001,soon,Hi\n", "utf-8")
    path = fix_me_of(api.run("rows.csv", *PLAIN))

    def shorten(cells: dict[str, str]) -> None:
        cells["Id"], cells["When"] = "3.00119E+17", "2024-03-01"

    ended = api.run(corrected(path, shorten), "--json")
    assert [issue["code"] for issue in ended.summary["issues"]] == ["mangled_id"]


def test_lookups_and_times_are_those_of_the_run_before(api: Api) -> None:
    lookup = "  account_id: {from: Account, lookup: accounts}\nlookups:\n"
    file = "  accounts: {file: accounts.csv, match: Old, return: Reevo}\n"
    Path("maps").mkdir()
    mapping(Path("plain.yaml").read_text("utf-8") + lookup + file)
    Path("plain.yaml").rename("maps/plain.yaml")
    Path("export").mkdir()
    known = "Old,Reevo\na,2d38de7c-3bec-4519-8b67-4d999253f6b7\n"
    Path("export/accounts.csv").write_text(known, "utf-8")
    Path("export/rows.csv").write_text("When,What,Account\nsoon,Hi,a\n", "utf-8")
    zone = "--timezone=Europe/Berlin"
    first = api.run("export/rows.csv", "-m", "maps/plain.yaml", zone)
    ended = api.run(corrected(fix_me_of(first), right))

    assert counts(ended) == {"created": 1}
    assert f"Note: Times are read by {zone}, as before." in ended.out
    assert "as UTC" not in ended.out


def test_the_second_run_tells_which_it_corrects(api: Api) -> None:
    first = api.run(source(("soon", "a"), ("soon", "b")), *PLAIN)

    def one(cells: dict[str, str]) -> None:
        if cells["What"] == "a":
            right(cells)

    ended = api.run(corrected(fix_me_of(first), one))
    told = f"Corrects run {first.run}: of its 2 rows to correct, 1 is settled."
    page = (folder_of(ended) / "report.html").read_text("utf-8")
    summary = json.loads((folder_of(ended) / "summary.json").read_text("utf-8"))

    assert told in ended.out
    assert summary["follows"] == first.run
    assert f'{told} <a href="../{first.run}/report.html">See its report</a>' in page


def test_a_clean_check_of_a_fix_me_leads_to_its_run(api: Api) -> None:
    fixed = corrected(fix_me_of(flawed(api)), right)
    ended = api.run(fixed, "--dry-run")
    page = (folder_of(ended) / "report.html").read_text("utf-8")

    assert "Nothing was sent yet. To send the rows, type:" in page
    assert f"run {fixed} -m plain.yaml" in page


def test_a_report_that_was_moved_says_what_it_needs(api: Api) -> None:
    good = ("2024-03-01", "Café")
    first = api.run(source(good, ("soon", "Café")), *PLAIN)
    moved = Path("fix-me (1).csv")
    corrected(fix_me_of(first), right).rename(moved)

    lost = api.run(moved)
    assert (lost.code, "say which it is by --corrects RUN" in lost.err) == (1, True)
    guessed = api.run(moved, *PLAIN, "--dry-run")
    assert "Put it back there, or add --corrects RUN." in guessed.out
    assert counts(guessed) == {"duplicate": 1}
    assert counts(api.run(moved, "--corrects", first.run)) == {"created": 1}


def test_a_file_that_is_no_report_corrects_nothing(api: Api) -> None:
    first = flawed(api)
    ended = api.run("rows.csv", *PLAIN, "--corrects", first.run)

    assert ended.code == 1
    assert "--corrects was given, and the file is no report of a run." in ended.err


def test_corrections_outlive_a_report_that_is_written_again(api: Api) -> None:
    first = flawed(api)
    path = fix_me_of(first)
    written = path.read_bytes()
    edited = corrected(path, right).read_bytes()

    again = activity_import("report", first.run)
    assert activity_import("report", first.run).code == 3
    aside = path.with_name("fix-me.edited-1.csv")
    assert (path.read_bytes(), aside.read_bytes()) == (written, edited)
    assert (
        "fix-me.csv was changed since the report was written: that version is "
        "fix-me.edited-1.csv now."
    ) in " ".join(again.out.split())
    assert sorted(each.name for each in path.parent.glob("*.edited-*")) == [aside.name]

    path.with_name("report.xlsx").write_bytes(b"mine")
    corrected(path, right)
    activity_import("report", first.run)
    assert path.with_name("report.edited-1.xlsx").read_bytes() == b"mine"
    assert path.with_name("fix-me.edited-2.csv").read_bytes() == edited
    assert counts(api.run(aside)) == {"created": 1}
