"""Zoom reports: several tables in one file, a row per join."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tests.sample_makers.files import csv_text, lines_of
from tests.sample_makers.parts import (
    Deal,
    Made,
    Sample,
    SampleRow,
    deals,
    load_workspace,
    with_specials,
)

FOLDER = "samples/zoom"
WEBINAR = (
    "Topic",
    "Webinar ID",
    "Actual Start Time",
    "Actual Duration (minutes)",
    "# Registrants",
    "# Cancelled (registrants)",
    "Unique Viewers",
    "Total Users",
    "Max Concurrent Views",
    "Enable Registration",
)
STAFF = (
    "Attended",
    "User Name (Original Name)",
    "Email",
    "Join Time",
    "Leave Time",
    "Time in Session (minutes)",
    "Is Guest",
    "Country/Region Name",
)
ATTENDEES = (
    "Attended",
    "User Name (Original Name)",
    "First Name",
    "Last Name",
    "Email",
    "Organization",
    "Job Title",
    "Registration Time",
    "Approval Status",
    "Source Name",
    "Join Time",
    "Leave Time",
    "Time in Session (minutes)",
    "Is Guest",
    "Country/Region Name",
)
OTHERS = (
    "User Name",
    "Join Time",
    "Leave Time",
    "Time in Session (minutes)",
    "Country/Region Name",
)
MEETING = (
    "Topic",
    "Meeting ID",
    "Start Time",
    "End Time",
    "Duration (Minutes)",
    "Participants",
)
PARTICIPANTS = (
    "Name (Original Name)",
    "User Email",
    "Join Time",
    "Leave Time",
    "Duration (Minutes)",
    "Guest",
    "Recording Consent",
    "In Waiting Room",
)
_WEBINAR_START = datetime(2024, 10, 29, 20, 0, 12, tzinfo=UTC)
_MEETING_START = datetime(2024, 11, 6, 14, 0, 9, tzinfo=UTC)
_CLOCK = "%m/%d/%Y %H:%M:%S"

Cells = dict[str, str]
Line = tuple[str, ...]


def zoom_made() -> Made:
    (webinar, report), (meeting, participants) = _webinar(), _meeting()
    contacts = csv_text(("Name", "Email", "Reevo ID"), _contacts())
    return Made(
        (webinar, meeting),
        {
            webinar.path: report,
            meeting.path: participants,
            f"{FOLDER}/contacts.csv": contacts.encode(),
        },
    )


def _contacts() -> list[tuple[str, str, str]]:
    return [
        (one["display_name"], one["primary_email"], one["id"])
        for one in load_workspace()["contacts"]
    ]


def _webinar() -> tuple[Sample, bytes]:
    """The sample, and a file with a byte-order mark, a stray NUL and loose commas."""
    people = deals()
    rows = {number: _attendee(number, people) for number in range(13, 39)}
    sample = Sample(
        f"{FOLDER}/webinar.csv",
        "zoom-webinar",
        ATTENDEES,
        with_specials(rows, _combined(rows) | _webinar_specials(rows)),
        first_row=13,
        same=("Email",),
    )
    above = [
        "Attendee Report",
        'Report Generated:,"10/30/2024 09:12:44"',
        *_lines([WEBINAR, _webinar_line()]),
        "Host Details",
        *_lines([STAFF, _staff_line("Sam Rivera", "sam.rivera@sellers.example")]),
        "Panelist Details",
        *_lines([STAFF, _staff_line("Noor Haddad", "noor@sellers.example")]),
        "Attendee Details",
    ]
    table = _lines([sample.header, *lines_of(sample)])
    loose = [f"{line}," for line in table]
    below = ["Other Attended", *_lines([OTHERS, *map(_caller, (43, 57))])]
    text = "".join(f"{line}\r\n" for line in [*above, *loose, *below])
    with_nul = text.replace("Vera Gallagher", "Vera\0 Gallagher", 1)
    return sample, with_nul.encode("utf-8-sig")


def _lines(lines: Iterable[Iterable[object]]) -> list[str]:
    first, *rest = ([str(cell) for cell in line] for line in lines)
    return csv_text(first, rest, quote_all=False).splitlines()


def _webinar_line() -> Line:
    start = f"{_WEBINAR_START:{_CLOCK}}"
    title = "Latte art at home, part 2"
    return (title, "942 2996 0431", start, "65", "21", "1", "19", "22", "17", "Yes")


def _staff_line(name: str, email: str) -> Line:
    start, end = (_WEBINAR_START + timedelta(minutes=at) for at in (-8, 66))
    times = (f"{start:{_CLOCK}}", f"{end:{_CLOCK}}", "74")
    return ("Yes", name, email, *times, "No", "United States")


def _caller(number: int) -> Line:
    start, end = (_WEBINAR_START + timedelta(minutes=at) for at in (3, number))
    times = (f"{start:{_CLOCK}}", f"{end:{_CLOCK}}", str(number - 3))
    return (f"155501{number}", *times, "United States")


def _attendee(number: int, people: list[Deal]) -> Cells:
    """Two rows in five belong to the person of the row above: the line dropped."""
    place = number - (number % 5 in {2, 4})
    deal = people[place % len(people)]
    name = deal.contact["display_name"]
    first, last = name.split()
    joined = _WEBINAR_START + timedelta(minutes=number - 12, seconds=7 * number)
    minutes = 20 + number % 5
    registered = _WEBINAR_START - timedelta(days=place % 9 + 1, minutes=place)
    return {
        "Attended": "Yes",
        "User Name (Original Name)": name if place == number else f"{first}'s phone",
        "First Name": first,
        "Last Name": last,
        "Email": deal.contact["primary_email"],
        "Organization": deal.account["display_name"],
        "Job Title": "Owner" if place % 4 == 0 else "",
        "Registration Time": f"{registered:{_CLOCK}}",
        "Approval Status": "approved",
        "Source Name": "Newsletter" if place % 3 == 0 else "",
        "Join Time": f"{joined:{_CLOCK}}",
        "Leave Time": f"{joined + timedelta(minutes=minutes):{_CLOCK}}",
        "Time in Session (minutes)": str(minutes),
        "Is Guest": "Yes",
        "Country/Region Name": "Germany" if place % 2 else "United States",
    }


def _combined(rows: Mapping[int, Cells]) -> dict[int, SampleRow]:
    """Rows of a person who stands in the row above too."""
    above: dict[int, Cells] = {number + 1: cells for number, cells in rows.items()}
    return {
        number: SampleRow({}, "created", "combined")
        for number, cells in rows.items()
        if cells["Email"] == above.get(number, {}).get("Email")
    }


def _webinar_specials(rows: Mapping[int, Cells]) -> dict[int, SampleRow]:
    away = dict.fromkeys(("Join Time", "Leave Time", "Time in Session (minutes)"), "--")
    absent = {"Attended": "No", "Country/Region Name": "", "Is Guest": "", **away}
    unknown = {"Email": "someone@nowhere.example", "First Name": "Some"}
    return {
        15: SampleRow({"Email": ""}, "skipped", "skipped_by_rule"),
        20: SampleRow(absent, "skipped", "skipped_by_rule"),
        21: SampleRow({}, "created", "nul_dropped"),
        25: SampleRow(
            unknown, "invalid", "lookup_no_match", {"Email": rows[25]["Email"]}
        ),
        30: SampleRow(
            {"Email": "tidewater"},
            "invalid",
            "lookup_no_match",
            {"Email": rows[30]["Email"]},
        ),
        35: SampleRow(absent, "skipped", "skipped_by_rule"),
        37: SampleRow({"Time in Session (minutes)": "-3"}, "created", "combined"),
    }


def _meeting() -> tuple[Sample, bytes]:
    people = deals()
    rows = {number: _participant(number, people) for number in range(5, 16)}
    sample = Sample(
        f"{FOLDER}/meeting.csv",
        "zoom-meeting",
        PARTICIPANTS,
        with_specials(rows, _meeting_specials(rows)),
        first_row=5,
        same=(),
    )
    start, end = (_MEETING_START + timedelta(minutes=at) for at in (0, 48))
    line = (
        "Espresso machines, second round",
        "861 5520 7741",
        f"{start:%m/%d/%Y %I:%M:%S %p}",
        f"{end:%m/%d/%Y %I:%M:%S %p}",
        "48",
        "7",
    )
    table = _lines([sample.header, *lines_of(sample)])
    text = "".join(f"{each}\r\n" for each in [*_lines([MEETING, line]), "", *table])
    return sample, text.encode("utf-8-sig")


def _participant(number: int, people: list[Deal]) -> Cells:
    """Guests have no address; some come twice."""
    place = number - (number % 4 == 3)
    deal = people[(place * 12) % len(people)]
    guest = place % 3 != 0
    joined = _MEETING_START + timedelta(minutes=number - 4, seconds=number)
    return {
        "Name (Original Name)": deal.contact["display_name"],
        "User Email": "" if guest else deal.contact["primary_email"],
        "Join Time": f"{joined:%m/%d/%Y %I:%M:%S %p}",
        "Leave Time": f"{joined + timedelta(minutes=20):%m/%d/%Y %I:%M:%S %p}",
        "Duration (Minutes)": "20",
        "Guest": "Yes" if guest else "No",
        "Recording Consent": "",
        "In Waiting Room": "No",
    }


def _meeting_specials(rows: Mapping[int, Cells]) -> Mapping[int, SampleRow]:
    """All rows that are not skipped are one activity."""
    sam = {
        "Name (Original Name)": "Sam Rivera",
        "User Email": "sam.rivera@sellers.example",
        "Guest": "No",
    }
    return dict.fromkeys(rows, SampleRow({}, "created", "combined")) | {
        5: SampleRow(sam, "created", "lookup_dropped"),
        8: SampleRow({"In Waiting Room": "Yes"}, "skipped", "skipped_by_rule"),
        12: SampleRow({"Name (Original Name)": "iPhone"}, "created", "combined"),
    }
