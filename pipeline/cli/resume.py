"""`resume`: go on with a run that was interrupted or stopped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from pipeline.cli.ending import end_with, told
from pipeline.cli.finding import ledger_of
from pipeline.cli.options import (
    json_option,
    ledger_option,
    quiet_option,
    sending_options,
)
from pipeline.cli.orders import there
from pipeline.cli.run import check_sandbox, sending_of
from pipeline.cli.tools import SANDBOX_TARGET, Sending, target_of, tools_for
from pipeline.errors import SettingsError
from pipeline.ledger import RunRecord
from pipeline.run import resume as resume_run
from pipeline.runs.guards import AGAINST_REPEATS, FirstRun, OnlyIfNothingWasSent
from pipeline.runs.job import Consent, Guard


@click.command("resume")
@click.argument("name", metavar="RUN")
@ledger_option
@sending_options
@json_option
@quiet_option
def resume(
    *,
    name: str,
    ledger: Path | None,
    as_json: bool,
    quiet: bool,
    allow_repeats: bool,
    **options: Any,
) -> None:
    """Send what the run RUN did not get to, from its plan.

    The source and the mapping are not read again. What was sent is not sent twice.

    \b
    Example:
      activity-import resume 20261123-0731-ab12
    """
    with told(as_json=as_json):
        path, record = ledger_of(name, ledger)
        sending = same_target(sending_of(options), record)
        check_sandbox(sending)

        def guards(consent: Consent) -> tuple[Guard, ...]:
            return tuple(_guards(record, consent, allow_repeats=allow_repeats))

        with tools_for(path, sending, guards, quiet=quiet) as tools:
            summary = resume_run(record, tools)
    end_with(summary, as_json=as_json)


def _guards(
    record: RunRecord, consent: Consent, *, allow_repeats: bool
) -> Iterator[Guard]:
    if not allow_repeats:
        yield from map(OnlyIfNothingWasSent, AGAINST_REPEATS)
    if record.target != SANDBOX_TARGET:
        yield OnlyIfNothingWasSent(FirstRun(consent))


def same_target(sending: Sending, record: RunRecord) -> Sending:
    """Where the run began; raises SettingsError if another place was typed."""
    source = click.get_current_context().get_parameter_source("base_url")
    typed = source is ParameterSource.COMMANDLINE and record.target != SANDBOX_TARGET
    if typed and target_of(sending, record.workspace).url != record.target:
        raise SettingsError(
            f"The run {record.name} was sent to {record.target}, and goes on there "
            "only.",
            where=sending.base_url,
            hint="Leave --base-url out; or use `run` to send the rows elsewhere.",
            code="other_target",
        )
    return there(sending, record)
