"""The run whose report comes back as a source."""

from pathlib import Path

import click

from pipeline.cli.finding import ledger_of
from pipeline.errors import PipelineError
from pipeline.mapping import leaves_order_open
from pipeline.mapping.model import Mapping
from pipeline.runs.job import Parent
from pipeline.runs.summary import run_reported_in
from pipeline.stages.read import STDIN, may_be_report


def parent_of(
    files: tuple[Path, ...], named: str | None, ledger: Path | None
) -> Parent | None:
    """The run named by --corrects, or the one in whose report folder the file lies.

    Raises PipelineError when there is no run of that name.
    """
    if named is not None:
        return _parent(named, files, ledger, named=True)
    if len(files) != 1 or files[0] == STDIN:
        return None
    name = run_reported_in(files[0].absolute().parent)
    try:
        if name is None or not may_be_report(files[0]):
            return None
        return _parent(name, files, ledger, named=False)
    except PipelineError:
        return None


def mapping_named_by(parent: Parent) -> str | None:
    """What stood after -m in that run."""
    return dict(
        zip(parent.record.options, parent.record.options[1:], strict=False)
    ).get("-m")


def times_of(parent: Parent, mapping: Mapping) -> dict[str, str]:
    """How that run was told to read times, by the names of options."""
    words = dict(word.partition("=")[::2] for word in parent.record.options)
    names = ("timezone", "dates") if leaves_order_open(mapping) else ("timezone",)
    return {name: words[f"--{name}"] for name in names if f"--{name}" in words}


def _parent(
    name: str, files: tuple[Path, ...], ledger: Path | None, *, named: bool
) -> Parent:
    if len(files) != 1:
        raise click.UsageError("--corrects is for one file, the report of a run.")
    try:
        path, record = ledger_of(name, ledger)
    except PipelineError:  # a rehearsal, for one, has a ledger of its own
        path, record = ledger_of(name, None)
    return Parent(record, path, named)
