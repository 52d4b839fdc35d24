"""Classic Outlook's calendar as CSV, from a PC in the United States."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.sample_makers.files import csv_text, sample_csv
from tests.sample_makers.parts import (
    STRANGER,
    Deal,
    Made,
    Sample,
    SampleRow,
    deals,
    load_workspace,
    office_hour,
    with_specials,
)

FOLDER = "samples/outlook"
HEADER = (
    "Subject",
    "Start Date",
    "Start Time",
    "End Date",
    "End Time",
    "All day event",
    "Reminder on/off",
    "Reminder Date",
    "Reminder Time",
    "Meeting Organizer",
    "Required Attendees",
    "Optional Attendees",
    "Meeting Resources",
    "Billing Information",
    "Categories",
    "Description",
    "Location",
    "Mileage",
    "Priority",
    "Private",
    "Sensitivity",
    "Show time as",
)
OWNER = "Sam Rivera"
NAMESAKE = "Alex Smith"
_GONE = "Robin Merged-Away"
_FIRST_DAY = datetime(2022, 3, 7, tzinfo=UTC)

Cells = dict[str, str]

_MEETINGS = (
    ("{company}: kick-off", "Agenda:\r\n1. {topic}\r\n2. dates", "Teams"),
    ("Visit at {company}", "", "Their office"),
    ("Demo for {first}", "Zoom: https://zoom.example/j/1", ""),
    ("Review: “{topic}”", "Bring the numbers.", "Room Größe"),
)


def outlook_made() -> Made:
    people = deals()
    rows = {number: _meeting(number, people) for number in range(2, 28)}
    sample = Sample(
        f"{FOLDER}/calendar.csv",
        "outlook-calendar",
        HEADER,
        with_specials(rows, _dropped(rows) | _specials(rows)),
    )
    contacts = csv_text(("Name", "Email", "Reevo ID"), _contacts())
    return Made(
        (sample,),
        {
            sample.path: sample_csv(sample, newline="\r\n").encode("windows-1252"),
            f"{FOLDER}/contacts.csv": contacts.encode(),
        },
    )


def _contacts() -> list[tuple[str, str, str]]:
    records = load_workspace()["contacts"]
    known = [(one["display_name"], one["primary_email"], one["id"]) for one in records]
    return [
        *known,
        (NAMESAKE, "alex.smith@harbor-coffee.example", records[0]["id"]),
        (NAMESAKE, "a.smith@tidewater.example.com", records[7]["id"]),
        (_GONE, "robin@granite-peak.example.net", STRANGER.format(7)),
    ]


def _dropped(rows: Mapping[int, Cells]) -> dict[int, SampleRow]:
    """Rows name Sam too, whom no lookup knows."""
    return dict.fromkeys(rows, SampleRow({}, "created", "lookup_dropped"))


def _meeting(number: int, people: list[Deal]) -> Cells:
    deal = people[(number * 13) % len(people)]
    subject, notes, place = _MEETINGS[number % len(_MEETINGS)]
    at = office_hour(_FIRST_DAY, 37 * number, number).replace(second=0)
    return {
        "Subject": deal.fill(subject),
        **_clock("Start", at),
        **_clock("End", at + timedelta(minutes=45)),
        **_clock("Reminder", at - timedelta(minutes=15)),
        "All day event": "False",
        "Reminder on/off": "True",
        "Meeting Organizer": OWNER,
        "Required Attendees": f"{OWNER};{deal.contact['display_name']}",
        "Optional Attendees": "Noor Haddad" if number % 5 == 0 else "",
        "Categories": "Customers" if number % 3 == 0 else "",
        "Description": deal.fill(notes),
        "Location": place,
        "Priority": "Normal",
        "Private": "False",
        "Sensitivity": "Normal",
        "Show time as": "2",
    }


def _clock(what: str, at: datetime) -> Cells:
    return {
        f"{what} Date": f"{at.month}/{at.day}/{at.year}",
        f"{what} Time": f"{at.hour % 12 or 12}:{at:%M:%S %p}",
    }


def _specials(rows: Mapping[int, Cells]) -> dict[int, SampleRow]:
    who, day = "Required Attendees", "Start Date"
    mail = f"{OWNER};ada.lindqvist@harbor-coffee.example"
    dropped = "lookup_dropped"
    return {
        4: SampleRow({who: mail}, "created", dropped),
        6: SampleRow(
            {"Subject": "Dentist", "Private": "True", who: "Dr. Who"},
            "skipped",
            "skipped_by_rule",
        ),
        9: SampleRow(
            {"Subject": "Focus time", "Meeting Organizer": "", who: ""},
            "skipped",
            "skipped_by_rule",
        ),
        12: SampleRow(
            {"Subject": "Stand-up", who: f"{OWNER};Noor Haddad"},
            "invalid",
            "no_link",
            {who: f"{OWNER};Jonas Underhill"},
        ),
        15: SampleRow(
            {who: NAMESAKE}, "invalid", "lookup_ambiguous", {who: "Jonas Underhill"}
        ),
        17: SampleRow(rows[16], "duplicate", dropped),
        20: SampleRow({day: "Tuesday"}, "invalid", "bad_time", {day: "4/16/2024"}),
        23: SampleRow(
            {day: "11/16/2204"}, "invalid", "future_time", {day: "4/16/2024"}
        ),
        25: SampleRow(
            {who: f"{OWNER};{_GONE}"},
            "rejected",
            "record_not_found",
            {who: "Jonas Underhill"},
        ),
    }
