"""A HubSpot export of calls: HTML notes, several contacts in a cell."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.sample_makers.parts import (
    STRANGER,
    Deal,
    Sample,
    SampleRow,
    deals,
    lookup_lines,
    office_hour,
)

HEADER = (
    "Record ID",
    "Call Title",
    "Activity date",
    "Activity assigned to",
    "Call notes",
    "Call outcome",
    "Call direction",
    "Call status",
    "Call duration",
    "From number",
    "To Number",
    "Associated Contact IDs",
    "Associated Company IDs",
    "Associated Deal IDs",
)
LOOKUP_HEADER = ("HubSpot ID", "Name", "Reevo ID")
ROWS = 25
MERGED_CONTACT = "77310999"
_FIRST_DAY = datetime(2021, 1, 12, tzinfo=UTC)
_OWNERS = ("Sam Rivera", "Noor Haddad", "")

Cells = dict[str, str]

_CALLS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Call with {first}",
        "<p>{first} wants a <strong>quote</strong> for {topic} &amp; a visit.</p>"
        "<ul><li>budget: Q3</li><li>decides with the owner</li></ul>",
        "Connected",
        "Completed",
    ),
    ("Voicemail for {first}", "", "Left voicemail", "Completed"),
    ("", "<div>Rang five times.<br>Try before 9&nbsp;am.</div>", "", "No Answer"),
    (
        "{company}: prices",
        '<div style="color:#33475b">Said: "5 &lt; 7 is <em>not</em> a discount".</div>'
        "<p>Send the new list.</p>",
        "Connected",
        "Completed",
    ),
    ("Busy: {name}", "", "Busy", "Busy"),
    (
        "Grüße, {first}",
        "<p>Talked in German: <i>Öffnungszeiten</i>, 日本語 next time.</p>",
        "Left live message",
        "Completed",
    ),
)


def contact_id(number: int) -> str:
    return str(77310001 + number)


def company_id(number: int) -> str:
    return str(9104000 + 7 * number)


def deal_id(number: int) -> str:
    return str(15520100 + 3 * number)


def hubspot_sample() -> Sample:
    people = deals()
    rows = tuple(_row(number, people) for number in range(2, ROWS + 2))
    return Sample("samples/hubspot/calls.csv", "hubspot-calls", HEADER, rows)


def hubspot_lookups() -> dict[str, list[tuple[str, str, str]]]:
    """Lines of each lookup file, by its name."""
    files = (
        ("companies.csv", "accounts", company_id),
        ("contacts.csv", "contacts", contact_id),
        ("deals.csv", "opportunities", deal_id),
    )
    lines = lookup_lines(files)
    merged = (MERGED_CONTACT, "Robin Merged-Away", STRANGER.format(3))
    lines["contacts.csv"].append(merged)
    return lines


def _row(number: int, people: list[Deal]) -> SampleRow:
    cells = _call(number, people)
    if special := _specials(people).get(number):
        changed = {**cells, **special.cells}
        return SampleRow(changed, special.status, special.code, special.fix)
    return SampleRow(cells)


def _call(number: int, people: list[Deal]) -> Cells:
    deal = people[(number * 7) % len(people)]
    title, notes, outcome, status = _CALLS[number % len(_CALLS)]
    at = office_hour(_FIRST_DAY, 67 * number, number)
    inbound = number % 4 == 3
    ours, theirs = "+1 555 0100", f"+1 555 01{number + 10}"
    return links(number, deal) | {
        "Record ID": str(30118840000 + 131 * number),
        "Call Title": deal.fill(title),
        "Activity date": f"{at:%Y-%m-%d %H:%M}",
        "Activity assigned to": _OWNERS[number % 3],
        "Call notes": deal.fill(notes),
        "Call outcome": outcome,
        "Call direction": "Inbound" if inbound else "Outbound",
        "Call status": status,
        "Call duration": str(number * 17_000) if outcome == "Connected" else "",
        "From number": theirs if inbound else ours,
        "To Number": ours if inbound else theirs,
    }


def links(number: int, deal: Deal) -> Cells:
    """Some calls have two contacts of the same company: 12 companies take turns."""
    contact, company = deal.numbers
    colleague = (contact + 12) % 24
    both = (contact_id(contact), contact_id(colleague))
    return {
        "Associated Contact IDs": ";".join(both if number % 4 == 0 else both[:1]),
        "Associated Company IDs": "" if number % 9 == 4 else company_id(company),
        "Associated Deal IDs": deal_id(company) if number % 3 == 0 else "",
    }


def _specials(people: list[Deal]) -> Mapping[int, SampleRow]:
    two = f"{company_id(2)};{company_id(3)}"
    at, company = "Activity date", "Associated Company IDs"
    merged = {"Associated Contact IDs": MERGED_CONTACT}
    return {
        5: SampleRow({"Call status": "Canceled"}, "skipped", "skipped_by_rule"),
        8: SampleRow(
            {company: two}, "invalid", "lookup_no_match", {company: company_id(2)}
        ),
        11: SampleRow(
            {at: "14.13.2023 09:00"}, "invalid", "bad_time", {at: "2023-12-14 09:00"}
        ),
        13: SampleRow(_call(10, people), "duplicate", "repeated"),
        16: SampleRow({"Call status": "In Progress"}, "skipped", "skipped_by_rule"),
        19: SampleRow({at: ""}, "invalid", "required", {at: "2024-03-01 11:20"}),
        22: SampleRow(
            merged,
            "rejected",
            "record_not_found",
            {"Associated Contact IDs": contact_id(4)},
        ),
        25: SampleRow({"Call status": "FAILED"}, "skipped", "skipped_by_rule"),
    }
