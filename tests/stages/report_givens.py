"""What report tests start from: a small plan, and what the ledger says of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ledger import RunRecord
from pipeline.plan import Plan, PlanWriter
from pipeline.rows import Batch, no_issues
from pipeline.stages.report import Counted, Fates, write_report
from tests.plan.plan_givens import identity
from tests.stages.stage_givens import Table, batch

OWN = {
    "identity": pl.Binary,
    "status": pl.String,
    "activity_id": pl.String,
    "http_status": pl.Int64,
    "attempts": pl.Int64,
    "code": pl.String,
    "field": pl.String,
    "message": pl.String,
    "claimed_at": pl.Int64,
    "at": pl.Int64,
}
OTHERS = {
    "identity": pl.Binary,
    "status": pl.String,
    "activity_id": pl.String,
    "run": pl.String,
}
Line = tuple[object, ...]
LABELS = {"subject": "Id", "contact_ids": "Id, Note"}


def fates_of(
    own: tuple[Line, ...] = (), others: tuple[Line, ...] = ()
) -> Callable[[pl.Series], Fates]:
    """Each line starts with the number of an identity; what it lacks is null."""
    fates = Fates(_frame(own, OWN), _frame(others, OTHERS))
    return lambda _identities: fates


def named(table: Table, *headers: str, **rest: Any) -> Batch:
    """The table under other headers, which may repeat one another."""
    rows = batch(table, **rest)
    columns = zip(rows.source.columns, headers, strict=True)
    renamed = tuple(replace(column, name=name) for column, name in columns)
    return replace(rows, source=replace(rows.source, columns=renamed))


def plan_of(folder: Path, *parts: tuple[Batch, pl.DataFrame, pl.DataFrame]) -> Plan:
    """A plan of batches, each of its own source, with planned rows and issues."""
    writer = PlanWriter(folder / "plan")
    for rows, table, issues in parts:
        writer.add_source(rows.source, LABELS)
        writer.add(rows, table, issues)
    return writer.seal()


def one_batch(folder: Path, rows: Batch, table: pl.DataFrame) -> Plan:
    return plan_of(folder, (rows, table, no_issues()))


def report(
    folder: Path,
    plan: Plan,
    fates: Callable[[pl.Series], Fates] | None = None,
    *,
    run: RunRecord | None = None,
) -> Counted:
    """Writes the report of a plan into `folder`."""
    return write_report(
        folder,
        plan,
        fates or fates_of(),
        run=run or run_record(),
        advance=lambda _: None,
    )


def run_record(*, dry_run: bool = False) -> RunRecord:
    """The run that a report is of."""
    return RunRecord(
        name="20261123-0731-ab12",
        command="run",
        dry_run=dry_run,
        target="https://api.reevo.ai",
        workspace="default",
        mapping_name="any",
        mapping_sha256="",
        started_at=datetime(2026, 11, 23, tzinfo=UTC),
        reports="",
    )


def _frame(
    lines: tuple[Line, ...], schema: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    lacking = (None,) * len(schema)
    rows = [
        (identity(int(str(number))), *rest, *lacking)[: len(schema)]
        for number, *rest in lines
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
