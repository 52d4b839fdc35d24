"""The samples and the presets that ship: there, as described, and reproducible."""

import csv
import json
from collections import Counter
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import fastexcel
import pytest
from openpyxl import load_workbook

from pipeline.catalogue import ISSUES
from tests.make_samples import EXPECTED, ROOT, sample_files
from tests.sample_makers import (
    dynamics,
    generic,
    hubspot,
    salesforce,
    salesforce_events,
    salesforce_report,
    zoho,
)
from tests.sample_makers import hubspot_activities as activities
from tests.sample_makers import salesforce_extracts as extracts
from tests.sample_makers.parts import load_workspace

FILES = sample_files()
SAMPLES: list[dict[str, Any]] = json.loads(FILES[EXPECTED])
ENCODINGS = {
    "samples/salesforce/Task.csv": "iso-8859-1",
    "samples/salesforce/Event.csv": "iso-8859-1",
    "samples/salesforce/extract-tasks.csv": "utf-8-sig",
    "samples/salesforce/extract-events.csv": "utf-8-sig",
    "samples/hubspot/calls.csv": "utf-8-sig",
    "samples/zoho/Tasks_001.csv": "utf-8-sig",
}
# What the rows of a first import may be told, beside the issues of the catalogue.
OTHER_CODES = {None, "combined", "no_record", "skipped_by_rule", "record_not_found"}


def records(path: str) -> list[list[str]]:
    text = (ROOT / path).read_bytes().decode(ENCODINGS.get(path, "utf-8"))
    return list(csv.reader(StringIO(text, newline="")))


def cells_of(path: str) -> list[dict[str, str]]:
    header, *rows = records(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("path", FILES)
def test_making_the_samples_again_gives_the_same_bytes(path: str) -> None:
    assert (ROOT / path).read_bytes() == FILES[path]


def test_nothing_else_lies_among_the_samples() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in Path(ROOT, "samples").rglob("*")
        if path.is_file()
    }

    assert found == {*FILES, "samples/README.md"} - {EXPECTED}


@pytest.mark.parametrize(
    ("path", "header", "rows"),
    [
        ("samples/salesforce/Task.csv", salesforce.HEADER, 62),
        ("samples/salesforce/accounts.csv", salesforce.LOOKUP_HEADER, 13),
        ("samples/salesforce/contacts.csv", salesforce.LOOKUP_HEADER, 33),
        ("samples/salesforce/opportunities.csv", salesforce.LOOKUP_HEADER, 13),
        ("samples/salesforce/Event.csv", salesforce_events.HEADER, 24),
        ("samples/salesforce/extract-tasks.csv", extracts.TASK_HEADER, 20),
        ("samples/salesforce/extract-events.csv", extracts.EVENT_HEADER, 12),
        ("samples/hubspot/meetings.csv", activities.MEETING_HEADER, 16),
        ("samples/hubspot/notes.csv", activities.NOTE_HEADER, 16),
        ("samples/hubspot/emails.csv", activities.EMAIL_HEADER, 16),
        ("samples/hubspot/tasks.csv", activities.TASK_HEADER, 16),
        ("samples/zoho/Calls_001.csv", zoho.CALL_HEADER, 18),
        ("samples/zoho/Meetings_001.csv", zoho.MEETING_HEADER, 18),
        ("samples/zoho/Tasks_001.csv", zoho.TASK_HEADER, 18),
        ("samples/zoho/accounts.csv", zoho.LOOKUP_HEADER, 12),
        ("samples/zoho/contacts.csv", zoho.LOOKUP_HEADER, 31),
        ("samples/zoho/deals.csv", zoho.LOOKUP_HEADER, 12),
        ("samples/dynamics/accounts.csv", dynamics.LOOKUP_HEADER, 12),
        ("samples/dynamics/contacts.csv", dynamics.LOOKUP_HEADER, 32),
        ("samples/dynamics/opportunities.csv", dynamics.LOOKUP_HEADER, 12),
        ("samples/hubspot/calls.csv", hubspot.HEADER, 25),
        ("samples/hubspot/companies.csv", hubspot.LOOKUP_HEADER, 12),
        ("samples/hubspot/contacts.csv", hubspot.LOOKUP_HEADER, 31),
        ("samples/hubspot/deals.csv", hubspot.LOOKUP_HEADER, 12),
    ],
)
def test_csv_samples_have_their_headers(
    path: str, header: tuple[str, ...], rows: int
) -> None:
    first, *rest = records(path)

    assert (tuple(first), len(rest)) == (header, rows)


def test_the_salesforce_sample_is_no_utf_8() -> None:
    with pytest.raises(UnicodeDecodeError):
        (ROOT / "samples/salesforce/Task.csv").read_text("utf-8")


def test_the_report_of_salesforce_ends_with_a_footer_and_is_no_utf_8() -> None:
    content = (ROOT / salesforce_report.PATH).read_bytes()

    assert content.endswith(f'"{salesforce_report.FOOTER[-1]}"\n'.encode())
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("phone-calls", dynamics.CALL_HEADER),
        ("appointments", dynamics.APPOINTMENT_HEADER),
    ],
)
def test_an_export_of_dynamics_hides_three_columns_and_a_sheet(
    name: str, header: tuple[str, ...]
) -> None:
    book = load_workbook(ROOT / "samples" / "dynamics" / f"{name}.xlsx")
    view, hidden = book.worksheets
    first, second = view.iter_rows(max_row=2, values_only=True)
    cells = dict(zip(header, second, strict=True))

    assert first == header
    assert [key for key, one in view.column_dimensions.items() if one.hidden] == [
        *"ABC"
    ]
    assert hidden.sheet_state == "veryHidden"
    assert isinstance(cells["(Do Not Modify) Modified On"], datetime)


def test_the_workbook_has_two_sheets_and_a_blank_row() -> None:
    book = fastexcel.read_excel(ROOT / generic.PATH)
    sheets = {
        name: book.load_sheet(name, dtypes="string", header_row=None).to_polars()
        for name in book.sheet_names
    }

    assert {name: sheet.height for name, sheet in sheets.items()} == {
        "Activities": 17,
        "Archive 2019": 11,
    }
    assert all(sheet.row(0) == generic.HEADER for sheet in sheets.values())
    assert set(sheets["Activities"].row(generic.BLANK_ROW - 1)) == {None}
    assert sheets["Activities"].row(10)[1] == "=SUM is what Liam asked about"
    assert sheets["Archive 2019"].row(1)[0] == "43483"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["source"])
def test_the_expected_outcomes_add_up(sample: dict[str, Any]) -> None:
    statuses = Counter(row["status"] for row in sample["rows"])

    assert sample["counts"] == {"read": len(sample["rows"]), **statuses}
    assert {row["code"] for row in sample["rows"]} <= OTHER_CODES | ISSUES.keys()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["source"])
def test_every_row_that_needs_a_person_has_its_remedy(sample: dict[str, Any]) -> None:
    wrong = {
        str(row["row"])
        for row in sample["rows"]
        if row["status"] in {"invalid", "rejected"}
    }

    assert set(sample["fixes"]) == wrong


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("samples/salesforce/accounts.csv", "accounts"),
        ("samples/salesforce/contacts.csv", "contacts"),
        ("samples/salesforce/opportunities.csv", "opportunities"),
        ("samples/hubspot/companies.csv", "accounts"),
        ("samples/hubspot/contacts.csv", "contacts"),
        ("samples/hubspot/deals.csv", "opportunities"),
        ("samples/zoho/accounts.csv", "accounts"),
        ("samples/zoho/contacts.csv", "contacts"),
        ("samples/zoho/deals.csv", "opportunities"),
        ("samples/dynamics/accounts.csv", "accounts"),
        ("samples/dynamics/contacts.csv", "contacts"),
        ("samples/dynamics/opportunities.csv", "opportunities"),
    ],
)
def test_lookups_lead_to_every_record_of_the_sandbox(
    path: str, collection: str
) -> None:
    found = {line["Reevo ID"] for line in cells_of(path)}

    assert {record["id"] for record in load_workspace()[collection]} <= found


def test_salesforce_ids_have_the_suffix_that_tells_capitals() -> None:
    ids = [line["Id"] for line in cells_of("samples/salesforce/Task.csv")]

    # Two examples of the published algorithm: capitals at 3 and 11; and none.
    assert salesforce.salesforce_id("00T", "T", 2) == "00T5g00000T0002EAB"
    assert salesforce.salesforce_id("001", "a", 7) == "0015g00000a0007AAA"
    assert {len(each) for each in ids} == {18}


def test_the_samples_cover_2019_to_2025() -> None:
    days = {
        line["ActivityDate"][:4] for line in cells_of("samples/salesforce/Task.csv")
    }

    assert days == {"", *(str(year) for year in range(2019, 2026))}
