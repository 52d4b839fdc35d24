"""`inspect`: what a file is, what its columns hold, which presets fit."""

from dataclasses import dataclass
from pathlib import Path

import click
import polars as pl

from pipeline.cli.ending import told
from pipeline.cli.options import EXISTING, sheet_option
from pipeline.cli.texts import table
from pipeline.mapping import PresetFit, fits, load_mapping, presets
from pipeline.rows import Column, Source
from pipeline.stages.read import Layout, OpenSource, SheetFacts, open_source, sheets

_LOOKED_AT = 10_000
_SAMPLES = 3
_SAMPLE_WIDTH = 24
_KINDS = {
    "date or time": r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ,].*)?$",
    "number": r"^[+-]?\d+([.,]\d+)?$",
    "e-mail": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "Reevo id": r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    "yes or no": r"^(?i:true|false|yes|no|0|1)$",
    "HTML": r"<[a-zA-Z/][^>]*>",
}


@dataclass(frozen=True)
class ColumnFacts:
    """What the first rows say of a column."""

    name: str
    filled: float
    kind: str
    samples: tuple[str, ...]


@click.command("inspect")
@click.argument("file", type=EXISTING)
@sheet_option
def inspect(*, file: Path, sheet: str | None) -> None:
    """Show what FILE is: format, encoding, sheets, columns, and which presets fit.

    \b
    Example:
      activity-import inspect Task.csv
    """
    with told():
        opened = open_source(file, Layout(sheet=sheet), number=0)
        rows = _first_rows(opened)
        facts = [_facts(column, rows) for column in opened.source.columns]
        fit = [
            fits(load_mapping(preset.path), opened.source.columns)
            for preset in presets()
        ]
        text = _text(opened.source, sheets(file), rows.height, facts, fit)
    click.echo(text)
    best = next((one.name for one in fit if one.fits), None)
    command = f"preview {file} -m {best}" if best else "presets --show generic"
    click.echo(f"\nNext:\n  activity-import {command}")


def _first_rows(opened: OpenSource) -> pl.DataFrame:
    frames = [batch.rows for batch in opened.batches(_LOOKED_AT)]
    names = [column.id for column in opened.source.columns]
    schema = {"row": pl.UInt32} | dict.fromkeys(names, pl.String)
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _facts(column: Column, rows: pl.DataFrame) -> ColumnFacts:
    cells = rows[column.id].drop_nulls()
    samples = cells.unique(maintain_order=True).head(_SAMPLES).to_list()
    filled = cells.len() / rows.height if rows.height else 0.0
    return ColumnFacts(column.name, filled, _kind(cells), tuple(samples))


def _kind(cells: pl.Series) -> str:
    if cells.is_empty():
        return "empty"
    for kind, pattern in _KINDS.items():
        if cells.str.strip_chars().str.contains(pattern).mean() == 1:
            return kind
    return "HTML" if cells.str.contains(_KINDS["HTML"]).any() else "text"


def _text(
    source: Source,
    found: tuple[SheetFacts, ...],
    looked_at: int,
    facts: list[ColumnFacts],
    fit: list[PresetFit],
) -> str:
    parts = [_file_text(source), _sheets_text(found), _columns_text(facts, looked_at)]
    notes = "\n".join(f"Note: {note}" for note in source.notes)
    return "\n\n".join(part for part in (*parts, notes, _fit_text(fit)) if part)


def _file_text(source: Source) -> str:
    lines = [
        ("file", source.path),
        ("format", source.format),
        ("encoding", source.encoding),
        ("delimiter", {"\t": "tab"}.get(source.delimiter or "", source.delimiter)),
        ("sheet", source.sheet),
        ("header row", str(source.header_row)),
    ]
    return table([(name, value) for name, value in lines if value], indent=0)


def _sheets_text(found: tuple[SheetFacts, ...]) -> str:
    if not found:
        return ""
    lines = [
        (one.name, f"{one.rows:,} rows", "" if one.visible else "hidden")
        for one in found
    ]
    return "Sheets:\n" + table(lines)


def _columns_text(facts: list[ColumnFacts], looked_at: int) -> str:
    lines = [("column", "filled", "holds", "for example")]
    for fact in facts:
        samples = " | ".join(map(_short, fact.samples))
        lines.append(
            (fact.name or "(no header)", f"{fact.filled:.0%}", fact.kind, samples)
        )
    return f"Columns, by the first {looked_at:,} rows:\n" + table(lines)


def _short(sample: str) -> str:
    text = " ".join(sample.split())
    return text if len(text) <= _SAMPLE_WIDTH else text[: _SAMPLE_WIDTH - 3] + "..."


def _fit_text(fit: list[PresetFit]) -> str:
    lines = []
    for one in fit:
        word = "fits" if one.fits else "does not fit"
        reason = (
            f"has {', '.join(one.found)}"
            if one.fits
            else f"lacks {', '.join(one.missing)}"
        )
        lines.append((one.name, word, reason))
    return "Presets:\n" + table(lines)
