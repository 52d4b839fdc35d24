"""Samples are written as the tools write them: encodings, quotes, line ends, tables."""

import csv
import json
import re
from io import StringIO

import pytest

from tests.make_samples import EXPECTED, ROOT
from tests.sample_makers import aircall, eventbrite, linkedin, outlook, pipedrive, zoom
from tests.sample_makers.parts import load_workspace

TOOLS = ["pipedrive", "linkedin", "outlook", "zoom", "eventbrite", "aircall"]
STATUSES = ("read", "created", "skipped", "duplicate", "invalid", "rejected")
README = (ROOT / "samples/README.md").read_text("utf-8")
CONTACTS = {one["id"] for one in load_workspace()["contacts"]}


def text_of(path: str, encoding: str = "utf-8") -> str:
    return (ROOT / "samples" / path).read_bytes().decode(encoding)


def records(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("path", "encoding", "header", "rows"),
    [
        ("pipedrive/activities.csv", "utf-8", pipedrive.HEADER, 30),
        ("linkedin/messages.csv", "utf-8", linkedin.MESSAGES, 34),
        ("linkedin/Invitations.csv", "utf-8", linkedin.INVITATIONS, 14),
        ("outlook/calendar.csv", "windows-1252", outlook.HEADER, 26),
        ("eventbrite/attendees.csv", "utf-8-sig", eventbrite.HEADER, 24),
        ("aircall/calls.csv", "utf-8", aircall.HEADER, 24),
    ],
)
def test_a_sample_has_its_header_and_rows(
    path: str, encoding: str, header: tuple[str, ...], rows: int
) -> None:
    first, *rest = records(text_of(path, encoding))

    assert (tuple(first), len(rest)) == (header, rows)
    assert {len(row) for row in rest} == {len(header)}


@pytest.mark.parametrize(
    ("path", "encoding", "newline"),
    [
        ("pipedrive/activities.csv", "utf-8", "\n"),
        ("linkedin/messages.csv", "utf-8", "\n"),
        ("linkedin/Invitations.csv", "utf-8", "\r\n"),
        ("outlook/calendar.csv", "windows-1252", "\r\n"),
        ("eventbrite/attendees.csv", "utf-8-sig", "\r\n"),
        ("zoom/webinar.csv", "utf-8-sig", "\r\n"),
        ("zoom/meeting.csv", "utf-8-sig", "\r\n"),
    ],
)
def test_a_sample_has_the_line_ends_of_its_tool(
    path: str, encoding: str, newline: str
) -> None:
    text = text_of(path, encoding)
    header = text.split("\n", maxsplit=1)[0]

    assert text.endswith(newline)
    assert header.endswith("\r") == (newline == "\r\n")


def test_outlook_writes_the_code_page_of_a_pc_and_quotes_every_cell() -> None:
    with pytest.raises(UnicodeDecodeError):
        text_of("outlook/calendar.csv")

    header = text_of("outlook/calendar.csv", "windows-1252").splitlines()[0]
    assert header == ",".join(f'"{name}"' for name in outlook.HEADER)


def test_a_webinar_report_has_several_tables_a_mark_and_a_stray_nul() -> None:
    text = text_of("zoom/webinar.csv")
    lines = text.splitlines()

    assert text.startswith("\ufeffAttendee Report")
    assert text.count("\0") == 1
    assert [lines.index(name) + 1 for name in ("Host Details", "Panelist Details")] == [
        5,
        8,
    ]
    assert lines[10:12] == ["Attendee Details", f"{','.join(zoom.ATTENDEES)},"]
    assert lines[-4] == "Other Attended"


def test_a_list_of_participants_has_the_meeting_above_it() -> None:
    lines = text_of("zoom/meeting.csv", "utf-8-sig").splitlines()

    assert [lines[0], *lines[2:4]] == [
        ",".join(zoom.MEETING),
        "",
        ",".join(zoom.PARTICIPANTS),
    ]


@pytest.mark.parametrize("folder", TOOLS)
def test_contacts_lead_to_every_contact_of_the_sandbox(folder: str) -> None:
    header, *lines = records(text_of(f"{folder}/contacts.csv"))

    assert {line[header.index("Reevo ID")] for line in lines} >= CONTACTS


def test_the_readme_tells_what_becomes_of_each_sample() -> None:
    told = re.findall(
        r"\| `(\w+/\w+\.csv)` \|.*?\| `([\w-]+)` ((?:\| \d+ ){6})\|", README
    )
    expected = [
        (
            sample["source"].removeprefix("samples/"),
            sample["mapping"],
            "".join(f"| {sample['counts'].get(status, 0)} " for status in STATUSES),
        )
        for sample in json.loads((ROOT / EXPECTED).read_text("utf-8"))
        if sample["source"].split("/")[1] in TOOLS
    ]

    assert [line for line in told if line[0].split("/")[0] in TOOLS] == expected
