"""The report files of a run, written batch by batch."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl

from pipeline.ahead import ahead
from pipeline.issues import all_issues
from pipeline.ledger import RunRecord
from pipeline.plan import Plan, PlannedBatch
from pipeline.private_files import private_folder, replacing
from pipeline.rows import Source, Status
from pipeline.spreadsheet_text import neutralize
from pipeline.stages.report.columns import SourceColumns
from pipeline.stages.report.outcomes import Fates, outcomes_of, refusals

ROWS, ISSUES, FIX_ME = "rows.csv", "issues.csv", "fix-me.csv"
# Without a mark Excel takes it for the code page of its country.
_MARKS = {FIX_ME: codecs.BOM_UTF8}
_OUTCOME = (
    "status",
    "activity_id",
    "code",
    "column",
    "message",
    "hint",
    "http_status",
    "attempts",
)
_REASON = ("status", "code", "message", "hint")
_ISSUE = ("severity", "code", "column", "field", "value", "message", "hint")


@dataclass(frozen=True)
class IssueCount:
    """How often an issue came up, and where first."""

    code: str
    count: int
    first_row: int
    message: str


@dataclass
class Counted:
    """What the report files say: rows by status, and issues by code.

    `sent` counts the outcomes that this run's own sendings decided.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    issues: dict[str, IssueCount] = field(default_factory=dict)

    def add(self, outcomes: pl.DataFrame, issues: pl.DataFrame) -> None:
        self.statuses.update(dict(outcomes["status"].value_counts().iter_rows()))
        own = outcomes.filter(pl.col("attempts").is_not_null())
        self.sent.update(dict(own["status"].value_counts().iter_rows()))
        first = issues.group_by("code", maintain_order=True).agg(
            pl.len(), pl.col("row").first(), pl.col("message").first()
        )
        for code, count, row, message in first.iter_rows():
            before = self.issues.get(code, IssueCount(code, 0, row, message))
            self.issues[code] = IssueCount(
                code, before.count + count, before.first_row, before.message
            )


@dataclass(frozen=True)
class Part:
    """A batch's part of the report: `rows` and `outcomes` have the same order.

    `rows` are those of the source, `outcomes` as `outcomes_of` gives them, `issues`
    in `ISSUE_SCHEMA`; `lines` are those of each file.
    """

    source: Source
    rows: pl.DataFrame
    outcomes: pl.DataFrame
    issues: pl.DataFrame
    lines: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


class Onlooker(Protocol):
    """Sees each part of the report once, in order, while the files are written."""

    def see(self, part: Part) -> None: ...


def write_report(
    folder: Path,
    plan: Plan,
    fates: Callable[[pl.Series], Fates],
    *,
    run: RunRecord,
    advance: Callable[[int], None],
    onlookers: Sequence[Onlooker] = (),
) -> Counted:
    """Writes rows.csv, issues.csv and fix-me.csv; raises ReportError."""
    private_folder(folder)
    columns = SourceColumns.of(plan.sources)
    counted = Counted()
    with ExitStack() as stack:
        files = [
            stack.enter_context(_table(folder / name, header, _MARKS.get(name, b"")))
            for name, header in _headers(columns).items()
        ]
        made = (_made(plan, batch, fates, columns, run) for batch in plan.batches)
        for part in ahead(made):
            counted.add(part.outcomes, part.issues)
            for onlooker in onlookers:
                onlooker.see(part)
            for file, lines in zip(files, part.lines, strict=True):
                lines.write_csv(file, include_header=False)
            advance(part.outcomes.height)
    return counted


def _made(
    plan: Plan,
    batch: PlannedBatch,
    fates: Callable[[pl.Series], Fates],
    columns: SourceColumns,
    run: RunRecord,
) -> Part:
    planned = batch.planned()
    labels = plan.labels[batch.source.number]
    known = fates(planned["identity"])
    outcomes = outcomes_of(planned, known, labels, run)
    issues = all_issues([batch.issues(), refusals(outcomes)])
    rows = batch.rows()
    lines = _lines(batch.source, rows, outcomes, issues, columns)
    return Part(batch.source, rows, outcomes, issues, lines)


def _headers(columns: SourceColumns) -> dict[str, list[str]]:
    place = ["source", "sheet", "row"]
    added = [f"_{name}" for name in (*place, *_OUTCOME)]
    return {
        ROWS: added + columns.headers,
        ISSUES: [*place, *_ISSUE],
        FIX_ME: columns.headers + [f"_{name}" for name in _REASON],
    }


def _lines(
    source: Source,
    cells: pl.DataFrame,
    outcomes: pl.DataFrame,
    issues: pl.DataFrame,
    columns: SourceColumns,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    place = [
        neutralize(pl.lit(source.path)).alias("source"),
        neutralize(pl.lit(source.sheet or "")).alias("sheet"),
    ]
    told = outcomes.with_columns(_safe(_OUTCOME, outcomes))
    rows = pl.concat(
        [
            told.select(*place, "row", *_OUTCOME),
            cells.select(columns.cells(source)),
        ],
        how="horizontal",
    )
    to_fix = told["status"].is_in([Status.INVALID.value, Status.REJECTED.value])
    fix_me = rows.filter(to_fix).select(pl.selectors.starts_with("cell "), *_REASON)
    said = issues.select(*place, "row", *_safe(_ISSUE, issues))
    return rows, said, fix_me


def _safe(names: tuple[str, ...], frame: pl.DataFrame) -> list[pl.Expr]:
    return [
        neutralize(pl.col(name)) if frame.schema[name] == pl.String else pl.col(name)
        for name in names
    ]


@contextmanager
def _table(path: Path, header: list[str], mark: bytes) -> Iterator[BinaryIO]:
    with replacing(path) as aside, aside.open("wb") as file:
        file.write(mark + _header_line(header))
        yield file


def _header_line(header: list[str]) -> bytes:
    safe = (
        pl.Series(header, dtype=pl.String)
        .to_frame("name")
        .select(neutralize(pl.col("name")))
    )
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(safe.to_series())
    return line.getvalue().encode()
