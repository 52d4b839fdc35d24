"""`report`: write a run's report files again."""

from pathlib import Path

import click

from pipeline.cli.ending import end_with, told
from pipeline.cli.finding import ledger_of
from pipeline.cli.options import json_option, ledger_option, quiet_option
from pipeline.cli.tools import offline_tools
from pipeline.run import report_again


@click.command("report")
@click.argument("name", metavar="RUN")
@ledger_option
@json_option
@quiet_option
def report(*, name: str, ledger: Path | None, as_json: bool, quiet: bool) -> None:
    """Write the report files of RUN again, from its plan and the ledger.

    \b
    Example:
      activity-import report 20261123-0731-ab12
    """
    with told(as_json=as_json):
        path, record = ledger_of(name, ledger)
        with offline_tools(path, quiet=quiet) as tools:
            summary = report_again(record, tools)
    end_with(summary, as_json=as_json)
