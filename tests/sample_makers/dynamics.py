"""Dynamics 365, Export to Excel: three hidden columns, a hidden sheet, real dates."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.sample_makers.files import csv_text, hiding_workbook_bytes
from tests.sample_makers.parts import (
    STRANGER,
    Cell,
    Deal,
    Made,
    Sample,
    SampleRow,
    deals,
    invalid,
    load_workspace,
    office_hour,
    rejected,
    series,
    skipped,
)

HIDDEN = ("Row Checksum", "Modified On")
CALL_HEADER = (
    "(Do Not Modify) Phone Call",
    *(f"(Do Not Modify) {name}" for name in HIDDEN),
    "Subject",
    "Regarding",
    "Recipient",
    "Due",
    "Actual End",
    "Activity Status",
    "Direction",
    "Assigned To",
    "Description",
)
APPOINTMENT_HEADER = (
    "(Do Not Modify) Appointment",
    *(f"(Do Not Modify) {name}" for name in HIDDEN),
    "Subject",
    "Status",
    "Start Time",
    "End Time",
    "Regarding",
    "Location",
    "Sends Email Invitation - Required Attendees",
    "Category",
)
LOOKUP_HEADER = ("Name", "Reevo ID")
LAST_ROW = 19
GONE = "Kim Left-Long-Ago"
_ATTENDEES = "Sends Email Invitation - Required Attendees"
_FIRST_DAY = datetime(2022, 9, 5, tzinfo=UTC)
_OWNERS = ("Sam Rivera", "Noor Haddad")

Cells = dict[str, Cell]
Maker = Callable[[int, list[Deal]], SampleRow]


def dynamics_made() -> Made:
    samples = (calls(), appointments())
    books = {
        each.path: hiding_workbook_bytes(
            replace(each, sheet="My View"), hidden_columns=3
        )
        for each in samples
    }
    lookups = {
        f"samples/dynamics/{name}.csv": csv_text(LOOKUP_HEADER, lines).encode()
        for name, lines in dynamics_lookups().items()
    }
    return Made(samples, books | lookups)


def dynamics_lookups() -> dict[str, list[tuple[str, str]]]:
    """Lines of each lookup file, by its name: Dynamics exports names only."""
    lines = {
        name: [(one["display_name"], one["id"]) for one in records]
        for name, records in load_workspace().items()
    }
    lines["contacts"] += [
        (GONE, STRANGER.format(5)),
        ("Ada Lindqvist ", load_workspace()["contacts"][4]["id"]),
    ]
    return lines


def calls() -> Sample:
    no_time = {"Due": "", "Actual End": ""}
    special = {
        4: skipped({"Activity Status": "Open", "Actual End": ""}),
        8: skipped({"Activity Status": "Canceled"}),
        9: invalid("required", no_time, {"Due": "2023-09-29"}),
        12: invalid("bad_time", {"Actual End": "Friday"}, {"Actual End": "2023-09-29"}),
        **_wrong_links("Recipient"),
    }
    header, path = CALL_HEADER, "samples/dynamics/phone-calls.xlsx"
    return _sample(path, "dynamics-phone-calls", header, _call, special)


def appointments() -> Sample:
    start = "Start Time"
    special = {
        4: skipped({"Status": "Canceled"}),
        9: invalid(
            "future_time",
            {start: _naive(_FIRST_DAY.replace(year=2204))},
            {start: "2024-09-02"},
        ),
        12: invalid("bad_time", {start: "Friday"}, {start: "2023-09-29"}),
        **_wrong_links(_ATTENDEES),
    }
    header, path = APPOINTMENT_HEADER, "samples/dynamics/appointments.xlsx"
    return _sample(path, "dynamics-appointments", header, _appointment, special)


def _sample(
    path: str,
    mapping: str,
    header: tuple[str, ...],
    row: Maker,
    special: Mapping[int, SampleRow],
) -> Sample:
    people = deals()
    rows = series(LAST_ROW, lambda number: row(number, people), special)
    return Sample(path, mapping, header, rows)


def _wrong_links(people_column: str) -> Mapping[int, SampleRow]:
    nobody = {"Regarding": "", people_column: ""}
    somebody = {people_column: "Hiro Sørensen"}
    twice = {"Regarding": "", people_column: "Ada Lindqvist"}
    return {
        13: invalid("no_link", nobody, somebody),
        15: invalid("lookup_ambiguous", twice, somebody),
        17: rejected({"Regarding": "", people_column: GONE}, somebody),
    }


def _hidden(kind: str, number: int, at: datetime) -> Cells:
    digest = hashlib.sha256(f"{kind} {number}".encode()).hexdigest()
    return {
        f"(Do Not Modify) {kind}": str(UUID(digest[:32])),
        "(Do Not Modify) Row Checksum": f"{digest[:40]}==",
        "(Do Not Modify) Modified On": _naive(at + timedelta(days=1)),
    }


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None, second=0)


def _call(number: int, people: list[Deal]) -> SampleRow:
    # Not the first: two contacts of the lookup bear her name.
    deal = people[1 + (number * 7) % (len(people) - 1)]
    at = office_hour(_FIRST_DAY, 43 * number, number)
    regarding = _regarding(number, deal)
    cells: Cells = {
        "Subject": deal.fill("Call with {first}: {topic}"),
        "Regarding": regarding,
        "Recipient": deal.contact["display_name"],
        "Due": _naive(at - timedelta(hours=2)),
        "Actual End": "" if number % 6 == 5 else _naive(at),
        "Activity Status": "Completed",
        "Direction": ("Outgoing", "Incoming")[number % 2],
        "Assigned To": _OWNERS[number % 2],
        "Description": deal.fill(
            '<div class="ck-content"><p>Wants <strong>two</strong> offers.</p></div>'
            if number % 3
            else "Plain text of an older app:\nno tags & no fuss."
        ),
    }
    return SampleRow(_hidden("Phone Call", number, at) | cells)


def _appointment(number: int, people: list[Deal]) -> SampleRow:
    deal = people[1 + (number * 11) % (len(people) - 1)]
    at = office_hour(_FIRST_DAY, 51 * number, number)
    regarding = _regarding(number, deal)
    attendees = [deal.contact["display_name"], _OWNERS[number % 2]]
    cells: Cells = {
        "Subject": deal.fill(
            "{topic}: webinar" if number % 5 == 1 else "Visit: {company}"
        ),
        "Status": "Completed" if number % 3 else "Scheduled",
        "Start Time": _naive(at),
        "End Time": _naive(at + timedelta(hours=1)),
        "Regarding": regarding,
        "Location": "Online" if number % 5 == 1 else deal.fill("{company}"),
        _ATTENDEES: "; ".join(attendees),
    }
    # A colleague among the attendees is no contact.
    return SampleRow(_hidden("Appointment", number, at) | cells, code="lookup_dropped")


def _regarding(number: int, deal: Deal) -> str:
    if number % 3 == 0:
        return ""
    which = deal.account if number % 3 == 1 else deal.opportunity
    return which["display_name"]
