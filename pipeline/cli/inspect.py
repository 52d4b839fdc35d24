"""`inspect`: what a file is, what its columns hold, which presets fit."""

from pathlib import Path

import click

from pipeline.cli.again import typed_options
from pipeline.cli.ending import told
from pipeline.cli.looking import Look, look_at
from pipeline.cli.options import EXISTING, member_option, sheet_option
from pipeline.cli.texts import table
from pipeline.mapping import Fit
from pipeline.printable import one_line, printable
from pipeline.rows import Source, rows_told
from pipeline.runs.detection import Detection, detect, shipped_mappings
from pipeline.runs.typed import on_sources
from pipeline.stages.read import STDIN, Layout, SheetFacts, spooling
from pipeline.suggesting import ColumnProfile

_SAMPLE_WIDTH = 24
_MOST_VALUES = 8


@click.command("inspect")
@click.argument("file", type=EXISTING)
@sheet_option
@member_option
def inspect(*, file: Path, sheet: str | None, member: str | None) -> None:
    """Show what FILE is: format, encoding, sheets, columns, and which presets fit.

    \b
    Example:
      activity-import inspect Task.csv
    """
    layout = Layout(sheet=sheet, member=member)
    with told(), spooling() as spool:
        looks = look_at(file, layout, spool)
        found = detect(file, layout, shipped_mappings(), spool)
        texts = [*map(_text, looks), _fits_text(found)]
        click.echo("\n\n".join(texts))
        click.echo(f"\nNext:\n  {_next(file, found)}")


def _next(file: Path, found: Detection) -> str:
    if found.sure is not None:
        return on_sources("preview", [str(file)], *typed_options(found.sure.name))
    fitting = next((fit.name for fit in found.fits if fit.fits), None)
    if fitting is not None:
        return on_sources("preview", [str(file)], *typed_options(fitting))
    draft = "mapping.yaml" if file == STDIN else f"{file.stem}.yaml"
    return on_sources("suggest", [str(file)], "-o", draft, *typed_options("")[2:])


def _text(look: Look) -> str:
    parts = (
        _file_text(look.source),
        _sheets_text(look.sheets),
        _columns_text(look),
        _dates_text(look.columns),
        _values_text(look.columns),
        _mangled_text(look.columns),
        "\n".join(printable(f"Note: {note}") for note in look.source.notes),
    )
    return "\n\n".join(part for part in parts if part)


def _file_text(source: Source) -> str:
    lines = [
        ("file", source.path),
        ("format", source.format),
        ("encoding", source.encoding),
        ("delimiter", {"\t": "tab"}.get(source.delimiter or "", source.delimiter)),
        ("escape", source.escape),
        ("sheet", source.sheet),
        ("section", source.section),
        ("header row", str(source.header_row)),
    ]
    return table([(name, value) for name, value in lines if value], indent=0)


def _sheets_text(found: tuple[SheetFacts, ...]) -> str:
    if not found:
        return ""
    lines = [
        (one.name, rows_told(one.rows), "" if one.visible else "hidden")
        for one in found
    ]
    return "Sheets:\n" + table(lines)


def _columns_text(look: Look) -> str:
    lines = [("column", "filled", "holds", "for example")]
    for one in look.columns:
        samples = " | ".join(one_line(each, _SAMPLE_WIDTH) for each in one.samples)
        lines.append((_named(one), f"{one.filled:.0%}", one.holds, samples))
    return f"Columns, by the first {rows_told(look.rows)}:\n" + table(lines)


def _dates_text(columns: tuple[ColumnProfile, ...]) -> str:
    lines = []
    for one in columns:
        if one.dates is None:
            continue
        zone = "with its distance from UTC" if one.dates.zoned else "of no stated zone"
        clock = f"a time of day {zone}" if one.dates.timed else "no time of day"
        example = one_line(one.dates.telling, 2 * _SAMPLE_WIDTH)
        lines.append((_named(one), f"{one.dates.order}: {example}", clock))
    return "Dates:\n" + table(lines) if lines else ""


def _values_text(columns: tuple[ColumnProfile, ...]) -> str:
    lines = []
    for one in columns:
        shown = [
            f"{one_line(value, _SAMPLE_WIDTH)} ({count:,})"
            for value, count in one.values[:_MOST_VALUES]
        ]
        more = len(one.values) - _MOST_VALUES
        shown += [f"and {more} more"] if more > 0 else []
        if shown:
            lines.append((_named(one), ", ".join(shown)))
    return (
        "Values that come again, with their numbers:\n" + table(lines) if lines else ""
    )


def _mangled_text(columns: tuple[ColumnProfile, ...]) -> str:
    lines = [
        (_named(one), f"such as {one.mangled}: these digits are lost")
        for one in columns
        if one.mangled
    ]
    if not lines:
        return ""
    return (
        "Long numbers that a spreadsheet has shortened:\n"
        + table(lines)
        + "\n  Export again, and open the file in no spreadsheet before it is imported."
    )


def _named(one: ColumnProfile) -> str:
    return one_line(one.name, 2 * _SAMPLE_WIDTH) or "(no header)"


def _fits_text(found: Detection) -> str:
    told_of = found.worth_telling
    if not told_of:
        return "Presets: none fits, nor nearly."
    return "Presets:\n" + table(_fit_line(fit, found.sure) for fit in told_of)


def _fit_line(fit: Fit, sure: Fit | None) -> tuple[str, str, str]:
    if not fit.fits:
        return fit.name, "nearly fits", fit.evidence
    alone = sure is not None and fit.name == sure.name
    word = f"{fit.sureness} fits" + (": used without -m" if alone else "")
    return fit.name, word, fit.evidence
