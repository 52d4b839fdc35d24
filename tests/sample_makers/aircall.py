"""Aircall's call history: the only link is a phone number."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.sample_makers.files import csv_text, sample_csv
from tests.sample_makers.parts import (
    STRANGER,
    Made,
    Sample,
    SampleRow,
    load_workspace,
    office_hour,
    with_specials,
)

FOLDER = "samples/aircall"
HEADER = (
    "Call ID (UUID)",
    "Call ID (internal)",
    "Call direction - Type",
    "Call direction",
    "Call type",
    "Answered",
    "Unanswered Call Reason",
    "started_at",
    "duration",
    "raw_digits",
    "user",
    "line",
    "comments",
    "tags",
)
_GONE = "+15550199"
_FIRST_DAY = datetime(2023, 1, 9, tzinfo=UTC)

Cells = dict[str, str]

_CALLS = (
    ("Inbound", "Answered", "", "Asked for the price list."),
    ("Outbound", "Outbound", "", ""),
    ("Inbound", "Missed", "no_available_agent", ""),
    ("Inbound", "Voicemail", "out_of_opening_hours", "Left a message:\ncall back."),
    ("Inbound", "Abandoned", "short_abandoned", ""),
)


def phone(place: int) -> str:
    return f"+155501{place:02}"


def aircall_made() -> Made:
    rows = {number: _call(number) for number in range(2, 26)}
    sample = Sample(
        f"{FOLDER}/calls.csv",
        "aircall-calls",
        HEADER,
        with_specials(rows, _specials(rows)),
    )
    contacts = csv_text(("Name", "Phone", "Reevo ID"), _contacts())
    return Made(
        (sample,),
        {
            sample.path: sample_csv(sample, quote_all=False).encode(),
            f"{FOLDER}/contacts.csv": contacts.encode(),
        },
    )


def _contacts() -> list[tuple[str, str, str]]:
    """Two people share the phone of their shop."""
    records = load_workspace()["contacts"]
    known = [
        (one["display_name"], phone(at), one["id"]) for at, one in enumerate(records)
    ]
    colleague = (records[24]["display_name"], phone(0), records[24]["id"])
    return [*known, colleague, ("Robin Merged-Away", _GONE, STRANGER.format(9))]


def _call(number: int) -> Cells:
    direction, kind, reason, comments = _CALLS[number % len(_CALLS)]
    answered = kind in {"Answered", "Outbound"}
    at = office_hour(_FIRST_DAY, 23 * number, number)
    shown = direction if direction == kind else f"{direction} - {kind}"
    return {
        "Call ID (UUID)": f"CA84ae{number:028x}",
        "Call ID (internal)": str(7100000 + 17 * number),
        "Call direction - Type": shown,
        "Call direction": direction,
        "Call type": kind,
        "Answered": "Yes" if answered else "No",
        "Unanswered Call Reason": reason,
        "started_at": f"{at:%Y-%m-%d %H:%M:%S}",
        "duration": str(number * 43 if answered else number),
        "raw_digits": phone(number),
        "user": "Sam Rivera" if answered else "",
        "line": "Sales",
        "comments": comments,
        "tags": "quote, lease" if number % 6 == 0 else "",
    }


def _specials(rows: Mapping[int, Cells]) -> Mapping[int, SampleRow]:
    digits, at = "raw_digits", "started_at"
    return {
        4: SampleRow(
            {digits: "anonymous"}, "invalid", "lookup_no_match", {digits: phone(4)}
        ),
        9: SampleRow(
            {digits: phone(0)}, "invalid", "lookup_ambiguous", {digits: phone(24)}
        ),
        12: SampleRow({digits: ""}, "invalid", "no_link", {digits: phone(12)}),
        15: SampleRow(rows[14], "duplicate", "repeated"),
        18: SampleRow({at: "noon"}, "invalid", "bad_time", {at: "2024-03-05 12:00:00"}),
        21: SampleRow(
            {digits: _GONE}, "rejected", "record_not_found", {digits: phone(21)}
        ),
    }
