"""Pipedrive activities: links are names, some dates are Excel numbers."""

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

FOLDER = "samples/pipedrive"
HEADER = (
    "Activity - ID",
    "Activity - Subject",
    "Activity - Type",
    "Activity - Due date",
    "Activity - Due time",
    "Activity - Duration",
    "Activity - Done",
    "Activity - Marked as done time",
    "Activity - Creation date",
    "Activity - Assigned to user",
    "Activity - Note",
    "Activity - Deal",
    "Activity - Organization",
    "Activity - Contact person",
)
ROWS = 30
NAMESAKE = "Alex Smith"
LOST_DEAL = "Old pilot"
_FIRST_DAY = datetime(2022, 2, 7, tzinfo=UTC)
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)

Cells = dict[str, str]

_TOUCHES: tuple[tuple[str, str, str, str], ...] = (
    (
        "Call with {first}",
        "Call",
        "00:15",
        "<p>Went through {topic}.</p><ul><li>price &amp; terms</li></ul>",
    ),
    ("Visit at {company}", "Meeting", "01:30", "Met {name},<br>and the owner."),
    ("Offer for {topic}", "Email", "", ""),
    ("Lunch with {first}", "Lunch", "01:00", "Spoke of «Größe» and the new shop."),
    ("Note to {first}", "LinkedIn message", "", "<div>Thanked for the intro.</div>"),
    ("Send the price list", "Task", "", ""),
    ("Spring webinar", "Webinar seat", "00:45", "{name} asked two things."),
    ("", "Call", "00:05", ""),
)


def pipedrive_made() -> Made:
    people = deals()
    rows = {number: _activity(number, people) for number in range(2, ROWS + 2)}
    sample = Sample(
        f"{FOLDER}/activities.csv",
        "pipedrive-activities",
        HEADER,
        with_specials(rows, _specials(rows)),
    )
    lookups = {
        f"{FOLDER}/{name}.csv": csv_text((title, "Reevo ID"), lines).encode()
        for name, (title, lines) in _lookups().items()
    }
    text = sample_csv(sample, quote_all=False)
    return Made((sample,), {sample.path: text.encode(), **lookups})


def _lookups() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The first column's header and the lines of each lookup file."""
    known = {
        name: [(one["display_name"], one["id"]) for one in records]
        for name, records in load_workspace().items()
    }
    first, second = known["contacts"][3][1], known["contacts"][8][1]
    namesakes = [(NAMESAKE, first), (NAMESAKE, second)]
    lost = [(LOST_DEAL, STRANGER.format(5))]
    return {
        "accounts": ("Name", known["accounts"]),
        "contacts": ("Name", known["contacts"] + namesakes),
        "deals": ("Title", known["opportunities"] + lost),
    }


def _activity(number: int, people: list[Deal]) -> Cells:
    deal = people[(number * 11) % len(people)]
    subject, kind, duration, note = _TOUCHES[number % len(_TOUCHES)]
    at = office_hour(_FIRST_DAY, 29 * number, number)
    return {
        "Activity - ID": str(4100 + number),
        "Activity - Subject": deal.fill(subject),
        "Activity - Type": kind,
        "Activity - Duration": duration,
        "Activity - Done": "Done",
        "Activity - Creation date": f"{at - timedelta(days=3):%Y-%m-%d %H:%M:%S}",
        "Activity - Assigned to user": "Sam Rivera" if number % 2 else "Noor Haddad",
        "Activity - Note": deal.fill(note),
        **_times(number, at),
        **_links(number, deal),
    }


def _times(number: int, at: datetime) -> Cells:
    """Of some activities only the due date is known; of a few as an Excel number."""
    if number % 7 == 3:
        return {"Activity - Due date": f"{(at - _DAY_ZERO).days}.0"}
    done = "" if number % 5 == 4 else f"{at:%Y-%m-%d %H:%M:%S}"
    return {
        "Activity - Due date": f"{at:%Y-%m-%d}",
        "Activity - Due time": f"{at:%H:%M}" if number % 3 else "",
        "Activity - Marked as done time": done,
    }


def _links(number: int, deal: Deal) -> Cells:
    return {
        "Activity - Organization": deal.account["display_name"],
        "Activity - Contact person": deal.contact["display_name"] if number % 6 else "",
        "Activity - Deal": deal.opportunity["display_name"] if number % 4 == 0 else "",
    }


def _specials(rows: Mapping[int, Cells]) -> Mapping[int, SampleRow]:
    done, due, clock = (
        "Activity - Marked as done time",
        "Activity - Due date",
        "Activity - Due time",
    )
    person, organization, deal = (
        "Activity - Contact person",
        "Activity - Organization",
        "Activity - Deal",
    )
    to_do = SampleRow(
        {"Activity - Done": "Undone", done: ""}, "skipped", "skipped_by_rule"
    )
    return {
        5: to_do,
        11: to_do,
        22: to_do,
        28: SampleRow({**to_do.cells, due: "2204-11-05"}, "skipped", "skipped_by_rule"),
        7: SampleRow(
            {done: "", due: "next week", clock: ""},
            "invalid",
            "bad_time",
            {due: "2022-09-06"},
        ),
        9: SampleRow(
            {organization: "Harbour Cofee"},
            "invalid",
            "lookup_no_match",
            {organization: "Harbor Coffee Roasters"},
        ),
        13: SampleRow(rows[12], "duplicate", "repeated"),
        16: SampleRow(
            {person: NAMESAKE},
            "invalid",
            "lookup_ambiguous",
            {person: rows[16][person]},
        ),
        19: SampleRow(
            {person: "", organization: "", deal: ""},
            "invalid",
            "no_link",
            {organization: "Quarry Street Books"},
        ),
        25: SampleRow({deal: LOST_DEAL}, "rejected", "record_not_found", {deal: ""}),
        26: SampleRow(
            {done: "", due: "2204-11-05", clock: ""},
            "invalid",
            "future_time",
            {due: "2024-11-05"},
        ),
    }
