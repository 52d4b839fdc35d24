"""What plan tests start from: bodies, identities, and a plan on disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ledger import State
from pipeline.plan import PLANNED_SCHEMA, Identifier, Plan, PlanWriter, Scope
from pipeline.rows import (
    LEFT_OUT_SCHEMA,
    Batch,
    Checked,
    Column,
    Mapped,
    Source,
    no_issues,
)
from tests.stages.stage_givens import issues_frame

SCOPE = Scope("https://api.example.test", "default", "acme")
BODIES = {"row": pl.UInt32, "key": pl.String, "body": pl.String}
IDENTIFIED = {
    "row": pl.UInt32,
    "body": pl.String,
    "identity": pl.Binary,
    "repeated": pl.String,
    "follows": pl.String,
}
STANDING = {
    "identity": pl.Binary,
    "run": pl.String,
    "state": pl.String,
    "activity_id": pl.String,
    "changed": pl.Boolean,
}
SENDINGS = {
    "identity": pl.Binary,
    "run": pl.String,
    "state": pl.Int64,
    "body": pl.Binary,
    "activity_id": pl.String,
}


def identity(number: int) -> bytes:
    return number.to_bytes(16, "big")


def bodies(*pairs: tuple[str | None, str], first_row: int = 2) -> pl.DataFrame:
    """Rows of (key, body), numbered from `first_row` on."""
    rows = [(first_row + n, *pair) for n, pair in enumerate(pairs)]
    return pl.DataFrame(rows, schema=BODIES, orient="row")


def identified_by(
    identifier: Identifier, *batches: tuple[int, Sequence[tuple[str | None, str]]]
) -> list[tuple[bytes, str | None]]:
    """The identities and repeated codes of batches, each of a source's number."""
    found = [identifier.identify(bodies(*pairs), source) for source, pairs in batches]
    return [line for each in found for line in each[["identity", "repeated"]].rows()]


def checked(
    *rows: int,
    skipped: dict[int, str] | None = None,
    left_out: dict[int, str] | None = None,
    issues: Sequence[dict[str, Any]] = (),
) -> Checked:
    """A validated batch of those rows; what is planned depends on its issues."""
    source = Source(0, "tasks.csv", None, "0" * 64, (Column("c0", "A"),), 1, "csv")
    table = pl.DataFrame({"row": rows}, schema={"row": pl.UInt32})
    no_records, rules = (
        pl.DataFrame(list((given or {}).items()), schema=LEFT_OUT_SCHEMA, orient="row")
        for given in (left_out, (skipped or {}) | (left_out or {}))
    )
    keys = table.with_columns(key=pl.lit("k"))
    mapped = Mapped(
        Batch(source, table, no_issues(), no_records),
        table,
        rules,
        keys,
        {},
        no_issues(),
    )
    return Checked(mapped, pl.DataFrame(schema=BODIES), issues_frame(*issues))


def identified(*lines: tuple[int, int, str | None]) -> pl.DataFrame:
    """Rows with a body: row, number of the identity, repeated."""
    rows = [(row, f"body {row}", identity(n), code, None) for row, n, code in lines]
    return pl.DataFrame(rows, schema=IDENTIFIED, orient="row")


def standing(*lines: tuple[int, str, str | None, bool]) -> pl.DataFrame:
    """What run r1 left: number of the identity, state, activity id, changed."""
    rows = [(identity(n), "r1", state, id_, new) for n, state, id_, new in lines]
    return pl.DataFrame(rows, schema=STANDING, orient="row")


def sendings(*lines: tuple[int, State, bytes]) -> pl.DataFrame:
    """The ledger's word: number of the identity, state, digest of the body."""
    rows = [(identity(n), "r1", int(s), body, f"act {n}") for n, s, body in lines]
    return pl.DataFrame(rows, schema=SENDINGS, orient="row")


def planned(*lines: tuple[int, str, int | None]) -> pl.DataFrame:
    """Planned rows: row, status, number of the identity; the body names the row."""
    rows = [
        {
            "row": row,
            "status": status,
            "identity": None if number is None else identity(number),
            "body": None if number is None else f'{{"row":{row}}}',
        }
        for row, status, number in lines
    ]
    return pl.DataFrame(rows, schema=PLANNED_SCHEMA)


def planned_batch(source: Source, table: pl.DataFrame) -> Batch:
    cells = [pl.format("cell {}", "row").alias(c.id) for c in source.columns]
    return Batch(source, table.select("row", *cells), no_issues())


def source(number: int = 0, **rest: Any) -> Source:
    columns = (Column("c0", "Id"), Column("c1", "Id"))
    return Source(
        number, f"{number}.csv", None, "0" * 64, columns, 1, "csv", "utf-8", ",", **rest
    )


def sealed(folder: Path, *batches: pl.DataFrame) -> Plan:
    """A plan of one source, with those batches."""
    writer = PlanWriter(folder)
    writer.add_source(source(), {"subject": "Id"})
    for table in batches:
        writer.add(planned_batch(source(), table), table, no_issues())
    return writer.seal()
