"""`created`: what a run created, for a person who must remove it by hand."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
import polars as pl

from pipeline.cli.ending import told
from pipeline.cli.finding import ledger_of
from pipeline.cli.options import ledger_option
from pipeline.cli.tools import offline_tools
from pipeline.private_files import replacing
from pipeline.runs.created import CREATED_SCHEMA, created_by
from pipeline.runs.record import plan_of
from pipeline.runs.typed import command
from pipeline.spreadsheet_text import neutralize

_TEXTS = pl.selectors.string()


@click.command("created")
@click.argument("name", metavar="RUN")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the list into this file, which only you may read.",
)
@ledger_option
def created(*, name: str, output: Path | None, ledger: Path | None) -> None:
    """List the activities that RUN created, as CSV: ids, times, subjects, links.

    The API offers no undo: whoever must take an import back removes them in Reevo by
    hand. A removed activity still counts as imported here.

    \b
    Example:
      activity-import created 20261123-0731-ab12 -o created.csv
    """
    with told():
        path, record = ledger_of(name, ledger)
        with offline_tools(path, quiet=True) as tools:
            number = tools.ledger.number_of(record.name)
            count = 0
            with _opened(output) as file:
                header = pl.DataFrame(schema=CREATED_SCHEMA)
                header.write_csv(file)
                for lines in created_by(number, plan_of(record, tools), tools.ledger):
                    count += lines.height
                    safe = lines.with_columns(neutralize(_TEXTS))
                    safe.write_csv(file, include_header=False)
    click.echo(f"{count:,} activities were created by the run {record.name}.", err=True)
    click.echo(f"\nNext:\n  {command('report', record.name)}", err=True)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        return
    with replacing(output) as aside, aside.open("wb") as file:
        yield file
