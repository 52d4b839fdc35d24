"""A weekly Salesforce export: Task.csv as it comes, and as people leave it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.sample_makers.parts import (
    STRANGER,
    Deal,
    Sample,
    SampleRow,
    deals,
    load_workspace,
    lookup_lines,
    office_hour,
)

_HEADER_TEXT = """
    Id WhoId WhatId WhoCount WhatCount Subject ActivityDate Status Priority OwnerId
    Description CurrencyIsoCode Type IsDeleted AccountId IsClosed CreatedDate
    CreatedById LastModifiedDate LastModifiedById SystemModstamp IsArchived
    EmailMessageId ActivityOriginType CallDurationInSeconds CallType CallDisposition
    CallObject ReminderDateTime IsReminderSet RecurrenceActivityId IsRecurrence
    RecurrenceStartDateOnly RecurrenceEndDateOnly RecurrenceTimeZoneSidKey
    RecurrenceType RecurrenceInterval RecurrenceDayOfWeekMask RecurrenceDayOfMonth
    RecurrenceInstance RecurrenceMonthOfYear RecurrenceRegeneratedType
    CompletedDateTime
"""
HEADER = tuple(_HEADER_TEXT.split())
LOOKUP_HEADER = ("Salesforce ID", "Name", "Reevo ID")
NOTHING = "000000000000000AAA"
ROWS = 62
_FIRST_DAY = datetime(2019, 3, 4, tzinfo=UTC)
_SUFFIXES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

Cells = dict[str, str]


def salesforce_id(prefix: str, letter: str, number: int) -> str:
    """18 characters: the last three tell the capitals among the others."""
    short = f"{prefix}5g00000{letter}{number:04}"
    blocks = (short[:5], short[5:10], short[10:])
    bits = (sum(c.isupper() << at for at, c in enumerate(block)) for block in blocks)
    return short + "".join(_SUFFIXES[each] for each in bits)


def account_id(number: int) -> str:
    return salesforce_id("001", "A", number)


def contact_id(number: int) -> str:
    return salesforce_id("003", "C", number)


def opportunity_id(number: int) -> str:
    return salesforce_id("006", "P", number)


LEAD = salesforce_id("00Q", "L", 1)
TWICE = contact_id(77)
CLOSED_ACCOUNT = account_id(90)
LOST_OPPORTUNITY = opportunity_id(90)
UNKNOWN_ACCOUNT = account_id(404)
CAMPAIGN = salesforce_id("0XB", "M", 1)

_CALL = {"Type": "Call", "ActivityOriginType": "5"}
_REACHED = _CALL | {
    "CallType": "Outbound",
    "CallDisposition": "Connected",
    "CallDurationInSeconds": "312",
}
_TOUCHES: tuple[tuple[str, str, Cells], ...] = (
    ("Call with {first}", "Went through {topic}. Wants numbers by Friday.", _REACHED),
    (
        "Left voicemail for {first}",
        "",
        _REACHED | {"CallDisposition": "Left voicemail", "CallDurationInSeconds": "41"},
    ),
    (
        "Email: {topic}",
        "To: {email} CC: BCC: Attachment: offer.pdf Subject: {topic} Body: Hello "
        "{first}, here is what we spoke about.",
        {"ActivityOriginType": "2", "Type": "Email"},
    ),
    (
        "On-site visit at {company}",
        "Met {name} and the owner.\n\nThey asked:\n- what does it cost?\n- by when?",
        {"Type": "Meeting"},
    ),
    ("LinkedIn message to {first}", "Thanked for the intro.", {"Type": "LinkedIn"}),
    ('{first} called: "is the price final?"', 'Said "no", then "maybe".', _CALL),
    (
        "Text to {first}",
        "Running ten minutes late; fine with {first}.",
        {"Type": "SMS"},
    ),
    (
        "+1 555 0142 called back",
        "Unknown number, turned out to be {name}.",
        _CALL | {"CallType": "Inbound", "CallDurationInSeconds": "95"},
    ),
    (
        "=> follow-up: {topic}",
        "As agreed; nothing new.\nNext: wait for the budget round.",
        {"Type": "Other"},
    ),
    (
        "Spring webinar",
        "{name} stayed to the end & asked 2 things.",
        {"Type": "Webinar"},
    ),
    ("Café with {first}", "Übergabe an das Team besprochen.", {"Type": "Meeting"}),
    ("Trade fair: stand of {company}", "", {"Type": "Trade Show"}),
    (
        "List Email: Winter newsletter",
        "",
        {"ActivityOriginType": "6", "WhatId": CAMPAIGN},
    ),
)


def salesforce_sample() -> Sample:
    people = deals()
    rows = tuple(_row(number, people) for number in range(2, ROWS + 2))
    return Sample("samples/salesforce/Task.csv", "salesforce-task", HEADER, rows)


def salesforce_lookups() -> dict[str, list[tuple[str, str, str]]]:
    """Lines of each lookup file, by its name."""
    records = load_workspace()
    known = lookup_lines(
        (
            ("accounts", "accounts", account_id),
            ("contacts", "contacts", contact_id),
            ("opportunities", "opportunities", opportunity_id),
        )
    )
    lead, first, second = (records["contacts"][at] for at in (5, 27, 15))
    strange = {
        "accounts": [(CLOSED_ACCOUNT, "Delta Printworks (closed)", STRANGER.format(1))],
        "contacts": [
            (LEAD, f"{lead['display_name']} (lead)", lead["id"]),
            (TWICE, first["display_name"], first["id"]),
            (TWICE, "B. Mbeki", second["id"]),
        ],
        "opportunities": [(LOST_OPPORTUNITY, "Old pilot", STRANGER.format(2))],
    }
    return {f"{name}.csv": known[name] + strange[name] for name in known}


def _row(number: int, people: list[Deal]) -> SampleRow:
    cells = _task(number, people)
    if special := _specials(people).get(number):
        changed = {**cells, **special.cells}
        changed |= _counts(changed)
        return SampleRow(changed, special.status, special.code, special.fix)
    linked = cells["WhatId"].startswith("006") or cells["WhatId"] == NOTHING
    return SampleRow(cells, code=None if linked else "lookup_dropped")


def _task(number: int, people: list[Deal]) -> Cells:
    """The task of a row as Salesforce would export it; the row numbers the task."""
    deal = people[number % len(people)]
    subject, description, kind = _TOUCHES[number % len(_TOUCHES)]
    at = office_hour(_FIRST_DAY, 39 * number, number)
    cells = _links(number, deal) | {
        "Id": salesforce_id("00T", "T", number),
        "Subject": deal.fill(subject),
        "Description": deal.fill(description),
        "OwnerId": salesforce_id("005", "U", number % 3),
    }
    return _system_cells(at) | cells | _times(number, at) | kind | _counts(cells | kind)


def _links(number: int, deal: Deal) -> Cells:
    contact, account = deal.numbers
    what = account_id(account) if number % 17 == 0 else opportunity_id(account)
    return {
        "WhoId": NOTHING if number % 11 == 5 else contact_id(contact),
        "WhatId": NOTHING if number % 3 == 1 else what,
        "AccountId": account_id(account),
    }


def _counts(cells: Mapping[str, object]) -> Cells:
    return {
        "WhoCount": "0" if cells["WhoId"] == NOTHING else "1",
        "WhatCount": "0" if cells["WhatId"] == NOTHING else "1",
    }


def _times(number: int, at: datetime) -> Cells:
    """Some tasks know their day only."""
    completed = "" if number % 10 == 3 else f"{at:%Y-%m-%d %H:%M:%S}"
    return {
        "ActivityDate": f"{at:%Y-%m-%d} 00:00:00",
        "CompletedDateTime": completed,
    }


def _system_cells(at: datetime) -> Cells:
    written = f"{at + timedelta(minutes=2):%Y-%m-%d %H:%M:%S}"
    moments = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
    admin = salesforce_id("005", "U", 0)
    return {
        **dict.fromkeys(moments, written),
        **dict.fromkeys(("CreatedById", "LastModifiedById"), admin),
        **dict.fromkeys(("IsDeleted", "IsArchived", "IsReminderSet"), "0"),
        "Status": "Completed",
        "Priority": "Normal",
        "CurrencyIsoCode": "USD",
        "IsClosed": "1",
        "IsRecurrence": "0",
    }


def _specials(people: list[Deal]) -> Mapping[int, SampleRow]:
    """What people and time do to a file, by row; cells replace those of the task."""
    lead = SampleRow({"WhoId": LEAD})
    return {35: lead, **_skipped(), **_repeated(people), **_invalid(), **_rejected()}


def _skipped() -> Mapping[int, SampleRow]:
    def skipped(**cells: str) -> SampleRow:
        return SampleRow(cells, "skipped", "skipped_by_rule")

    to_do = {"IsClosed": "0", "CompletedDateTime": "", "Description": "", "Type": ""}
    return {
        9: skipped(Subject="Send the quote", Status="Not Started", **to_do),
        24: skipped(IsDeleted="1"),
        38: skipped(Subject="Call back", Status="In Progress", **to_do),
        52: skipped(Subject="Quarterly check-in", IsRecurrence="1"),
        61: skipped(Subject="Prepare renewal", Status="Deferred", **to_do),
    }


def _repeated(people: list[Deal]) -> Mapping[int, SampleRow]:
    first, second = _task(15, people), _task(40, people)
    edited = second | {"Description": "The same task, edited between two exports."}
    return {
        16: SampleRow(first, "duplicate", "repeated"),
        45: SampleRow(edited, "duplicate", "repeated_with_changes"),
    }


def _invalid() -> Mapping[int, SampleRow]:
    def invalid(code: str, cells: Cells, fix: Cells) -> SampleRow:
        return SampleRow(cells, "invalid", code, fix)

    pasted = (
        "Copied from the chat: " + "could you send the offer once more, please? " * 7
    )
    nowhere = {"WhoId": NOTHING, "WhatId": NOTHING, "AccountId": ""}
    at = "CompletedDateTime"
    return {
        6: invalid("bad_time", {at: "31/02/2024"}, {at: "2024-02-29 10:00:00"}),
        12: invalid(
            "lookup_no_match",
            {"AccountId": UNKNOWN_ACCOUNT, "WhatId": NOTHING},
            {"AccountId": account_id(0)},
        ),
        20: invalid(
            "required", {at: "", "ActivityDate": ""}, {at: "2020-05-04 09:30:00"}
        ),
        27: invalid(
            "lookup_ambiguous",
            {"WhoId": TWICE, "WhatId": NOTHING},
            {"WhoId": contact_id(27)},
        ),
        34: invalid("too_long", {"Subject": pasted}, {"Subject": "Offer once more"}),
        42: invalid("no_link", nowhere, {"AccountId": account_id(0)}),
        49: invalid("bad_time", {at: "next Tuesday"}, {at: "2024-07-02 15:00:00"}),
        58: invalid(
            "future_time", {at: "2204-11-05 09:00:00"}, {at: "2024-11-05 09:00:00"}
        ),
    }


def _rejected() -> Mapping[int, SampleRow]:
    """Their lookups lead to ids that the workspace does not have (any more)."""
    closed = {"AccountId": CLOSED_ACCOUNT, "WhoId": NOTHING, "WhatId": NOTHING}
    lost = {"WhatId": LOST_OPPORTUNITY}
    return {
        30: SampleRow(
            closed, "rejected", "record_not_found", {"AccountId": account_id(0)}
        ),
        55: SampleRow(
            lost, "rejected", "record_not_found", {"WhatId": opportunity_id(1)}
        ),
    }
