"""Several tables in one text file: one is read, the others are told."""

from pathlib import Path

import pytest

from pipeline.stages.read import Layout
from tests.read.read_given import codes, file, header, notes, opened, refusal, rows

WEBINAR = """\
Attendee Report
Report Generated:,"08/30/2026 20:00"
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes)
"Spring news","942 2996 0431","08/30/2026 10:00:00 AM",60
Host Details,
Attended,User Name,Email,Join Time,
Yes,"Ann",ann@example.org,"08/30/2026 09:50:00 AM",
Panelist Details,
Attended,User Name,Email,Join Time,
Yes,"Pat",pat@example.org,"08/30/2026 09:51:00 AM",
Yes,"Pia",pia@example.org,"08/30/2026 09:52:00 AM",
Attendee Details,
Attended,User Name,First Name,Email,Registration Time,Topic,Join Time,
Yes,"Bob",Bob,bob@example.org,"08/01/2026 09:50:00 AM",,"08/30/2026 10:00:00 AM",
No,"Cy","C
y",cy@example.org,"08/02/2026 09:50:00 AM",own,--,
Yes,"Di",Di,di@example.org,"08/02/2026 09:51:00 AM",,"08/30/2026 10:01:00 AM",
"""
ATTENDEES = [
    (
        14,
        "Yes",
        "Bob",
        "Bob",
        "bob@example.org",
        "08/01/2026 09:50:00 AM",
        None,
        "08/30/2026 10:00:00 AM",
    ),
    (
        15,
        "No",
        "Cy",
        "C\ny",
        "cy@example.org",
        "08/02/2026 09:50:00 AM",
        "own",
        "--",
    ),
    (
        16,
        "Yes",
        "Di",
        "Di",
        "di@example.org",
        "08/02/2026 09:51:00 AM",
        None,
        "08/30/2026 10:01:00 AM",
    ),
]
OF_ALL = ("942 2996 0431", "08/30/2026 10:00:00 AM", "60")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_table_with_most_rows_is_read_with_what_holds_for_all(
    tmp_path: Path, encoding: str, end: str
) -> None:
    path = file(tmp_path, WEBINAR.replace("\n", end).encode(encoding))

    wanted = [(*row, *OF_ALL) for row in ATTENDEES]
    found = [
        tuple(c.replace("\r", "") if isinstance(c, str) else c for c in row)
        for row in rows(path)
    ]
    assert found == wanted
    assert header(path) == [
        "Attended",
        "User Name",
        "First Name",
        "Email",
        "Registration Time",
        "Topic",
        "Join Time",
        "Webinar ID",
        "Actual Start Time",
        "Actual Duration (minutes)",
    ]
    source = opened(path).source
    assert (source.section, source.header_row) == ("Attendee Details", 13)
    assert codes(path) == []
    assert notes(path) == (
        "The file has several tables; 'Attendee Details' is read, with the header in "
        "row 13. Another is chosen with `section` in the mapping.",
        "Rows of other tables, which are not read: 1 in 'Host Details', 2 in 'Panelist "
        "Details'.",
        "Said once in the file, added to every row: Webinar ID, Actual Start Time, "
        "Actual Duration (minutes).",
    )


@pytest.mark.parametrize("asked", ["Panelist Details", "panelist details:"])
def test_a_section_asked_for_is_read(tmp_path: Path, asked: str) -> None:
    path = file(tmp_path, WEBINAR)

    assert [row[:4] for row in rows(path, Layout(section=asked))] == [
        (10, "Yes", "Pat", "pat@example.org"),
        (11, "Yes", "Pia", "pia@example.org"),
    ]


def test_a_section_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, WEBINAR)

    assert refusal(path, Layout(section="Attendees")) == (
        "No line of the file says 'Attendees', which is to stand above the table.",
        str(path),
        "Did you mean 'Attendee Details'?",
    )


def test_a_meeting_block_above_the_table_is_no_row_and_holds_for_all(
    tmp_path: Path,
) -> None:
    text = (
        "Topic,Meeting ID,Start Time,Email,Participants\n"
        "Weekly,123 456,08/30/2026 10:00:00 AM,h@example.org,2\n\n"
        "Name,Email,Join Time\n"
        "Ann,a@example.org,08/30/2026 10:00:00 AM\n"
        "Bob,,08/30/2026 10:01:00 AM\n"
    )
    path = file(tmp_path, text)

    of_all = ("Weekly", "123 456", "08/30/2026 10:00:00 AM", "2")
    assert rows(path) == [
        (5, "Ann", "a@example.org", "08/30/2026 10:00:00 AM", *of_all),
        (6, "Bob", None, "08/30/2026 10:01:00 AM", *of_all),
    ]
    assert header(path)[3:] == ["Topic", "Meeting ID", "Start Time", "Participants"]


def test_a_summary_of_names_and_values_holds_for_all(tmp_path: Path) -> None:
    text = (
        "1. Summary\nMeeting title\tWeekly\nStart time\t6/24/25, 1:47 PM\n"
        "End time\t6/24/25, 2:47 PM\nAttended\t2\n\n"
        "2. Participants\nName\tFirst Join\tEmail\n"
        "Ann\t6/24/25, 1:47 PM\ta@example.org\nBob\t6/24/25, 1:48 PM\tb@example.org\n\n"
        "3. Activities\nName\tJoin Time\tEmail\tRole\n"
        "Ann\t6/24/25, 1:47 PM\ta@example.org\tOrganizer\n"
    )
    path = file(tmp_path, text.encode("utf-16"))

    of_all = ("Weekly", "6/24/25, 1:47 PM", "6/24/25, 2:47 PM", "2")
    assert rows(path) == [
        (9, "Ann", "6/24/25, 1:47 PM", "a@example.org", *of_all),
        (10, "Bob", "6/24/25, 1:48 PM", "b@example.org", *of_all),
    ]


@pytest.mark.parametrize(
    "text",
    [
        # A title, and a note whose lines no quotes hold together.
        "My report\nId,Subject,Notes\n1,Call,Spoke with Ann\nthen she left\n"
        "Ann,Mail,Berlin,more\n2,Call,x\n",
        "Id,Subject,Notes\n1,Call,x\n\nAnn,Mail,Berlin\n2,Call,x\n",
        "Id,Subject,Notes\nAnn\nBob,Call\nCy\nDi,Mail,Berlin\n",
        "Name\nAnn\nBob\n\nCy\n",
        "A,B,C\n1,x,y\nTotal\nD,E,F\n2,x,y\n",
    ],
)
def test_an_ordinary_table_has_no_sections(tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text)

    assert opened(path).source.section is None
    assert not any("several tables" in note for note in notes(path))


def test_a_line_asked_for_is_found_in_a_file_without_clear_sections(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, "A,B\n1,x\n2,y\nDetails:\nC,D\n3,z\n")

    assert rows(path) == [
        (2, "1", "x"),
        (3, "2", "y"),
        (4, "Details:", None),
        (5, "C", "D"),
        (6, "3", "z"),
    ]
    assert rows(path, Layout(section="Details")) == [(6, "3", "z")]
