"""What stage tests start from: a small table, a mapping of it, and its rows."""

from collections.abc import Mapping as Dict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.activity import ActivityRules
from pipeline.lookups import LookupTable, lookup_table
from pipeline.mapping import bind_columns
from pipeline.mapping.cells import Headers
from pipeline.mapping.model import ColumnRef, FieldRule, FromColumns, Mapping, Template
from pipeline.rows import (
    ISSUE_SCHEMA,
    Batch,
    Checked,
    Column,
    Mapped,
    Source,
    no_issues,
)
from pipeline.stages.map import BoundMapping, map_rows
from pipeline.stages.validate import validate_rows

Table = Dict[str, list[str | None]]
NOW = datetime(2024, 6, 1, tzinfo=UTC)
RULES = ActivityRules(NOW)
TIME = pl.Datetime("us", "UTC")


def refs(*names: str) -> tuple[ColumnRef, ...]:
    return tuple(ColumnRef(name) for name in names)


def from_columns(*names: str, **steps: Any) -> FieldRule:
    if isinstance(steps.get("lookup"), str):
        steps["lookup"] = (steps["lookup"],)
    return FieldRule(FromColumns(refs(*names)), **steps)


def template(*parts: str | ColumnRef) -> FieldRule:
    return FieldRule(Template(parts))


def mapping(fields: Dict[str, FieldRule], **rest: Any) -> Mapping:
    return Mapping("acme", "acme", "", Path(), "acme.yaml", "", "", fields, **rest)


def source(*headers: str, **rest: Any) -> Source:
    columns = tuple(Column(f"c{n}", name) for n, name in enumerate(headers))
    standard = Source(0, "tasks.csv", None, "0" * 64, columns, 1, "csv")
    return replace(standard, **rest)


def batch(table: Table, *, issues: pl.DataFrame | None = None, **rest: Any) -> Batch:
    """The rows of a table whose header is row 1."""
    given = source(*table, **rest)
    cells = {f"c{n}": cells for n, cells in enumerate(table.values())}
    rows = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    numbered = rows.with_row_index("row", offset=2)
    return Batch(given, numbered, no_issues() if issues is None else issues)


def bound(
    rows: Batch,
    rules: Mapping,
    lookups: Dict[str, list[tuple[str, str]]] | None = None,
) -> BoundMapping:
    ids = bind_columns(rules, rows.source.columns, source="tasks.csv")
    tables = {
        name: lookup_of(*pairs, label=f"{name}.csv")
        for name, pairs in (lookups or {}).items()
    }
    return BoundMapping(rules, Headers.of(ids, rows.source), tables)


def lookup_of(
    *pairs: tuple[str | None, str | None], label: str = "ids.csv"
) -> LookupTable:
    schema = {"value": pl.String, "answer": pl.String}
    return lookup_table(pl.DataFrame(pairs, schema=schema, orient="row"), label=label)


def mapped(
    table: Table,
    fields: Dict[str, FieldRule],
    lookups: Dict[str, list[tuple[str, str]]] | None = None,
    **rest: Any,
) -> Mapped:
    """The table's rows after mapping; `rest` are further parts of the mapping."""
    rows = batch(table)
    return map_rows(rows, bound(rows, mapping(fields, **rest), lookups))


def values_of(table: Table, field: str, rule: FieldRule, **rest: Any) -> list[Any]:
    """What a field becomes, row by row, where nothing goes wrong."""
    found = mapped(table, {field: rule}, **rest)
    assert found.issues.is_empty(), found.issues
    return found.fields[field].to_list()


def checked(fields: pl.DataFrame, rules: ActivityRules = RULES) -> Checked:
    """Mapped fields after validation; every field is made of one like column."""
    return validate_rows(as_mapped(fields), rules)


def as_mapped(fields: pl.DataFrame, issues: pl.DataFrame | None = None) -> Mapped:
    names = fields.columns[1:]
    return Mapped(
        Batch(source(*names), fields.select("row"), no_issues()),
        fields,
        skipped=pl.DataFrame(schema={"row": pl.UInt32, "rule": pl.String}),
        keys=fields.select("row", key=pl.format("key {}", "row")),
        labels={name: f"The {name}" for name in names},
        issues=no_issues() if issues is None else issues,
    )


def fields_of(*rows: Dict[str, Any]) -> pl.DataFrame:
    """Mapped rows from row 2 on; a sound time and subject unless told otherwise."""
    sound = {"activity_time": NOW, "subject": "Call"}
    names = dict.fromkeys(name for row in (sound, *rows) for name in row)
    types: dict[str, Any] = {
        "activity_time": TIME,
        "contact_ids": pl.List(pl.String),
    }
    cells = [{**sound, **row} for row in rows]
    schema = {name: types.get(name, pl.String) for name in names}
    return pl.DataFrame(cells, schema=schema).with_row_index("row", offset=2)


def issue(row: int, code: str, **rest: str) -> dict[str, Any]:
    """An issue as the frames hold it; what is not told is empty."""
    empty = dict.fromkeys(ISSUE_SCHEMA, "")
    return {**empty, "row": row, "severity": "error", "code": code, **rest}


def issues_frame(*issues: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(issues), schema=ISSUE_SCHEMA)


def codes(issues: pl.DataFrame) -> list[tuple[int, str, str]]:
    return issues.select("row", "code", "field").rows()
