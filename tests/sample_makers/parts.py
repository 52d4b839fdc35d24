"""What samples are made of: rows with what shall become of them, and people."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    """A source and its mapping. A row that is None is a blank line.

    `first_row` is the number of the first row; the header may stand further down.
    Rows that are equal in the columns of `same` are one activity; None: each is one.
    """

    path: str
    mapping: str
    header: tuple[str, ...]
    rows: tuple[SampleRow | None, ...]
    sheet: str | None = None
    first_row: int = 2
    same: tuple[str, ...] | None = None

    def numbered(self) -> list[tuple[int, SampleRow]]:
        """The rows that are not blank, with their numbers in a spreadsheet."""
        numbered = enumerate(self.rows, start=self.first_row)
        return [(number, row) for number, row in numbered if row is not None]

    def expected(self) -> dict[str, Any]:
        """What a first import against an empty sandbox makes of it."""
        rows = self.numbered()
        return {
            "source": self.path,
            "sheet": self.sheet,
            "mapping": self.mapping,
            "activities": self._activities(),
            "counts": {"read": len(rows), **Counter(row.status for _, row in rows)},
            "rows": [
                {"row": number, "status": row.status, "code": row.code}
                for number, row in rows
            ],
            "fixes": {str(number): dict(row.fix) for number, row in rows if row.fix},
        }

    def _activities(self) -> int:
        """How many there are in the end."""
        created = [row.cells for _, row in self.numbered() if row.status == "created"]
        if self.same is None:
            return len(created)
        return len({tuple(cells[name] for name in self.same) for cells in created})


@dataclass(frozen=True)
class Made:
    """Samples of one tool, and the bytes of all their files by path."""

    samples: tuple[Sample, ...]
    files: Mapping[str, bytes]


def with_specials(
    rows: Mapping[int, Mapping[str, str]], specials: Mapping[int, SampleRow]
) -> tuple[SampleRow, ...]:
    """Rows by number, in order; the cells of a special one replace those of its row."""
    return tuple(
        _changed(cells, specials.get(number, SampleRow({})))
        for number, cells in rows.items()
    )


def _changed(cells: Cells, special: SampleRow) -> SampleRow:
    return replace(special, cells={**cells, **special.cells})


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


def series(
    last: int, plain: Callable[[int], SampleRow], special: Mapping[int, SampleRow]
) -> tuple[SampleRow, ...]:
    """Rows 2 to `last`: plain ones, some of them with the cells of a special one."""
    rows = ((plain(number), special.get(number)) for number in range(2, last + 1))
    return tuple(
        row if other is None else _changed(row.cells, other) for row, other in rows
    )


def skipped(cells: Cells) -> SampleRow:
    return SampleRow(cells, "skipped", "skipped_by_rule")


def repeated(cells: Cells, code: str = "repeated") -> SampleRow:
    return SampleRow(cells, "duplicate", code)


def invalid(code: str, cells: Cells, fix: Mapping[str, str]) -> SampleRow:
    return SampleRow(cells, "invalid", code, fix)


def rejected(cells: Cells, fix: Mapping[str, str]) -> SampleRow:
    """A row whose lookups lead to a record that the workspace does not have."""
    return SampleRow(cells, "rejected", "record_not_found", fix)


Files = Sequence[tuple[str, str, Callable[[int], str]]]


def lookup_lines(files: Files) -> dict[str, list[tuple[str, str, str]]]:
    """Lines of lookup files by their names: the old id, the name, Reevo's id.

    Of each file are given its name, the kind of record, and the old id of the n-th.
    """
    records = load_workspace()
    return {
        file: [
            (as_id(at), one["display_name"], one["id"])
            for at, one in enumerate(records[kind])
        ]
        for file, kind, as_id in files
    }


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
