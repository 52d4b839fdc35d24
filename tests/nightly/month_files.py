"""The files of a month: their rows, how they are written, and what is to come of them.

What the API is to hold is worked out here from the table, by no part of the program.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from openpyxl import Workbook

ACCOUNTS: Final = {
    "calls": "8687b18d-8ce1-4c8b-aedd-3a249018775a",
    "meetings": "3fe6e7be-9ba0-4717-9ed4-0c227dab7ad2",
    "letters": "2d38de7c-3bec-4519-8b67-4d999253f6b7",
}
MAPPINGS: Final = {
    "calls": """
version: 1
name: calls
key: [Id]
fields:
  activity_time: {from: When}
  subject: {from: What}
  category: {constant: CALL}
  account_id: {constant: ACCOUNT}
""",
    "meetings": """
version: 1
name: meetings
source: {timezone: UTC}
fields:
  activity_time: {from: Day, formats: ["%d.%m.%Y %H:%M"]}
  subject: {from: Title}
  description: {from: Notes}
  category: {constant: EVENT}
  account_id: {constant: ACCOUNT}
""",
    "letters": """
version: 1
name: letters
key: [Ref]
source: {timezone: UTC}
fields:
  activity_time: {from: Sent, formats: [iso, excel]}
  subject: {from: Subject}
  category: {constant: TEXT}
  account_id: {constant: ACCOUNT}
""",
}
UNREADABLE: Final = "some day or other"
_FIRST: Final = datetime(2024, 3, 1, 8, tzinfo=UTC)
_HEADERS: Final = {
    "calls": ("Id", "When", "What"),
    "meetings": ("Day", "Title", "Notes"),
    "letters": ("Ref", "Sent", "Subject"),
}


@dataclass(frozen=True)
class Activity:
    """What the API is to hold of a row."""

    subject: str
    activity_time: str
    category: str
    account: str


@dataclass(frozen=True)
class File:
    """A file of a job, with these rows, of which some have an unreadable time.

    `form` says how its bytes are made. `ends` is the place in which it lies after
    the month; `name` the name that it has by then.
    """

    job: str
    name: str
    rows: tuple[int, ...] = ()
    bad: frozenset[int] = frozenset()
    form: "Form" = field(default_factory=lambda: whole)
    ends: str = "archive"

    @property
    def content(self) -> bytes:
        return self.form(self)

    @property
    def is_imported(self) -> bool:
        return self.ends in {"archive", "removed"}

    @property
    def mended(self) -> tuple[str, ...]:
        """What should stand where a time is unreadable, in the order of the rows."""
        return tuple(cells(self.job, row)[1] for row in self.rows if row in self.bad)

    def activities(self) -> Counter[Activity]:
        """What it brings, if it is imported: equal rows of one file all count."""
        good = (row for row in self.rows if row not in self.bad)
        return Counter(activity(self.job, row) for row in good)

    def cells(self) -> set[str]:
        """What stands in it."""
        return {cell for row in self.rows for cell in cells(self.job, row)}


Form = Callable[[File], bytes]
Records = tuple[tuple[str, ...], ...]


def moment(row: int) -> datetime:
    return _FIRST + timedelta(minutes=row)


def cells(job: str, row: int) -> tuple[str, str, str]:
    """A row of a file, as text."""
    at = moment(row)
    if job == "calls":
        return f"kx-{row:04}", f"{at:%Y-%m-%d %H:%M:%S}", f"Anruf {row:04}, Wren & Ko"
    if job == "meetings":
        notes = f'"Zaunkönig" wrote:\nmore in {row:04}'
        return f"{at:%d.%m.%Y %H:%M}", f"Jour fixe {row:04}", notes
    return f"ltr-{row:04}", f"{at:%Y-%m-%d %H:%M:%S}", f"Offer {row:04} to Kestrel"


def activity(job: str, row: int) -> Activity:
    subject = cells(job, row)[2 if job != "meetings" else 1]
    category = {"calls": "CALL", "meetings": "EVENT", "letters": "TEXT"}[job]
    return Activity(subject, f"{moment(row):%Y-%m-%dT%H:%M:%SZ}", category, job)


def whole(file: File) -> bytes:
    """All of it, in the format of its job."""
    return _workbook(_records(file)) if file.job == "letters" else _csv(file)


def cut(file: File) -> bytes:
    """It ends within a quoted cell of its last row."""
    return _csv(replace(file, bad=frozenset())).removesuffix(b'Ko"\n')


def empty(file: File) -> bytes:
    return b""


def widened(file: File) -> bytes:
    """With a column that was never there."""
    head, *lines = _records(file)
    return _written(((*head, "Mood"), *((*line, "sunny") for line in lines)))


def _csv(file: File) -> bytes:
    return _written(_records(file))


def _records(file: File) -> Records:
    return (_HEADERS[file.job], *(_record(file, row) for row in file.rows))


def _record(file: File, row: int) -> tuple[str, ...]:
    first, second, third = cells(file.job, row)
    return first, UNREADABLE if row in file.bad else second, third


def _written(records: Records) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue().encode()


@cache
def _workbook(records: Records) -> bytes:
    """The same bytes for the same records, though it holds the time of its making."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for record in records:
        sheet.append(record)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
