"""`doctor`: what to check before a long night."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from pipeline.checkup import Checkup, examine
from pipeline.cli.checks import checks_of
from pipeline.cli.checkup_text import end_checkup
from pipeline.cli.ending import told
from pipeline.cli.nightly_telling import test_messages
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
@click.option(
    "--notify",
    type=EXISTING,
    metavar="CONFIG",
    help="Send a test message to all whom this nightly configuration names.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    *,
    files: tuple[Path, ...],
    ledger: Path | None,
    reports: Path,
    notify: Path | None,
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
      activity-import doctor --notify nightly.yaml
    """
    with told(as_json=as_json), ExitStack() as stack:
        sending = sending_of(options)
        path = ledger or default_ledger(sandbox=sending.sandbox)
        checkup = examine(checks_of(stack, sending, path, reports, files))
        told_of = test_messages(notify, _say) if notify else ()
    end_checkup(Checkup((*checkup.findings, *told_of)), as_json=as_json)


def _say(text: str) -> None:
    click.echo(text, err=True)
