"""`nightly`: takes files as they arrive, runs each once, and says what came of it."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.checkup import Checkup
from pipeline.cli.checkup_text import end_checkup
from pipeline.cli.ending import echo, in_words, told
from pipeline.cli.nightly_install import install
from pipeline.cli.nightly_places import (
    alone,
    check_places,
    journal_path,
    log_path,
    open_ledger,
)
from pipeline.cli.nightly_runner import PipelineRunner
from pipeline.cli.nightly_telling import failing_aloud, telling_of, telling_of_files
from pipeline.cli.nightly_texts import (
    exit_code_of,
    failed_json,
    night_json,
    night_text,
)
from pipeline.cli.options import EXISTING, json_option, quiet_option
from pipeline.cli.tools import Terminal, at_terminal
from pipeline.errors import PipelineError
from pipeline.nearest import did_you_mean
from pipeline.nightly.clock import Clock, WallClock
from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.endings import NightEnding
from pipeline.nightly.findings import check_night
from pipeline.nightly.journal import Journal
from pipeline.nightly.load import load_config
from pipeline.nightly.log import Log, NightLog, SpokenLog, on_stderr, silence
from pipeline.nightly.night import hold_night, nothing_done
from pipeline.nightly.passage import NightTools
from pipeline.nightly.salvage import salvage_config
from pipeline.stopping import Stop

_ANOTHER = "The last night is still going on in another process: nothing was done."


class NightlyCommand(click.Command):
    """`nightly CONFIG`; where the first word is `install`, that command."""

    installing = install

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if args[:1] == ["install"]:
            name = f"{info_name} install"
            return self.installing.make_context(name, args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("nightly", cls=NightlyCommand)
@click.argument("config", type=EXISTING, metavar="CONFIG")
@click.option(
    "--job",
    "names",
    multiple=True,
    metavar="NAME",
    help="Run this job only; may be given several times.",
)
@click.option(
    "--check", is_flag=True, help="Try everything that a night needs, and send nothing."
)
@json_option
@quiet_option
def nightly(
    *, config: Path, names: tuple[str, ...], check: bool, as_json: bool, quiet: bool
) -> None:
    """Run all jobs of CONFIG once, unattended, and end.

    \b
    Examples:
      activity-import nightly nightly.yaml --check
      activity-import nightly nightly.yaml
      activity-import nightly nightly.yaml --job calls --json
      activity-import nightly install --help

    \b
    Exit codes: 0 all is well or there was nothing to do, 1 something could not be
    done, 2 wrong usage, 3 a person is needed or a file is missing, 4 stopped by a
    guard, the key or the API, 130 interrupted. The worst of all jobs counts.
    """
    with told(as_json=as_json, document=_failed):
        loaded = _loaded(config, quiet=quiet, check=check)
        jobs = _chosen(loaded, names)
        with at_terminal(quiet=quiet) as terminal:
            if check:
                _check(loaded, jobs, terminal, as_json=as_json)
            night = _night(loaded, jobs, terminal, quiet=quiet)
        code = exit_code_of(night, terminal.stop.exit_code)
    echo(night_json(night, code) if as_json else night_text(night), err=False)
    raise SystemExit(code)


def _failed(error: PipelineError) -> str:
    return failed_json(error, datetime.now(UTC))


def _loaded(path: Path, *, quiet: bool, check: bool) -> Config:
    """Of mistakes those are told whom the configuration names all the same."""
    try:
        return load_config(path, os.environ)
    except PipelineError:
        if check:
            raise
        log = SpokenLog(silence if quiet else on_stderr)
        rest = salvage_config(path, os.environ)
        with failing_aloud(rest, log, WallClock(Stop())):
            raise


def _chosen(config: Config, names: Sequence[str]) -> tuple[NightlyJob, ...]:
    """Those that were named, else all that are enabled."""
    by_name = {job.name: job for job in config.jobs}
    for name in names:
        if name not in by_name:
            hint = did_you_mean(name, by_name) or f"Jobs: {', '.join(by_name)}."
            raise click.UsageError(f"There is no job '{name}'. {hint}")
    if names:
        return tuple(by_name[name] for name in dict.fromkeys(names))
    return tuple(job for job in config.jobs if job.enabled)


def _check(
    config: Config, jobs: Sequence[NightlyJob], terminal: Terminal, *, as_json: bool
) -> None:
    clock = WallClock(terminal.stop)
    telling = telling_of(config, terminal.progress.say, clock.wait)
    found = (
        *check_night(config, jobs, PipelineRunner(config, terminal)),
        *check_places(config, clock),
        *telling.check(),
    )
    end_checkup(Checkup(found), as_json=as_json)


def _night(
    config: Config, jobs: Sequence[NightlyJob], terminal: Terminal, *, quiet: bool
) -> NightEnding:
    clock = WallClock(terminal.stop)
    say = silence if quiet else on_stderr
    with failing_aloud(config, SpokenLog(say), clock):
        log = NightLog(log_path(config), say, clock.now)
    with (
        closing(log),
        failing_aloud(config, log, clock),
        alone(config) as is_alone,
    ):
        if is_alone:
            return _held(config, jobs, terminal, log, clock)
        log.tell("nothing", _ANOTHER, status="nothing")
        return nothing_done(clock.now(), _ANOTHER)


def _held(
    config: Config,
    jobs: Sequence[NightlyJob],
    terminal: Terminal,
    log: Log,
    clock: Clock,
) -> NightEnding:
    open_ledger(config)
    with Journal.open(journal_path(config)) as journal:
        tools = NightTools(
            runner=PipelineRunner(config, terminal),
            journal=journal,
            log=log,
            clock=clock,
            is_stopping=terminal.stop.is_requested,
            explain=in_words,
            onlookers=(telling_of_files(config, log, clock, journal),),
        )
        return hold_night(config, jobs, tools)
