"""The tests inside a mapping: golden rows, mapped and compared."""

from datetime import UTC, datetime

import polars as pl

from pipeline.activity import TIME_FORMAT
from pipeline.errors import Mistake
from pipeline.lookups import LookupTable, assemble, lookup_table
from pipeline.mapping import bind_columns, referenced_columns
from pipeline.mapping.cells import Headers
from pipeline.mapping.model import GoldenRow, Mapping
from pipeline.nearest import normalize_name
from pipeline.rows import Batch, Checked, Column, Source, no_issues
from pipeline.runs.prepare import rules_of
from pipeline.stages.map import BoundMapping, map_rows
from pipeline.stages.validate import validate_rows

Value = str | list[str] | None


def golden_mistakes(mapping: Mapping) -> tuple[Mistake, ...]:
    """What the mapping's tests find wrong with it, a mistake per difference."""
    return tuple(
        mistake
        for number, test in enumerate(mapping.tests, start=1)
        for mistake in _differences(mapping, test, number)
    )


def _differences(mapping: Mapping, test: GoldenRow, number: int) -> list[Mistake]:
    checked = _checked(mapping, test)
    found = [*_outcome(checked, test), *_values(checked, test)]
    return [Mistake(f"Test {number}: {text}", test.place) for text in found]


def _outcome(checked: Checked, test: GoldenRow) -> list[str]:
    skipped = not checked.mapped.skipped.is_empty()
    if skipped != test.skipped:
        return [f"the row is {'skipped' if skipped else 'not skipped'}."]
    codes = checked.issues["code"].unique(maintain_order=True).to_list()
    if test.issue is None or test.issue in codes:
        return []
    return [f"expected the issue {test.issue}, found {', '.join(codes) or 'none'}."]


def _values(checked: Checked, test: GoldenRow) -> list[str]:
    fields = checked.mapped.fields
    if fields.is_empty():
        return []
    return [
        f"{name} is {_found(fields, name)!r}, expected {wanted!r}."
        f"{_reason(checked, name)}"
        for name, wanted in test.expect.items()
        if _found(fields, name) != wanted
    ]


def _reason(checked: Checked, name: str) -> str:
    messages = checked.issues.filter(pl.col("field") == name)["message"]
    return "".join(f" {message}" for message in messages)


def _found(fields: pl.DataFrame, name: str) -> Value:
    if name not in fields.columns:
        return None
    if name == "activity_time":
        fields = fields.select(pl.col(name).dt.strftime(TIME_FORMAT))
    value: Value = fields[name].to_list()[0]
    return value


def _checked(mapping: Mapping, test: GoldenRow) -> Checked:
    refs = referenced_columns(mapping)
    names = tuple(
        {normalize_name(ref.name): ref.name for ref in reversed(refs)}.values()
    )
    columns = tuple(Column(f"c{n}", name) for n, name in enumerate(names))
    source = Source(0, "tests", None, "", columns, header_row=1, format="test")
    ids = bind_columns(mapping, columns, source=mapping.path)
    given = {normalize_name(name): text for name, text in test.given.items()}
    cells = {at.id: [given.get(normalize_name(at.name))] for at in columns}
    rows = pl.DataFrame(
        {"row": [2], **cells},
        schema={"row": pl.UInt32, **{column.id: pl.String for column in columns}},
    )
    bound = BoundMapping(mapping, Headers.of(ids, source), _tables(mapping, test))
    rules = rules_of(mapping, datetime.now(UTC))
    return validate_rows(map_rows(Batch(source, rows, no_issues()), bound), rules)


def _tables(mapping: Mapping, test: GoldenRow) -> dict[str, LookupTable]:
    own = {
        name: lookup_table(
            pl.DataFrame(
                list(test.lookups.get(name, {}).items()),
                schema={"value": pl.String, "answer": pl.String},
                orient="row",
            ),
            label=name,
            kind=lookup.by,
        )
        for name, lookup in mapping.lookups.items()
    }
    return assemble(mapping.lookups, own)
