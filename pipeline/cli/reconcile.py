"""`reconcile`: settle the rows of a run whose answers are not known."""

from pathlib import Path
from typing import Any

import click

from pipeline.cli.ending import end_with, told
from pipeline.cli.finding import ledger_of
from pipeline.cli.options import (
    connection_options,
    json_option,
    ledger_option,
    quiet_option,
    reconcile_options,
    scenario_option,
)
from pipeline.cli.resume import same_target
from pipeline.cli.run import check_sandbox, sending_of
from pipeline.cli.tools import tools_for
from pipeline.run import reconcile as reconcile_run
from pipeline.runs.verdicts import Verdict, read_verdict


class VerdictType(click.ParamType[Verdict]):
    """`17`, `17=3c90c3cc-...`, or with the file's name: `tasks.csv:17`."""

    name = "ROW"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Verdict:
        if isinstance(value, Verdict):
            return value
        verdict = read_verdict(str(value))
        if verdict is None:
            self.fail(f"'{value}' is no row, such as 17, tasks.csv:17 or 17=ID.")
        return verdict


@click.command("reconcile")
@click.argument("name", metavar="RUN")
@click.option(
    "--taken",
    type=VerdictType(),
    multiple=True,
    metavar="ROW[=ID]",
    help="You looked: this row is in Reevo. May be given several times.",
)
@click.option(
    "--not-taken",
    type=VerdictType(),
    multiple=True,
    metavar="ROW",
    help="You looked: this row is not in Reevo; `resume` sends it again.",
)
@ledger_option
@connection_options
@reconcile_options
@scenario_option
@json_option
@quiet_option
def reconcile(
    *,
    name: str,
    taken: tuple[Verdict, ...],
    not_taken: tuple[Verdict, ...],
    ledger: Path | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Look in Reevo for the rows of RUN whose answers are not known.

    A row that is found there, alone, counts as created. One that is not, after a
    second look, stays uncertain; --resend-uncertain sends it again. Nothing is sent
    without that.

    \b
    Examples:
      activity-import reconcile 20261123-0731-ab12
      activity-import reconcile 20261123-0731-ab12 --resend-uncertain
      activity-import reconcile 20261123-0731-ab12 --taken 17 --not-taken 31
    """
    with told(as_json=as_json):
        path, record = ledger_of(name, ledger)
        sending = same_target(sending_of(options), record)
        check_sandbox(sending)
        with tools_for(path, sending, lambda _: (), quiet=quiet) as tools:
            summary = reconcile_run(record, taken, not_taken, tools)
    end_with(summary, as_json=as_json)
