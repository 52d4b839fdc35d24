"""Salesforce by its API: tasks and events as Data Loader writes them.

A byte-order mark, times with a Z, true and false, and the columns that were asked for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

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
    UNKNOWN_ACCOUNT,
    account_id,
    contact_id,
    opportunity_id,
    salesforce_id,
)

_TASK_TEXT = """
    ID WHOID WHATID SUBJECT ACTIVITYDATE STATUS OWNERID OWNER.NAME DESCRIPTION TYPE
    TASKSUBTYPE ISDELETED ACCOUNTID ISCLOSED CREATEDDATE COMPLETEDDATETIME
    CALLDURATIONINSECONDS CALLTYPE CALLDISPOSITION ISRECURRENCE
"""
TASK_HEADER = tuple(_TASK_TEXT.split())
_EVENT_TEXT = """
    Id WhoId WhatId Subject Location IsAllDayEvent StartDateTime EndDateTime
    ActivityDate DurationInMinutes Description AccountId Owner.Name Type IsDeleted
    IsChild IsRecurrence
"""
EVENT_HEADER = tuple(_EVENT_TEXT.split())
LAST_TASK, LAST_EVENT = 21, 13
_FIRST_DAY = datetime(2022, 5, 2, tzinfo=UTC)
_OWNERS = ("Sam Rivera", "Noor Haddad", "Tomás Iglesias")

Cells = dict[str, str]

_TASKS: tuple[tuple[str, str, Cells], ...] = (
    (
        "Call",
        "{first} will decide on {topic} in May.",
        {
            "TASKSUBTYPE": "Call",
            "CALLTYPE": "Outbound",
            "CALLDISPOSITION": "Connected",
            "CALLDURATIONINSECONDS": "754",
        },
    ),
    ("Email: {topic}", "Hello {first}, the offer.", {"TASKSUBTYPE": "Email"}),
    ("InMail to {first}", "", {"TASKSUBTYPE": "LinkedIn"}),
    ("Sent brochure", "By post.", {"TASKSUBTYPE": "Task", "TYPE": "Other"}),
    ("Newsletter", "", {"TASKSUBTYPE": "ListEmail"}),
)


def extracts_made() -> Made:
    samples = extract_samples()
    files = {each.path: sample_csv(each).encode("utf-8-sig") for each in samples}
    return Made(samples, files)


def extract_samples() -> tuple[Sample, ...]:
    people = deals()
    tasks = series(LAST_TASK, lambda n: _task(n, people), _special_tasks(people))
    events = series(LAST_EVENT, lambda n: _event(n, people), _special_events())
    folder = "samples/salesforce"
    return (
        Sample(f"{folder}/extract-tasks.csv", "salesforce-task", TASK_HEADER, tasks),
        Sample(
            f"{folder}/extract-events.csv", "salesforce-event", EVENT_HEADER, events
        ),
    )


def _task(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 11) % len(people)]
    subject, description, kind = _TASKS[number % len(_TASKS)]
    contact, account = deal.numbers
    at = office_hour(_FIRST_DAY, 31 * number, number)
    day_only = number % 9 == 4
    return SampleRow(
        {
            "ID": salesforce_id("00T", "X", number),
            "WHOID": contact_id(contact),
            "WHATID": opportunity_id(account) if number % 2 else "",
            "SUBJECT": deal.fill(subject),
            "ACTIVITYDATE": f"{at:%Y-%m-%d}",
            "STATUS": "Completed",
            "OWNERID": salesforce_id("005", "U", number % 3),
            "OWNER.NAME": _OWNERS[number % 3],
            "DESCRIPTION": deal.fill(description),
            "ISDELETED": "false",
            "ACCOUNTID": account_id(account),
            "ISCLOSED": "true",
            "CREATEDDATE": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            "COMPLETEDDATETIME": "" if day_only else f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            "ISRECURRENCE": "false",
            **kind,
        }
    )


def _special_tasks(people: list[Deal]) -> Mapping[int, SampleRow]:
    at = "COMPLETEDDATETIME"
    return {
        3: skipped({"ISCLOSED": "false", "STATUS": "Open", at: ""}),
        6: SampleRow({at: "2022-10-14T16:20:05.000+0000"}),
        8: skipped({"ISDELETED": "true"}),
        10: invalid("bad_time", {at: "2022-13-01T10:00:00.000Z"}, {at: "2022-12-01"}),
        12: repeated(_task(7, people).cells),
        14: invalid(
            "lookup_no_match",
            {"ACCOUNTID": UNKNOWN_ACCOUNT, "WHATID": ""},
            {"ACCOUNTID": account_id(3)},
        ),
        17: rejected(
            {"ACCOUNTID": CLOSED_ACCOUNT, "WHOID": "", "WHATID": ""},
            {"ACCOUNTID": account_id(3)},
        ),
        19: skipped({"ISRECURRENCE": "true"}),
    }


def _event(number: int, people: list[Deal]) -> SampleRow:
    deal = people[(number * 13) % len(people)]
    contact, account = deal.numbers
    at = office_hour(_FIRST_DAY, 61 * number, number).replace(second=0)
    all_day = number % 6 == 4
    start = "" if all_day else f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    return SampleRow(
        {
            "Id": salesforce_id("00U", "Y", number),
            "WhoId": contact_id(contact),
            "WhatId": opportunity_id(account) if number % 3 else "",
            "Subject": deal.fill(
                "Visit to {company}" if all_day else "Demo of {topic}"
            ),
            "Location": "Online" if number % 2 else "",
            "IsAllDayEvent": "true" if all_day else "false",
            "StartDateTime": start,
            "ActivityDate": f"{at:%Y-%m-%d}",
            "DurationInMinutes": "1440" if all_day else "45",
            "Description": deal.fill("{name}:\nwants it before summer."),
            "AccountId": account_id(account),
            "Owner.Name": _OWNERS[number % 3],
            "Type": "Meeting",
            "IsDeleted": "false",
            "IsChild": "false",
            "IsRecurrence": "false",
        }
    )


def _special_events() -> Mapping[int, SampleRow]:
    return {
        3: skipped({"IsDeleted": "true"}),
        5: skipped({"IsChild": "true"}),
        9: invalid(
            "no_link",
            {"WhoId": "", "WhatId": "", "AccountId": ""},
            {"AccountId": account_id(2)},
        ),
        11: skipped({"IsRecurrence": "true"}),
    }
