"""A Zoho CRM data backup: calls, meetings and tasks, with ids and names in pairs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from tests.sample_makers.files import csv_text, sample_csv
from tests.sample_makers.parts import (
    STRANGER,
    Deal,
    Made,
    Sample,
    SampleRow,
    deals,
    invalid,
    lookup_lines,
    office_hour,
    rejected,
    repeated,
    series,
    skipped,
)

CALL_HEADER = (
    "Record Id",
    "Call Type",
    "Call Purpose",
    "Subject",
    "Call Start Time",
    "Call Duration",
    "Call Duration (in seconds)",
    "Contact Name.id",
    "Contact Name",
    "Related To.id",
    "Related To",
    "Call Owner.id",
    "Call Owner",
    "Description",
    "Call Agenda",
    "Call Result",
    "Call Status",
    "Caller ID",
    "Dialled Number",
    "Voice Recording",
    "Created Time",
    "Modified Time",
)
MEETING_HEADER = (
    "Record Id",
    "Title",
    "From",
    "To",
    "Location",
    "Meeting Type",
    "Contact Name.id",
    "Contact Name",
    "Related To.id",
    "Related To",
    "Created Time",
    "Modified Time",
    "Record Status",
)
TASK_HEADER = (
    "Record Id",
    "Task Owner.id",
    "Task Owner",
    "Subject",
    "Due Date",
    "Status",
    "Priority",
    "Contact Name.id",
    "Contact Name",
    "Related To.id",
    "Related To",
    "Related To Module",
    "Description",
    "Closed Time",
    "Created Time",
    "Modified Time",
    "Record Status",
)
LOOKUP_HEADER = ("Zoho ID", "Name", "Reevo ID")
LAST_ROW = 19
_FIRST_DAY = datetime(2021, 6, 7, tzinfo=UTC)
_OWNERS = ("Sam Rivera", "Noor Haddad")

Cells = dict[str, str]
Maker = Callable[[int, list[Deal]], SampleRow]


def zoho_id(kind: int, number: int) -> str:
    return f"zcrm_5540230000{kind:02}{number:06}"


def account_id(number: int) -> str:
    return zoho_id(11, number)


def contact_id(number: int) -> str:
    return zoho_id(21, number)


def deal_id(number: int) -> str:
    return zoho_id(41, number)


GONE = contact_id(990)
_NOBODY = {"Contact Name.id": "", "Contact Name": ""}
_NOTHING = {"Related To.id": "", "Related To": "", "Related To Module": ""}
_SOMEBODY = {"Contact Name.id": contact_id(3)}


def zoho_made() -> Made:
    samples = (calls(), meetings(), tasks())
    files = {
        each.path: sample_csv(each).encode(
            "utf-8-sig" if "Tasks" in each.path else "utf-8"
        )
        for each in samples
    }
    lookups = {
        f"samples/zoho/{name}": csv_text(LOOKUP_HEADER, lines).encode()
        for name, lines in zoho_lookups().items()
    }
    return Made(samples, files | lookups)


def zoho_lookups() -> dict[str, list[tuple[str, str, str]]]:
    """Lines of each lookup file, by its name."""
    kinds = (
        ("accounts.csv", "accounts", account_id),
        ("contacts.csv", "contacts", contact_id),
        ("deals.csv", "opportunities", deal_id),
    )
    lines = lookup_lines(kinds)
    lines["contacts.csv"].append((GONE, "Kim Left-Long-Ago", STRANGER.format(4)))
    return lines


def calls() -> Sample:
    at = "Call Start Time"
    special = {
        4: skipped({"Call Status": "Scheduled"}),
        7: skipped({"Call Status": "Cancelled"}),
        8: repeated(_call(6, deals()).cells),
        11: invalid(
            "bad_time", {at: "2023-06-31 10:00:00"}, {at: "2023-06-30 10:00:00"}
        ),
        **_wrong_links(),
    }
    return _sample("Calls_001", "zoho-calls", CALL_HEADER, _call, special)


def meetings() -> Sample:
    special = {
        5: skipped({"Record Status": "Trash"}),
        9: invalid(
            "future_time",
            {"From": "2204-06-01 10:00:00"},
            {"From": "2024-06-01 10:00:00"},
        ),
        11: invalid("required", {"From": ""}, {"From": "2023-06-30 10:00:00"}),
        **_wrong_links(),
    }
    return _sample("Meetings_001", "zoho-meetings", MEETING_HEADER, _meeting, special)


def tasks() -> Sample:
    open_ = {"Closed Time": ""}
    special = {
        3: skipped({"Status": "Not Started", **open_}),
        6: skipped({"Status": "Waiting for input", **open_}),
        9: skipped({"Status": "Deferred", **open_}),
        10: skipped({"Record Status": "Trash"}),
        11: invalid("required", {"Due Date": "", **open_}, {"Due Date": "2023-06-30"}),
        **_wrong_links(),
    }
    return _sample("Tasks_001", "zoho-tasks", TASK_HEADER, _task, special)


def _sample(
    file: str,
    mapping: str,
    header: tuple[str, ...],
    row: Maker,
    special: Mapping[int, SampleRow],
) -> Sample:
    people = deals()
    rows = series(LAST_ROW, lambda number: row(number, people), special)
    return Sample(f"samples/zoho/{file}.csv", mapping, header, rows)


def _wrong_links() -> Mapping[int, SampleRow]:
    custom = {"Related To.id": zoho_id(77, 3), "Related To": "Ticket 3"}
    unknown = {"Contact Name.id": contact_id(404), "Contact Name": "Kit Newman"}
    return {
        12: invalid("no_link", _NOBODY | _NOTHING, _SOMEBODY),
        14: invalid("lookup_no_match", unknown | _NOTHING, _SOMEBODY),
        15: rejected({"Contact Name.id": GONE, **_NOTHING}, _SOMEBODY),
        17: SampleRow(custom, code="lookup_dropped"),
    }


def _links(number: int, deal: Deal) -> Cells:
    contact, account = deal.numbers
    person = {
        "Contact Name.id": contact_id(contact),
        "Contact Name": deal.contact["display_name"],
    }
    if number % 3 == 0:
        return person | _NOTHING
    if number % 3 == 1:
        related = (deal_id(account), deal.opportunity["display_name"], "Potentials")
    else:
        related = (account_id(account), deal.account["display_name"], "Accounts")
    return person | dict(zip(_NOTHING, related, strict=True))


def _at(number: int) -> datetime:
    return office_hour(_FIRST_DAY, 57 * number, number)


def _written(at: datetime) -> Cells:
    return dict.fromkeys(("Created Time", "Modified Time"), f"{at:%Y-%m-%d %H:%M:%S}")


def _call(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 7) % len(people)]
    links = _links(number, deal)
    missed = number % 5 == 4
    seconds = 0 if missed else 37 * number
    cells = {
        "Record Id": zoho_id(31, number),
        "Call Type": "Missed" if missed else ("Outbound", "Inbound")[number % 2],
        "Call Purpose": ("Prospecting", "Negotiation", "")[number % 3],
        "Subject": deal.fill("Call with {first}" if number % 4 else ""),
        "Call Start Time": f"{_at(number):%Y-%m-%d %H:%M:%S}",
        "Call Duration": f"{seconds // 60:02}:{seconds % 60:02}",
        "Call Duration (in seconds)": str(seconds),
        "Call Owner.id": zoho_id(1, number % 2),
        "Call Owner": _OWNERS[number % 2],
        "Description": "" if missed else deal.fill("{name} asked about {topic}."),
        "Call Result": "" if missed else "Interested",
        "Call Status": "Missed" if missed else "Completed",
        "Dialled Number": f"+15550100{number:02}",
    }
    return SampleRow(links | cells | _written(_at(number)))


def _meeting(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 11) % len(people)]
    links = _links(number, deal)
    start = _at(number).replace(second=0)
    cells = {
        "Record Id": zoho_id(32, number),
        "Title": deal.fill(
            "{topic}: webinar" if number % 6 == 1 else "Visit to {company}"
        ),
        "From": f"{start:%Y-%m-%d %H:%M:%S}",
        "To": f"{start + timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
        "Location": "Online" if number % 6 == 1 else deal.fill("{company}, reception"),
        "Record Status": "Available",
    }
    return SampleRow(links | cells | _written(start))


def _task(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 13) % len(people)]
    links = _links(number, deal)
    at = _at(number)
    cells = {
        "Record Id": zoho_id(33, number),
        "Task Owner.id": zoho_id(1, number % 2),
        "Task Owner": _OWNERS[number % 2],
        "Subject": deal.fill("Send {first} the papers"),
        "Due Date": f"{at:%Y-%m-%d}",
        "Status": "Completed",
        "Priority": ("High", "Normal", "Lowest")[number % 3],
        "Description": deal.fill("{topic}:\nwith the new terms") if number % 2 else "",
        "Closed Time": "" if number % 6 == 4 else f"{at:%Y-%m-%d %H:%M:%S}",
        "Record Status": "Available",
    }
    return SampleRow(links | cells | _written(at))
