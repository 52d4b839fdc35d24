"""`lookups`: which values resolve to Reevo ids and which do not, before the run."""

from pathlib import Path
from typing import Any, Final

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
    limit_option,
    lookup_age_option,
    mapping_option,
    member_option,
    quiet_option,
    rate_option,
    sandbox_option,
    several,
    sheet_option,
    workspace_option,
)
from pipeline.cli.run import sending_of
from pipeline.cli.texts import table
from pipeline.cli.tools import default_ledger, offline_tools, target_of
from pipeline.errors import PipelineError, SettingsError
from pipeline.mapping.model import FieldRule, Mapping
from pipeline.nearest import did_you_mean
from pipeline.printable import one_line
from pipeline.private_files import replacing
from pipeline.runs.foresee import survey_lookups
from pipeline.runs.job import Job
from pipeline.runs.prepare import Prepared, prepare
from pipeline.runs.typed import on_sources
from pipeline.spreadsheet_text import neutralize
from pipeline.stages.read import Layout, spooling

_NEEDS_A_PERSON: Final = 3
_CELL_WIDTH: Final = 50
_VALUE, _REEVO_ID = "Value", "Reevo ID"


@click.command("lookups")
@several(
    click.argument("files", nargs=-1, required=True, type=EXISTING, metavar="FILE..."),
    mapping_option,
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.csv",
        help="Write the values that do not resolve to a file to fill in.",
    ),
    click.option("--field", metavar="NAME", help="Look at this field only."),
    click.option(
        "-n",
        "shown",
        type=click.IntRange(min=1),
        default=20,
        show_default=True,
        help="How many values to show; the file has all.",
    ),
    sheet_option,
    member_option,
    limit_option,
    lookup_age_option,
    ledger_option,
    sandbox_option,
    workspace_option,
    address_options,
    key_option,
    rate_option,
    quiet_option,
)
def lookups(
    *,
    mapping: str | None,
    output: Path | None,
    field: str | None,
    shown: int,
    quiet: bool,
    **options: Any,
) -> None:
    """Show which values resolve to ids of Reevo and which do not. Sends nothing.

    Asks Reevo only if a lookup of the mapping does. Exit codes: 0 all resolve, 1 it
    could not be done, 2 wrong usage, 3 some do not resolve.

    \b
    Examples:
      activity-import lookups Task.csv -m salesforce-task
      activity-import lookups Task.csv -m my-mapping.yaml -o by_hand.csv
    """
    with told(), spooling() as spool:
        layout = Layout(sheet=options.pop("sheet"), member=options.pop("member"))
        name, loaded = chosen_mapping(mapping, options["files"], layout, spool)
        _check(loaded, field, output)
        prepared = prepare(options["files"], loaded, layout, spool)
        found = _surveyed(prepared, layout, options, quiet=quiet)
        if field is not None:
            found = found.filter(pl.col("field") == field)
        lost = found.filter(pl.col("answer").is_null())
        if output is not None and not lost.is_empty():
            _write(lost, output)
    click.echo(_summary(loaded, found))
    if not lost.is_empty():
        click.echo(_listed(lost, shown))
    click.echo(_next(loaded, lost, output, options["files"], typed_options(name)))
    raise SystemExit(0 if lost.is_empty() else _NEEDS_A_PERSON)


def _check(mapping: Mapping, field: str | None, output: Path | None) -> None:
    fields = _fields(mapping)
    if not fields:
        raise PipelineError(
            "The mapping looks nothing up.",
            where=mapping.path,
            hint="Give a field a `lookup`, and say under `lookups` where to look.",
            code="lookup_not_in_use",
        )
    if field is not None and field not in fields:
        raise SettingsError(
            f"The field '{field}' looks nothing up; these do: {', '.join(fields)}.",
            hint=did_you_mean(field, fields),
            code="lookup_not_in_use",
        )
    if output is not None and output.exists():
        raise SettingsError(
            "The file is there already, and what was filled in is not overwritten.",
            where=str(output),
            hint="Name another file with -o.",
            code="output_exists",
        )


def _fields(mapping: Mapping) -> dict[str, FieldRule]:
    return {name: rule for name, rule in mapping.fields.items() if rule.lookup}


def _surveyed(
    prepared: tuple[Prepared, ...],
    layout: Layout,
    options: dict[str, Any],
    *,
    quiet: bool,
) -> pl.DataFrame:
    sending = sending_of(options)
    job = Job(
        command="lookups",
        paths=options["files"],
        mapping=prepared[0].bound.mapping,
        target=target_of(sending, options["workspace"]),
        reports=Path(),
        layout=layout,
        dry_run=True,
        limit=options["limit"],
        lookup_age=options["lookup_age"],
    )
    path = options["ledger"] or default_ledger(sandbox=sending.sandbox)
    with offline_tools(path, sending=sending, quiet=quiet) as tools:
        return survey_lookups(job, prepared, tools)


def _write(lost: pl.DataFrame, path: Path) -> None:
    """A private file to fill in, which spreadsheets read without harm."""
    cells = lost.select(
        neutralize(pl.col("value")).alias(_VALUE),
        pl.lit("").alias(_REEVO_ID),
        pl.col("rows").alias("Rows"),
        pl.col("field").alias("Field"),
        pl.col("lookup").alias("Lookup"),
        neutralize(pl.col("told")).alias("What is known"),
    )
    with replacing(path) as aside:
        cells.write_csv(aside, include_bom=True)


def _summary(mapping: Mapping, found: pl.DataFrame) -> str:
    if found.is_empty():
        return "There is nothing to look up."
    lines = []
    for name, rule in _fields(mapping).items():
        answers = found.filter(pl.col("field") == name)["answer"]
        known = answers.len() - answers.null_count()
        if not answers.is_empty():
            text = f"{known:,} of {answers.len():,} values resolve"
            lines.append((name, ", ".join(rule.lookup), text))
    return table(lines, indent=0)


def _listed(lost: pl.DataFrame, shown: int) -> str:
    lines = [
        (f"{rows:,}x".rjust(8), field, one_line(value, _CELL_WIDTH), text)
        for field, value, rows, text in lost.select("field", "value", "rows", "told")
        .head(shown)
        .iter_rows()
    ]
    more = f"\n  and {lost.height - shown:,} more" if lost.height > shown else ""
    return f"\nWithout an answer, most frequent first:\n{table(lines, indent=0)}{more}"


def _next(
    mapping: Mapping,
    lost: pl.DataFrame,
    output: Path | None,
    files: tuple[Path, ...],
    words: tuple[str, ...],
) -> str:
    sources = [str(path) for path in files]
    checked = on_sources("validate", sources, *words)
    if lost.is_empty():
        return f"\nNext:\n  {checked}"
    if output is None:
        listing = on_sources("lookups", sources, *words, "-o", _free_file())
        return f"\nNext:\n  {listing}"
    return f"{_advice(mapping, lost, output)}\n\nNext:\n  {checked}"


def _advice(mapping: Mapping, lost: pl.DataFrame, output: Path) -> str:
    name = _free_name(mapping)
    rules = _fields(mapping)
    fields = [
        f"    {field}: {{..., lookup: [{', '.join((name, *rules[field].lookup))}]}}"
        for field in lost["field"].unique(maintain_order=True)
    ]
    kind = _kind(mapping, rules[lost["field"][0]])
    by = "" if kind == "exact" else f", by: {kind}"
    return "\n".join(
        [
            f"\n{output}: fill in the column `{_REEVO_ID}`, then add to the mapping:",
            "  fields:",
            *fields,
            "  lookups:",
            f"    {name}: {{file: {output.name}, match: {_VALUE}, "
            f"return: {_REEVO_ID}{by}}}",
        ]
    )


def _free_name(mapping: Mapping) -> str:
    names = ("by_hand", *(f"by_hand_{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in mapping.lookups)


def _free_file() -> str:
    names = ("by_hand.csv", *(f"by_hand_{number}.csv" for number in range(2, 1000)))
    return next(name for name in names if not Path(name).exists())


def _kind(mapping: Mapping, rule: FieldRule) -> str:
    """How the first lookup compares: the file's values are read in the same way."""
    return mapping.lookups[rule.lookup[0]].by
