"""Eventbrite's attendee report: several attendees of one order."""

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
    with_specials,
)

FOLDER = "samples/eventbrite"
HEADER = (
    "Order #",
    "Order Date",
    "First Name",
    "Last Name",
    "Email",
    "Quantity",
    "Price Tier",
    "Ticket Type",
    "Attendee #",
    "Group",
    "Order Type",
    "Currency",
    "Total Paid",
    "Fees Paid",
    "Eventbrite Fees",
    "Eventbrite Payment Processing",
    "Attendee Status",
    "Event Name",
    "Event ID",
    "Date Attending",
    "Company",
    "Job Title",
    "Home City",
    "Home Country",
    "How do you take your coffee?",
)
_GONE = "robin@granite-peak.example.net"
_ORDERED = datetime(2024, 8, 2, 9, 5, tzinfo=UTC)

Cells = dict[str, str]


def eventbrite_made() -> Made:
    people = deals()
    rows = {number: _attendee(number, people) for number in range(2, 26)}
    sample = Sample(
        f"{FOLDER}/attendees.csv",
        "eventbrite-attendees",
        HEADER,
        with_specials(rows, _specials(rows)),
    )
    text = sample_csv(sample, quote_all=False, newline="\r\n")
    contacts = csv_text(("Name", "Email", "Reevo ID"), _contacts())
    return Made(
        (sample,),
        {
            sample.path: text.encode("utf-8-sig"),
            f"{FOLDER}/contacts.csv": contacts.encode(),
        },
    )


def _contacts() -> list[tuple[str, str, str]]:
    known = [
        (one["display_name"], one["primary_email"], one["id"])
        for one in load_workspace()["contacts"]
    ]
    return [*known, ("Robin Merged-Away", _GONE, STRANGER.format(8))]


def _attendee(number: int, people: list[Deal]) -> Cells:
    """Orders of two tickets, each with its own attendee."""
    deal = people[(number * 3) % len(people)]
    first, last = deal.contact["display_name"].split()
    order = number // 2
    ordered = _ORDERED + timedelta(days=2 * order, minutes=17 * order)
    free = order % 4 == 0
    return {
        "Order #": str(7712045500 + 13 * order),
        "Order Date": f"{ordered:%Y-%m-%d %H:%M}",
        "First Name": first,
        "Last Name": last,
        "Email": deal.contact["primary_email"],
        "Quantity": "1",
        "Price Tier": "" if free else "Standard",
        "Ticket Type": "Guest list" if free else "Early bird",
        "Attendee #": str(12045581000 + number),
        "Order Type": "Free Order" if free else "Eventbrite Completed",
        "Currency": "USD",
        "Total Paid": "0.00" if free else "25.00",
        "Fees Paid": "0.00" if free else "2.15",
        "Eventbrite Fees": "0.00" if free else "1.40",
        "Eventbrite Payment Processing": "0.00" if free else "0.75",
        "Attendee Status": "Checked In" if number % 3 == 0 else "Attending",
        "Event Name": "Autumn tasting",
        "Event ID": "991204550012",
        "Date Attending": "Sep 26, 2024 7:05 PM",
        "Company": deal.account["display_name"] if number % 4 else "",
        "Job Title": "Owner" if number % 5 == 0 else "",
        "Home City": "Köln" if number % 7 == 0 else "",
        "How do you take your coffee?": "black, no sugar" if number % 3 else "",
    }


def _specials(rows: Mapping[int, Cells]) -> Mapping[int, SampleRow]:
    status, day = "Attendee Status", "Date Attending"
    refunded = SampleRow({status: "Refunded"}, "skipped", "skipped_by_rule")
    buyer = {"Email": rows[20]["Email"], "First Name": "Info"}
    return {
        5: refunded,
        9: refunded,
        12: SampleRow({status: "Deleted"}, "skipped", "skipped_by_rule"),
        14: SampleRow({status: "Not Attending"}, "skipped", "skipped_by_rule"),
        8: SampleRow(
            {"Email": "me@nowhere.example"},
            "invalid",
            "lookup_no_match",
            {"Email": rows[8]["Email"]},
        ),
        11: SampleRow(rows[10], "duplicate", "repeated"),
        16: SampleRow({day: ""}, "invalid", "required", {day: rows[16][day]}),
        18: SampleRow(
            {"Email": ""}, "invalid", "no_link", {"Email": rows[18]["Email"]}
        ),
        21: SampleRow(buyer),
        23: SampleRow(
            {"Email": _GONE},
            "rejected",
            "record_not_found",
            {"Email": rows[23]["Email"]},
        ),
    }
