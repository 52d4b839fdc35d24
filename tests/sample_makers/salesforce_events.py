"""Salesforce events: Event.csv of a weekly export."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.sample_makers.files import sample_csv
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
from tests.sample_makers.salesforce import (
    CLOSED_ACCOUNT,
    NOTHING,
    UNKNOWN_ACCOUNT,
    account_id,
    contact_id,
    opportunity_id,
    salesforce_id,
)

_HEADER_TEXT = """
    Id WhoId WhatId WhoCount WhatCount Subject Location IsAllDayEvent ActivityDateTime
    ActivityDate DurationInMinutes Description AccountId OwnerId CurrencyIsoCode Type
    IsPrivate ShowAs IsDeleted IsChild IsGroupEvent GroupEventType CreatedDate
    CreatedById LastModifiedDate LastModifiedById SystemModstamp IsArchived
    RecurrenceActivityId IsRecurrence RecurrenceStartDateTime RecurrenceEndDateOnly
    RecurrenceTimeZoneSidKey RecurrenceType RecurrenceInterval RecurrenceDayOfWeekMask
    RecurrenceDayOfMonth RecurrenceInstance RecurrenceMonthOfYear ReminderDateTime
    IsReminderSet ProposedEventTimeframe
"""
HEADER = tuple(_HEADER_TEXT.split())
LAST_ROW = 25
_FIRST_DAY = datetime(2020, 2, 3, tzinfo=UTC)

Cells = dict[str, str]

_EVENTS = (
    ("Demo for {company}", "Showed {topic}. {first} asked for a trial.", "Meeting"),
    ("Kick-off: {topic}", "With {name} and two colleagues.", "Meeting"),
    ("Webinar: what is new this spring", "{name} stayed to the end.", ""),
    ("Lunch with {first}", "", ""),
    ("Trade fair: stand of {company}", "{first} brought a colleague.", "Trade Show"),
    ("Contract review", "Clause 7 is open: {first} asks their lawyer.", "Meeting"),
)


def event_made() -> Made:
    sample = event_sample()
    return Made((sample,), {sample.path: sample_csv(sample).encode("iso-8859-1")})


def event_sample() -> Sample:
    people = deals()
    rows = series(LAST_ROW, lambda number: _event(number, people), _special(people))
    return Sample("samples/salesforce/Event.csv", "salesforce-event", HEADER, rows)


def event_at(number: int) -> datetime:
    """The start of an event; some are at midnight in UTC, 4 pm in California."""
    at = office_hour(_FIRST_DAY, 53 * number, number).replace(second=0)
    return at.replace(hour=0, minute=0) if number % 7 == 3 else at


def _event(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 5) % len(people)]
    subject, description, kind = _EVENTS[number % len(_EVENTS)]
    contact, account = deal.numbers
    nowhere = number % 4 == 1
    cells = {
        "Id": salesforce_id("00U", "E", number),
        "WhoId": contact_id(contact),
        "WhatId": NOTHING if nowhere else opportunity_id(account),
        "WhoCount": "1",
        "WhatCount": "0" if nowhere else "1",
        "AccountId": account_id(account),
        "Subject": deal.fill(subject),
        "Description": deal.fill(description),
        "Location": "" if number % 3 else deal.fill("{company}, main office"),
        "Type": kind,
        "OwnerId": salesforce_id("005", "U", number % 3),
    }
    return SampleRow(_system_cells(number) | _times(number) | cells)


def _times(number: int) -> Cells:
    at = event_at(number)
    day = {"ActivityDate": f"{at:%Y-%m-%d} 00:00:00"}
    if number % 8 == 6:
        return day | {"IsAllDayEvent": "1", "DurationInMinutes": "1440"}
    return day | {
        "IsAllDayEvent": "0",
        "ActivityDateTime": f"{at:%Y-%m-%d %H:%M:%S}",
        "DurationInMinutes": str(30 + 15 * (number % 5)),
    }


def _system_cells(number: int) -> Cells:
    written = f"{event_at(number) - timedelta(days=3):%Y-%m-%d} 09:12:44"
    moments = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
    admin = salesforce_id("005", "U", 0)
    no = ("IsPrivate", "IsDeleted", "IsArchived", "IsReminderSet", "IsRecurrence")
    return {
        **dict.fromkeys(moments, written),
        **dict.fromkeys(("CreatedById", "LastModifiedById"), admin),
        **dict.fromkeys(no, "0"),
        # Blank in a part of the rows, as in the exports that were looked at.
        "IsChild": "" if number % 5 == 0 else "0",
        "IsGroupEvent": "" if number % 5 == 0 else "0",
        "ShowAs": "Busy",
        "CurrencyIsoCode": "USD",
    }


def _special(people: list[Deal]) -> Mapping[int, SampleRow]:
    at, day = "ActivityDateTime", "ActivityDate"
    nowhere = {"WhoId": NOTHING, "WhatId": NOTHING, "AccountId": ""}
    closed = nowhere | {"AccountId": CLOSED_ACCOUNT}
    someone = {"AccountId": account_id(0)}
    edited = {**_event(9, people).cells, "Description": "Moved to their office."}
    campaign = salesforce_id("701", "M", 2)
    return {
        5: skipped({"IsDeleted": "1"}),
        8: skipped({"IsRecurrence": "1", "Subject": "Weekly check-in"}),
        11: skipped({"IsChild": "1"}),
        12: SampleRow({"WhatId": campaign}, code="lookup_dropped"),
        13: repeated(edited, "repeated_with_changes"),
        15: invalid("bad_time", {at: "tbd"}, {at: "2023-02-28 10:00:00"}),
        16: invalid("required", {at: "", day: ""}, {day: "2023-02-28 00:00:00"}),
        18: invalid("no_link", nowhere, someone),
        20: invalid(
            "lookup_no_match",
            {"AccountId": UNKNOWN_ACCOUNT, "WhatId": NOTHING},
            someone,
        ),
        21: invalid(
            "future_time", {at: "2204-11-05 09:00:00"}, {at: "2024-11-05 09:00:00"}
        ),
        23: rejected(closed, someone),
    }
