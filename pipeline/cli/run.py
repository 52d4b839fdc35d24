"""`run` and `validate`: the whole pipeline, with and without sending."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from pipeline.cli.again import typed_options
from pipeline.cli.choosing import chosen_mapping
from pipeline.cli.correcting import parent_of, times_of
from pipeline.cli.ending import end_with, told
from pipeline.cli.options import (
    EXISTING,
    address_options,
    corrects_option,
    drift_option,
    empty_option,
    json_option,
    key_option,
    ledger_option,
    limit_option,
    lookup_age_option,
    lookups_option,
    mapping_option,
    max_invalid_option,
    member_option,
    pilot_option,
    quiet_option,
    rate_option,
    repeats_option,
    reports_option,
    sandbox_option,
    sending_options,
    several,
    sheet_option,
    time_options,
    workspace_option,
)
from pipeline.cli.orders import Asked
from pipeline.cli.tools import (
    SANDBOX_TARGET,
    Sending,
    default_ledger,
    offline_tools,
    tools_for,
)
from pipeline.run import run as run_job
from pipeline.runs.guards import FirstRun
from pipeline.runs.job import Consent, Guard, Job
from pipeline.stages.read import Spool, spooling

_job_options = several(
    click.argument("files", nargs=-1, required=True, type=EXISTING, metavar="FILE..."),
    mapping_option,
    time_options,
    sheet_option,
    member_option,
    lookups_option,
    limit_option,
    corrects_option,
    max_invalid_option,
    drift_option,
    empty_option,
    lookup_age_option,
    reports_option,
    ledger_option,
    sandbox_option,
    workspace_option,
    json_option,
    quiet_option,
)


@click.command("run")
@click.option("--dry-run", is_flag=True, help="The same as `validate`: send nothing.")
@_job_options
@pilot_option
@sending_options
def run(*, dry_run: bool, **options: Any) -> None:
    """Read, map, check and send every row, and report what became of each.

    \b
    Examples:
      activity-import run Task.csv -m salesforce-task
      activity-import run Task.csv -m my-mapping.yaml --max-invalid 2% --rate 20
      activity-import run Task.csv -m salesforce-task --sandbox

    \b
    Exit codes: 0 all is well, 1 it could not be done, 2 wrong usage,
    3 some rows need a person, 4 stopped early (resumable), 130 interrupted.
    """
    _run("run", dry_run=dry_run, **options)


@click.command("validate")
@_job_options
@repeats_option
@address_options
@key_option
@rate_option
def validate(**options: Any) -> None:
    """Check every row as `run` would, and send nothing.

    \b
    Examples:
      activity-import validate Task.csv -m salesforce-task
      activity-import validate calls.csv more.csv -m hubspot-calls --json
    """
    _run("validate", dry_run=True, **options)


def sending_of(options: dict[str, Any]) -> Sending:
    """Takes the options that only sending needs out of `options`."""
    names = Sending.__dataclass_fields__.keys() & options.keys()
    return Sending(**{name: options.pop(name) for name in names})


def check_sandbox(sending: Sending) -> None:
    """Raises click.UsageError for what does not go with the stand-in, or without it."""
    if sending.scenario is not None and not sending.sandbox:
        raise click.UsageError("--scenario is for the sandbox: add --sandbox.")
    source = click.get_current_context().get_parameter_source("base_url")
    if sending.sandbox and source is ParameterSource.COMMANDLINE:
        raise click.UsageError(
            "--sandbox sends to a stand-in of its own: leave --base-url out. To send "
            "to one that `activity-import sandbox` started, leave --sandbox out."
        )


def _run(
    command: str,
    *,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    ledger: Path | None = options["ledger"]
    asked = Asked.of(options)
    with told(as_json=as_json), spooling() as spool:
        sending = sending_of(options)
        check_sandbox(sending)
        if dry_run and sending.pilot:
            raise click.UsageError("A dry run sends no row, also no pilot of some.")
        job = _job(command, asked, sending, options, spool)
        job = replace(job, dry_run=dry_run)
        guards = asked.guards()
        if dry_run:
            path = ledger or default_ledger(sandbox=sending.sandbox)
            with offline_tools(path, guards, sending, quiet=quiet) as tools:
                summary = run_job(job, tools, spool)
        else:
            real = job.target.url != SANDBOX_TARGET

            def all_guards(consent: Consent) -> tuple[Guard, ...]:
                return (*guards, FirstRun(consent)) if real else guards

            with tools_for(ledger, sending, all_guards, quiet=quiet) as tools:
                summary = run_job(job, tools, spool)
    end_with(summary, as_json=as_json)


def _job(
    command: str, asked: Asked, sending: Sending, options: dict[str, Any], spool: Spool
) -> Job:
    """A corrected report is read as the run before it was told to read times."""
    files, named = options["files"], options["mapping"]
    parent = parent_of(files, options["corrects"], options["ledger"])
    name, mapping = chosen_mapping(named, files, asked.layout, spool, parent=parent)
    known = times_of(parent, mapping) if parent and named is None else {}
    before = {name: told for name, told in known.items() if not options[name]}
    words = tuple(f"--{name}={told}" for name, told in before.items())
    as_before = replace(
        asked,
        timezone=asked.timezone or before.get("timezone"),
        dates=asked.dates or before.get("dates"),
    )
    job = as_before.job(
        command, files, mapping, sending, (*typed_options(name), *words)
    )
    notes = tuple(f"Times are read by {word}, as before." for word in words)
    return replace(job, parent=parent, notes=notes)
