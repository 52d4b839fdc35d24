"""Which mapping a command works with: the one that was named, or is found."""

from pathlib import Path

import click

from pipeline.cli.correcting import mapping_named_by, parent_of
from pipeline.errors import PipelineError
from pipeline.mapping import find_mapping, load_mapping
from pipeline.mapping.model import Mapping
from pipeline.printable import printable
from pipeline.runs.detection import NoMapping, detect_for_all, shipped_mappings
from pipeline.runs.job import Parent
from pipeline.stages.read import STDIN, Layout, Spool, may_be_report


def chosen_mapping(
    named: str | None,
    files: tuple[Path, ...],
    layout: Layout,
    spool: Spool,
    *,
    parent: Parent | None = None,
) -> tuple[str, Mapping]:
    """What to type after -m, and the mapping; raises PipelineError.

    Without a name it is the mapping of the run whose report the file is, or the
    one preset that surely fits all files; which, and why, is told on stderr.
    """
    if named is not None:
        return named, load_mapping(find_mapping(named))
    parent = parent or parent_of(files, None, None)
    if parent is not None and (before := mapping_named_by(parent)) is not None:
        _say(before, "that of the run that wrote the file")
        return before, _mapping_of(parent, before)
    try:
        mapping, fit = detect_for_all(files, layout, shipped_mappings(), spool)
    except NoMapping as error:
        raise _moved(files, error) from None
    _say(mapping.name, f"found by its columns: {fit.evidence}")
    return mapping.name, mapping


def _mapping_of(parent: Parent, name: str) -> Mapping:
    try:
        return load_mapping(find_mapping(name))
    except PipelineError as error:
        error.hint = (
            f"It is the mapping of the run {parent.record.name}, whose report the file "
            "is. Name by -m where it lies now."
        )
        raise


def _moved(files: tuple[Path, ...], error: NoMapping) -> PipelineError:
    """A report that lies elsewhere does not tell its run."""
    if not any(path != STDIN and may_be_report(path) for path in files):
        return error
    error.hint += (
        " If the file is the report of a run, such as fix-me.csv: put it back into the "
        "folder of that run, or say which it is by --corrects RUN."
    )
    return error


def _say(name: str, why: str) -> None:
    click.echo(printable(f"Mapping: {name} ({why})"), err=True)
