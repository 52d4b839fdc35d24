"""A Salesforce report of activities: a row per contact, ids of 15 characters.

Written as an org in the United States shows times, in ISO-8859-1, every cell quoted.
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
    series,
    skipped,
)
from tests.sample_makers.salesforce import (
    CLOSED_ACCOUNT,
    account_id,
    contact_id,
    opportunity_id,
    salesforce_id,
)

HEADER = (
    "Activity ID",
    "Subject",
    "Date",
    "Status",
    "Priority",
    "Assigned",
    "Type",
    "Call Type",
    "Call Duration",
    "Call Result",
    "Full Comments",
    "Company / Account",
    "Account ID",
    "Contact",
    "Contact ID",
    "Opportunity",
    "Opportunity ID",
    "Completed Date/Time",
)
PATH = "samples/salesforce/report1741338840000.csv"
LAST_ROW = 31
_FIRST_DAY = datetime(2023, 1, 9, tzinfo=UTC)
_OWNERS = ("Sam Rivera", "Noor Haddad")

Cells = dict[str, str]

_CALL = {"Call Type": "Outbound", "Call Duration": "312", "Call Result": "Connected"}
_KINDS: tuple[tuple[str, str, Cells], ...] = (
    ("Call: {topic}", "{company} compares two offers.", {"Type": "Call", **_CALL}),
    ("Email: {topic}", "The new prices, with a drawing.", {"Type": "Email"}),
    ("Visit to {company}", "Müller's café, then the plant.", {"Type": "Meeting"}),
    ("Prepare numbers for {company}", "", {}),
)


def report_made() -> Made:
    sample = report_sample()
    return Made((sample,), {sample.path: sample_csv(sample).encode("iso-8859-1")})


def report_sample() -> Sample:
    people = deals()
    rows = series(LAST_ROW, lambda number: _row(number, people), _special(people))
    return Sample(PATH, "salesforce-report", HEADER, rows, same=("Activity ID",))


def short_id(whole: str) -> str:
    """The 15 characters that a report shows of an id."""
    return whole[:15]


def _row(number: int, people: list[Deal]) -> SampleRow:
    """Two rows after one another are an activity with two contacts."""
    return _contact(number // 2, number % 2, people)


def _contact(activity: int, place: int, people: list[Deal]) -> SampleRow:
    """A row of an activity: the first or second contact of a company."""
    deal = people[activity % 12 + 12 * place]
    first = people[activity % 12]
    contact, account = deal.numbers
    subject, comments, kind = _KINDS[activity % len(_KINDS)]
    at = office_hour(_FIRST_DAY, 47 * activity, activity)
    moment = f"{at:%-m/%-d/%Y}, {at:%-I:%M %p}"
    return SampleRow(
        {
            "Activity ID": short_id(salesforce_id("00T", "R", activity)),
            "Subject": first.fill(subject),
            "Date": f"{at:%-m/%-d/%Y}",
            "Status": "Completed",
            "Priority": "Normal",
            "Assigned": _OWNERS[activity % 2],
            "Full Comments": first.fill(comments),
            "Company / Account": deal.account["display_name"],
            "Account ID": short_id(account_id(account)),
            "Contact": deal.contact["display_name"],
            "Contact ID": short_id(contact_id(contact)),
            "Opportunity": deal.opportunity["display_name"],
            "Opportunity ID": short_id(opportunity_id(account)),
            "Completed Date/Time": "" if activity % 5 == 2 else moment,
            **kind,
        },
        code="combined" if place else None,
    )


def _alone(number: int) -> Cells:
    """Makes the activity of a row its own."""
    return {"Activity ID": short_id(salesforce_id("00T", "S", number))}


def _special(people: list[Deal]) -> Mapping[int, SampleRow]:
    at = "Completed Date/Time"
    open_ = {"Status": "Not Started", at: ""}
    closed = {
        "Account ID": short_id(CLOSED_ACCOUNT),
        "Contact ID": "",
        "Opportunity ID": "",
        "Opportunity": "",
    }
    nobody = {"Company / Account": "Nobody Inc", "Account ID": ""}
    by_name = {"Account ID": "", "Opportunity ID": ""}
    return {
        8: skipped(open_),
        9: skipped(open_),
        12: SampleRow(by_name),
        13: SampleRow(by_name, code="combined"),
        16: invalid("bad_time", _alone(16) | {at: "last week"}, {at: "3/1/2024"}),
        19: invalid(
            "lookup_no_match", _alone(19) | nobody, {"Account ID": account_id(1)}
        ),
        22: invalid(
            "required", _alone(22) | {at: "", "Date": ""}, {"Date": "3/18/2024"}
        ),
        25: rejected(_alone(25) | closed, {"Account ID": account_id(1)}),
        **dict.fromkeys((17, 23, 29), SampleRow({})),  # their fellows went
        28: skipped(_alone(28) | {"Status": "Deferred", at: ""}),
    }
