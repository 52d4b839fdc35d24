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
from pipeline.cli.options import (
    EXISTING,
    address_options,
    key_option,
    ledger_option,
    mapping_option,
    member_option,
    sandbox_option,
    several,
    sheet_option,
    time_options,
    workspace_option,
)
from pipeline.cli.run import sending_of
from pipeline.cli.texts import table
from pipeline.cli.tools import Sending, default_ledger, offline_tools, target_of
from pipeline.mapping import referenced_columns, with_times_as_told
from pipeline.plan import sent_body
from pipeline.printable import one_line, printable
from pipeline.rows import Checked
from pipeline.runs.dates import decide_dates
from pipeline.runs.foresee import foresee
from pipeline.runs.job import Job
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
@time_options
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
@several(
    ledger_option,
    sandbox_option,
    workspace_option,
    address_options,
    key_option,
)
def preview(
    *,
    file: Path,
    mapping: str | None,
    timezone: str | None,
    dates: str | None,
    rows: int,
    **options: Any,
) -> None:
    """Show what would be sent for the first rows. Sends nothing.

    Asks Reevo only if a lookup of the mapping does.

    \b
    Example:
      activity-import preview Task.csv -m salesforce-task -n 3
    """
    with told(), spooling() as spool:
        layout = Layout(sheet=options["sheet"], member=options["member"])
        name, loaded = chosen_mapping(mapping, (file,), layout, spool)
        loaded = with_times_as_told(loaded, timezone=timezone, dates=dates)
        every = prepare((file,), loaded, layout, spool)
        _, every = decide_dates(every, _pass_over)
        if loaded.queries:
            sending = sending_of(options)
            job = Job(
                command="preview",
                paths=(file,),
                mapping=loaded,
                target=target_of(sending, options["workspace"]),
                reports=Path(),
                layout=layout,
                limit=rows,
            )
            every = _with_answers(job, every, sending, options["ledger"])
        _show(every, rows)
    following = on_sources("validate", [str(file)], *typed_options(name))
    click.echo(f"Next:\n  {following}")


def _pass_over(_rows: int) -> None:
    """Nobody waits long for a preview."""


def _with_answers(
    job: Job, every: tuple[Prepared, ...], sending: Sending, ledger: Path | None
) -> tuple[Prepared, ...]:
    path = ledger or default_ledger(sandbox=sending.sandbox)
    with offline_tools(path, sending=sending, quiet=False) as tools:
        return foresee(job, every, tools)


def _show(every: tuple[Prepared, ...], rows: int) -> None:
    rules = rules_of(every[0].bound.mapping, datetime.now(UTC))
    for prepared in every:
        if len(every) > 1:
            click.echo(f"{prepared.source.source.label}\n")
        for batch in prepared.source.batches(rows):
            checked = validate_rows(map_rows(batch, prepared.bound), rules)
            click.echo(_shown(prepared, checked), nl=False)


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
