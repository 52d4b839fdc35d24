"""`resume`: go on with a run that was interrupted or stopped."""

from pathlib import Path
from typing import Any

import click

from pipeline.cli.ending import end_with, told
from pipeline.cli.finding import ledger_of
from pipeline.cli.options import (
    json_option,
    ledger_option,
    quiet_option,
    sending_options,
)
from pipeline.cli.run import sending_of
from pipeline.cli.tools import SANDBOX_TARGET, tools_for
from pipeline.run import resume as resume_run


@click.command("resume")
@click.argument("name", metavar="RUN")
@ledger_option
@sending_options
@json_option
@quiet_option
def resume(
    *, name: str, ledger: Path | None, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Send what the run RUN did not get to, from its plan.

    The source and the mapping are not read again. What was sent is not sent twice.

    \b
    Example:
      activity-import resume 20261123-0731-ab12
    """
    with told(as_json=as_json):
        path, record = ledger_of(name, ledger)
        sandbox = record.target == SANDBOX_TARGET
        sending = sending_of({**options, "sandbox": sandbox})
        with tools_for(path, sending, dry_run=False, quiet=quiet) as tools:
            summary = resume_run(record, tools)
    end_with(summary, as_json=as_json)
