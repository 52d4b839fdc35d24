"""Which mapping a command works with: the one that was named, or is found."""

from pathlib import Path

import click

from pipeline.cli.finding import ledger_of
from pipeline.errors import PipelineError
from pipeline.mapping import find_mapping, load_mapping
from pipeline.mapping.model import Mapping
from pipeline.printable import printable
from pipeline.runs.detection import detect_for_all, shipped_mappings
from pipeline.runs.record import summary_file
from pipeline.stages.read import Layout, Spool
from pipeline.stages.report import FIX_ME


def chosen_mapping(
    named: str | None,
    files: tuple[Path, ...],
    layout: Layout,
    spool: Spool,
    *,
    ledger: Path | None = None,
) -> tuple[str, Mapping]:
    """What to type after -m, and the mapping; raises PipelineError.

    Without a name it is the mapping of the run whose fix-me.csv the file is, or the
    one preset that surely fits all files; which, and why, is told on stderr.
    """
    if named is not None:
        return named, load_mapping(find_mapping(named))
    if (before := _of_report(files, ledger)) is not None:
        _say(before, "that of the run that wrote the file")
        return before, load_mapping(find_mapping(before))
    mapping, fit = detect_for_all(files, layout, shipped_mappings(), spool)
    _say(mapping.name, f"found by its columns: {fit.evidence}")
    return mapping.name, mapping


def _of_report(files: tuple[Path, ...], ledger: Path | None) -> str | None:
    """The mapping of the run in whose report folder the only file lies."""
    if len(files) != 1 or files[0].name != FIX_ME:
        return None
    folder = files[0].absolute().parent
    try:
        _, record = ledger_of(folder.name, ledger)
    except PipelineError:
        return None
    if summary_file(record).parent != folder or "-m" not in record.options:
        return None
    return record.options[record.options.index("-m") + 1]


def _say(name: str, why: str) -> None:
    click.echo(printable(f"Mapping: {name} ({why})"), err=True)
