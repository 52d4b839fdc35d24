"""`preview`: the request bodies of the first rows, beside the cells they came from."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from pipeline.cli.again import typed_options
from pipeline.cli.choosing import chosen_mapping
from pipeline.cli.ending import told
from pipeline.cli.options import EXISTING, mapping_option, member_option, sheet_option
from pipeline.cli.texts import table
from pipeline.mapping import referenced_columns
from pipeline.plan import sent_body
from pipeline.printable import one_line, printable
from pipeline.rows import Checked
from pipeline.runs.prepare import Prepared, prepare, rules_of
from pipeline.runs.typed import on_sources
from pipeline.stages.map import map_rows
from pipeline.stages.read import Layout, spooling
from pipeline.stages.validate import validate_rows

_CELL_WIDTH = 60
_NO_IDENTITY = bytes(16)  # it depends on the target: the stamp shows zeros here


@click.command("preview")
@click.argument("file", type=EXISTING)
@mapping_option
@sheet_option
@member_option
@click.option(
    "-n",
    "rows",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many rows to show.",
)
def preview(
    *,
    file: Path,
    mapping: str | None,
    sheet: str | None,
    member: str | None,
    rows: int,
) -> None:
    """Show what would be sent for the first rows. Sends nothing.

    \b
    Example:
      activity-import preview Task.csv -m salesforce-task -n 3
    """
    layout = Layout(sheet=sheet, member=member)
    with told(), spooling() as spool:
        name, loaded = chosen_mapping(mapping, (file,), layout, spool)
        rules = rules_of(loaded, datetime.now(UTC))
        every = prepare((file,), loaded, layout, spool)
        for prepared in every:
            if len(every) > 1:
                click.echo(f"{prepared.source.source.label}\n")
            for batch in prepared.source.batches(rows):
                checked = validate_rows(map_rows(batch, prepared.bound), rules)
                click.echo(_shown(prepared, checked), nl=False)
    next_one = on_sources("validate", [str(file)], *typed_options(name))
    click.echo(f"Next:\n  {next_one}")


def _shown(prepared: Prepared, checked: Checked) -> str:
    stamp = prepared.bound.mapping.stamp
    bodies = {
        row: sent_body(body, _NO_IDENTITY, stamp)
        for row, body in checked.bodies.select("row", "body").iter_rows()
    }
    rules = dict(checked.mapped.skipped.iter_rows())
    texts = []
    for cells in checked.mapped.batch.rows.iter_rows(named=True):
        row = cells["row"]
        fate = _fate(row, bodies, rules, checked)
        texts.append(f"Row {row}\n{_cells(prepared, cells)}\n{fate}\n")
    return "\n".join(texts) + "\n" if texts else ""


def _cells(prepared: Prepared, cells: dict[str, Any]) -> str:
    headers = prepared.bound.headers
    names = dict.fromkeys(
        ref.name for ref in referenced_columns(prepared.bound.mapping)
    )
    lines = [
        (headers.names[name], one_line(cells.get(headers.ids[name] or ""), _CELL_WIDTH))
        for name in names
    ]
    return table(lines)


def _fate(
    row: int, bodies: dict[int, bytes], rules: dict[int, str], checked: Checked
) -> str:
    if row in rules:
        return f"  -> skipped: {printable(rules[row])}"
    issues = checked.issues.filter(pl.col("row") == row)
    told_issues = [
        printable(f"  {severity} {code}: {message} {hint}")
        for severity, code, message, hint in issues.select(
            "severity", "code", "message", "hint"
        ).iter_rows()
    ]
    if row not in bodies:
        return "\n".join(["  -> invalid, not sent", *told_issues])
    body = printable(json.dumps(json.loads(bodies[row]), ensure_ascii=False, indent=2))
    sent = "\n".join(f"  {line}" for line in body.splitlines())
    return "\n".join([f"  -> POST /api/v2/activity\n{sent}", *told_issues])
