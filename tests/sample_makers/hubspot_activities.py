"""HubSpot exports of meetings, notes, e-mails and tasks: a file for each of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from tests.sample_makers.files import sample_csv
from tests.sample_makers.hubspot import MERGED_CONTACT, company_id, contact_id, links
from tests.sample_makers.parts import (
    Deal,
    Made,
    Sample,
    SampleRow,
    deals,
    invalid,
    office_hour,
    rejected,
    repeated,
    series,
    skipped,
)

_LINKS = (
    "Associated Contact IDs",
    "Associated Company IDs",
    "Associated Deal IDs",
)
MEETING_HEADER = (
    "Record ID",
    "Meeting name",
    "Meeting start time",
    "Meeting end time",
    "Meeting outcome",
    "Meeting description",
    "Internal Meeting Notes",
    "Activity date",
    "Activity assigned to",
    *_LINKS,
)
NOTE_HEADER = (
    "Record ID",
    "Note body",
    "Activity date",
    "Activity assigned to",
    *_LINKS,
)
# With internal names, as the export offers them, and the times that go with them.
EMAIL_HEADER = (
    "hs_object_id",
    "hs_email_subject",
    "hs_timestamp",
    "hs_email_direction",
    "hs_email_from_email",
    "hs_email_html",
    "hubspot_owner_id",
    *_LINKS,
)
TASK_HEADER = (
    "Record ID",
    "Task Title",
    "Task Type",
    "Task Status",
    "Priority",
    "Due date",
    "Completion date",
    "Task body",
    "Assigned to",
    *_LINKS,
)
LAST_ROW = 17
Maker = Callable[[int, list[Deal]], SampleRow]
_FIRST_DAY = datetime(2022, 2, 7, tzinfo=UTC)
_OWNERS = ("Sam Rivera", "Noor Haddad", "")
_COMPANY, _CONTACTS = "Associated Company IDs", "Associated Contact IDs"


def hubspot_activities_made() -> Made:
    samples = (meetings(), notes(), emails(), tasks())
    return Made(samples, {each.path: sample_csv(each).encode() for each in samples})


def meetings() -> Sample:
    people = deals()
    start = "Meeting start time"
    special = {
        5: skipped({"Meeting outcome": "CANCELED"}),
        7: skipped({"Meeting outcome": "NO_SHOW"}),
        9: skipped({"Meeting outcome": "RESCHEDULED"}),
        11: invalid("bad_time", {start: "after lunch"}, {start: "2023-03-01 13:30"}),
        13: repeated(_meeting(6, people).cells),
        **_wrong_links(),
        16: invalid(
            "future_time",
            {start: "2204-03-01 10:00", "Meeting outcome": "SCHEDULED"},
            {start: "2024-03-01 10:00"},
        ),
    }
    return _sample("meetings", MEETING_HEADER, _meeting, special)


def notes() -> Sample:
    at = "Activity date"
    special = {
        4: skipped({"Note body": ""}),
        9: invalid("required", {at: ""}, {at: "2023-03-01 13:30"}),
        **_wrong_links(),
        16: SampleRow(
            {"Note body": f"<p>{_LONG}</p><p>Ask again.</p>"}, code="truncated"
        ),
    }
    return _sample("notes", NOTE_HEADER, _note, special)


def emails() -> Sample:
    people = deals()
    at = "hs_timestamp"
    special = {
        6: repeated(_email(3, people).cells),
        9: invalid("bad_time", {at: "31.06.2023"}, {at: "2023-06-30T08:00:00Z"}),
        **_wrong_links(),
    }
    return _sample("emails", EMAIL_HEADER, _email, special)


def tasks() -> Sample:
    done, due = "Completion date", "Due date"
    special = {
        4: skipped({"Task Status": "NOT_STARTED", done: ""}),
        8: skipped({"Task Status": "DEFERRED", done: ""}),
        9: skipped({"Task Status": "WAITING", done: ""}),
        11: invalid("required", {done: "", due: ""}, {due: "2023-03-01"}),
        **_wrong_links(),
    }
    return _sample("tasks", TASK_HEADER, _task, special)


_LONG = "Long minutes of a long day, " + "in which everybody said a little more, " * 7


def _sample(
    name: str,
    header: tuple[str, ...],
    row: Maker,
    special: Mapping[int, SampleRow],
) -> Sample:
    people = deals()
    rows = series(LAST_ROW, lambda number: row(number, people), special)
    return Sample(f"samples/hubspot/{name}.csv", f"hubspot-{name}", header, rows)


def _wrong_links() -> Mapping[int, SampleRow]:
    two = f"{company_id(2)};{company_id(3)}"
    nowhere = dict.fromkeys(_LINKS, "")
    return {
        12: invalid("lookup_no_match", {_COMPANY: two}, {_COMPANY: company_id(2)}),
        14: invalid("no_link", nowhere, {_CONTACTS: contact_id(8)}),
        15: rejected({_CONTACTS: MERGED_CONTACT}, {_CONTACTS: contact_id(4)}),
    }


def _at(number: int) -> datetime:
    return office_hour(_FIRST_DAY, 59 * number, number)


_MEETINGS = (
    (
        "Kick-off with {company}",
        "<p>Agenda:</p><ol><li>{topic}</li><li>dates</li></ol>",
    ),
    ("{first} / prices", ""),
    (
        "Webinar: planning with {topic}",
        "<p>Recording is <a href='https://example.com/r'>here</a>.</p>",
    ),
    ("Quarterly review", "<div>{name} &amp; team were <em>happy</em>.</div>"),
)


def _meeting(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 5) % len(people)]
    name, body = _MEETINGS[number % len(_MEETINGS)]
    start = _at(number).replace(second=0)
    return SampleRow(
        links(number, deal)
        | {
            "Record ID": str(40118840000 + 137 * number),
            "Meeting name": deal.fill(name),
            "Meeting start time": f"{start:%Y-%m-%d %H:%M}",
            "Meeting end time": f"{start + timedelta(minutes=45):%Y-%m-%d %H:%M}",
            "Meeting outcome": "" if number % 4 == 3 else "COMPLETED",
            "Meeting description": deal.fill(body),
            "Internal Meeting Notes": "<p>Bring samples.</p>"
            if number % 5 == 0
            else "",
            "Activity date": f"{start:%Y-%m-%d %H:%M}",
            "Activity assigned to": _OWNERS[number % 3],
        }
    )


_NOTES = (
    "<p>{first} moves to another team in <b>June</b>.</p><p>Who follows?</p>",
    "<div>{topic}:<ul><li>5&nbsp;% less</li><li>&lt; 3 suppliers</li></ul></div>",
    "Rang back, nobody there.",
    '<p>Grüße von "{name}" 🙂</p>',
)


def _note(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 11) % len(people)]
    return SampleRow(
        links(number, deal)
        | {
            "Record ID": str(50118840000 + 113 * number),
            "Note body": deal.fill(_NOTES[number % len(_NOTES)]),
            "Activity date": f"{_at(number):%Y-%m-%d %H:%M}",
            "Activity assigned to": _OWNERS[number % 3],
        }
    )


_EMAILS = (
    ("{topic}: offer", "<p>Hello {first},</p><p>here is the offer.</p><br>Sam"),
    (
        "Re: {topic}",
        "<div>Thanks!<br><br>On Monday you wrote:</div><blockquote>Hello</blockquote>",
    ),
    ("", "<p>See below.</p>"),
)


def _email(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 7) % len(people)]
    subject, body = _EMAILS[number % len(_EMAILS)]
    incoming = number % 3 == 1
    ours, theirs = "sam.rivera@example.com", deal.contact["primary_email"]
    at = _at(number)
    written = (
        f"{at:%Y-%m-%dT%H:%M:%S.000Z}" if number % 2 else f"{at.timestamp():.0f}000"
    )
    return SampleRow(
        links(number, deal)
        | {
            "hs_object_id": str(60118840000 + 127 * number),
            "hs_email_subject": deal.fill(subject),
            "hs_timestamp": written,
            "hs_email_direction": "INCOMING_EMAIL" if incoming else "EMAIL",
            "hs_email_from_email": theirs if incoming else ours,
            "hs_email_html": deal.fill(body),
            "hubspot_owner_id": str(4711 + number % 2),
        }
    )


_TASKS = (
    ("Call {first}", "CALL", "<p>About {topic}.</p>"),
    ("Send the offer to {company}", "TODO", ""),
    ("Connect with {name}", "LINKED_IN_CONNECT", "<p>Mention the fair.</p>"),
    ("Prepare the meeting", "MEETING", ""),
    ("Write to {first}", "EMAIL", "<p>Short &amp; friendly.</p>"),
)


def _task(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 13) % len(people)]
    title, kind, body = _TASKS[number % len(_TASKS)]
    at = _at(number)
    done = "" if number % 7 == 3 else f"{at:%Y-%m-%d %H:%M}"
    return SampleRow(
        links(number, deal)
        | {
            "Record ID": str(70118840000 + 149 * number),
            "Task Title": deal.fill(title),
            "Task Type": kind,
            "Task Status": "COMPLETED",
            "Priority": ("HIGH", "MEDIUM", "")[number % 3],
            "Due date": f"{at - timedelta(days=1):%Y-%m-%d} 08:00",
            "Completion date": done,
            "Task body": deal.fill(body),
            "Assigned to": _OWNERS[number % 3],
        }
    )
