"""`doctor`: what to check before a long night."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from pipeline.checkup import (
    examine,
)
from pipeline.cli.checks import checks_of
from pipeline.cli.checkup_text import end_checkup
from pipeline.cli.ending import told
from pipeline.cli.options import (
    EXISTING,
    address_options,
    concurrency_option,
    key_option,
    ledger_option,
    reports_option,
    sandbox_option,
)
from pipeline.cli.run import sending_of
from pipeline.cli.tools import (
    default_ledger,
)


@click.command("doctor")
@click.argument("files", nargs=-1, type=EXISTING, metavar="[FILE]...")
@ledger_option
@reports_option
@sandbox_option
@address_options
@key_option
@concurrency_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    *,
    files: tuple[Path, ...],
    ledger: Path | None,
    reports: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Check all that a long night depends on: API, key, clock, ledger, disk.

    Sends no activity. The key is tried by reading one contact, which does not show
    whether it may write. With FILE, the room that a run of it needs is told. Exit
    codes: 0 all is well, or there are warnings only, 1 something failed.

    \b
    Examples:
      activity-import doctor
      activity-import doctor Task.csv --api-key-file key
      activity-import doctor --sandbox
    """
    with told(as_json=as_json), ExitStack() as stack:
        sending = sending_of(options)
        path = ledger or default_ledger(sandbox=sending.sandbox)
        checkup = examine(checks_of(stack, sending, path, reports, files))
    end_checkup(checkup, as_json=as_json)
