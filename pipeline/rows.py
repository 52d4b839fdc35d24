"""The values that travel between the stages: frozen, and never changed."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import polars as pl

ROW = "row"
ISSUE_SCHEMA: Final = pl.Schema(
    {
        ROW: pl.UInt32(),
        "severity": pl.String(),
        "code": pl.String(),
        "column": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "message": pl.String(),
        "hint": pl.String(),
    }
)
LEFT_OUT_SCHEMA: Final = pl.Schema({ROW: pl.UInt32(), "rule": pl.String()})

ORIGINS_SCHEMA: Final = pl.Schema({ROW: pl.UInt32(), "origin": pl.UInt64()})


class Status(StrEnum):
    """What became of a row; every row has exactly one."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    VALID = "valid"
    INVALID = "invalid"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    UNSENT = "unsent"


class Report(StrEnum):
    """Which rows of its run a report has that came back as a source."""

    FLAWED = "flawed"
    ALL = "all"


class Severity(StrEnum):
    """An error stops its row; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Column:
    """A source column: `id` names it inside frames, `name` is its header."""

    id: str
    name: str


@dataclass(frozen=True)
class Source:
    """A file (and sheet) as it was opened. `number` is its place in the run.

    `report` is set when the file is the report of an earlier run.
    """

    number: int
    path: str
    sheet: str | None
    sha256: str
    columns: tuple[Column, ...]
    header_row: int
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    escape: str | None = None
    section: str | None = None
    notes: tuple[str, ...] = ()
    report: Report | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same bytes, sheet and section, whatever the file's name."""
        parts = (self.sha256, self.sheet, self.section)
        return " ".join(part for part in parts if part)

    @property
    def label(self) -> str:
        return self.path if self.sheet is None else f"{self.path} [{self.sheet}]"


@dataclass(frozen=True)
class Batch:
    """Rows of one source: `rows` has `row` (UInt32) and a text column per column id.

    Empty cells are nulls. `issues` holds what reading found, in `ISSUE_SCHEMA`.
    `left_out` names rows that are no records, such as totals: `row` and `rule`.
    `origins` tells of a report's rows which source they come from: `row` and `origin`,
    a number for it; without rows, all come from this one.
    """

    source: Source
    rows: pl.DataFrame
    issues: pl.DataFrame
    left_out: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=LEFT_OUT_SCHEMA)
    )
    origins: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=ORIGINS_SCHEMA)
    )


@dataclass(frozen=True)
class Mapped:
    """A batch after mapping.

    `fields` has `row` and a column per mapped activity field, for the rows that
    no rule skipped; `skipped` has `row` and `rule`; `keys` has `row` and `key`
    (null where the mapping names no key); `labels` names, by field, the source
    columns it is made of; `notes` say what was taken for granted.
    """

    batch: Batch
    fields: pl.DataFrame
    skipped: pl.DataFrame
    keys: pl.DataFrame
    labels: Dict[str, str]
    issues: pl.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A batch after validation: `bodies` has `row`, `key` and `body` (JSON text)."""

    mapped: Mapped
    bodies: pl.DataFrame
    issues: pl.DataFrame


@dataclass(frozen=True)
class Request:
    """One row to send; `digest` tells a changed body from an equal one."""

    identity: bytes
    digest: bytes
    body: bytes


@dataclass(frozen=True)
class Link:
    """A record that an activity is linked to; `kind` is contact, account, ..."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True)
class Unanswered:
    """A row that was sent and whose answer is not known.

    `links` holds the most particular record first; `code` is what the ledger says
    of it; `mark` is the stamp in its text, if the mapping asks for one.
    """

    identity: bytes
    subject: str
    activity_time: datetime
    links: tuple[Link, ...]
    claimed_at: datetime
    given_up_at: datetime
    code: str = ""
    mark: str | None = None


@dataclass(frozen=True)
class RowLimit:
    """A number of rows, or a share of them: `--max-invalid 5`, `--max-failed 2%`."""

    rows: int | None = None
    percent: float | None = None

    def of(self, total: int) -> int:
        """The greatest number of rows out of `total` that is within the limit."""
        if self.rows is not None:
            return self.rows
        return int(total * (self.percent or 0.0) / 100)

    def __str__(self) -> str:
        return f"{self.percent:g}%" if self.rows is None else str(self.rows)


def no_issues() -> pl.DataFrame:
    return pl.DataFrame(schema=ISSUE_SCHEMA)


def rows_told(count: int) -> str:
    """A number of rows in words."""
    return "1 row" if count == 1 else f"{count:,} rows"
