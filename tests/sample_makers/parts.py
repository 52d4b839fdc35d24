"""What samples are made of: rows with what shall become of them, and people."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline import sandbox

Cell = str | int | float | bool | datetime | None
Cells = Mapping[str, Cell]
STRANGER = "00000000-0000-4000-8000-0000000000{:02}"


@dataclass(frozen=True)
class SampleRow:
    """Cells by column, the outcome they are made for, and what would mend them.

    `code` is that of the row's first issue; for a rejected row it is the API's.
    """

    cells: Cells
    status: str = "created"
    code: str | None = None
    fix: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """A source and its mapping. A row that is None is a blank line."""

    path: str
    mapping: str
    header: tuple[str, ...]
    rows: tuple[SampleRow | None, ...]
    sheet: str | None = None

    def numbered(self) -> list[tuple[int, SampleRow]]:
        """The rows that are not blank, with their numbers in a spreadsheet."""
        numbered = enumerate(self.rows, start=2)
        return [(number, row) for number, row in numbered if row is not None]

    def expected(self) -> dict[str, Any]:
        """What a first import against an empty sandbox makes of it."""
        rows = self.numbered()
        return {
            "source": self.path,
            "sheet": self.sheet,
            "mapping": self.mapping,
            "counts": {"read": len(rows), **Counter(row.status for _, row in rows)},
            "rows": [
                {"row": number, "status": row.status, "code": row.code}
                for number, row in rows
            ],
            "fixes": {str(number): dict(row.fix) for number, row in rows if row.fix},
        }


@dataclass(frozen=True)
class Deal:
    """A contact with its account and opportunity.

    `numbers` are the contact's and the account's places in the workspace.
    """

    contact: dict[str, str]
    account: dict[str, str]
    opportunity: dict[str, str]
    numbers: tuple[int, int]

    def fill(self, text: str) -> str:
        """`text` with {first}, {name}, {email}, {company} and {topic} filled in."""
        name = self.contact["display_name"]
        return text.format(
            first=name.split()[0],
            name=name,
            email=self.contact["primary_email"],
            company=self.account["display_name"],
            topic=self.opportunity["display_name"].split(" - ")[1],
        )


def load_workspace() -> dict[str, list[dict[str, str]]]:
    """The records of the sandbox: accounts, contacts and opportunities."""
    seed = Path(sandbox.__file__).with_name("workspace.json")
    records: dict[str, list[dict[str, str]]] = json.loads(seed.read_text("utf-8"))
    return records


def deals() -> list[Deal]:
    """One per contact of the workspace."""
    records = load_workspace()
    places = {one["id"]: at for at, one in enumerate(records["accounts"])}
    opportunities = {one["account_id"]: one for one in records["opportunities"]}
    return [
        Deal(
            contact,
            records["accounts"][places[contact["account_id"]]],
            opportunities[contact["account_id"]],
            (at, places[contact["account_id"]]),
        )
        for at, contact in enumerate(records["contacts"])
    ]


def office_hour(first_day: datetime, days: int, number: int) -> datetime:
    """A moment on a working day, `days` later; `number` spreads it over the day."""
    day = first_day + timedelta(days=days)
    weekday = day - timedelta(days=max(0, day.weekday() - 4))
    return weekday + timedelta(hours=13, minutes=67 * number % 480, seconds=number)
