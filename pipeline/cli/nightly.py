"""`nightly`: takes files as they arrive, runs each once, and says what came of it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from filelock import FileLock, Timeout

from pipeline.checkup import Checkup
from pipeline.cli.checkup_text import end_checkup
from pipeline.cli.ending import echo, in_words, told
from pipeline.cli.nightly_install import install
from pipeline.cli.nightly_runner import PipelineRunner, ledger_path
from pipeline.cli.nightly_telling import name_of, telling_of
from pipeline.cli.nightly_texts import (
    exit_code_of,
    failed_night,
    night_json,
    night_text,
)
from pipeline.cli.options import EXISTING, json_option, quiet_option
from pipeline.cli.tools import Terminal, at_terminal
from pipeline.errors import PipelineError
from pipeline.nearest import did_you_mean
from pipeline.nightly.clock import WallClock
from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.endings import NightEnding
from pipeline.nightly.findings import check_night
from pipeline.nightly.journal import Journal
from pipeline.nightly.load import load_config
from pipeline.nightly.log import NightLog, on_stderr, silence
from pipeline.nightly.night import hold_night, nothing_done
from pipeline.nightly.passage import NightTools
from pipeline.private_files import private_folder

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
        loaded = load_config(config, os.environ)
        jobs = _chosen(loaded, names)
        with at_terminal(quiet=quiet) as terminal:
            if check:
                _check(loaded, jobs, terminal, as_json=as_json)
            night = _night(loaded, jobs, terminal, quiet=quiet)
        code = exit_code_of(night, terminal.stop.exit_code)
    echo(night_json(night, code) if as_json else night_text(night), err=False)
    raise SystemExit(code)


def _failed(error: PipelineError) -> str:
    return night_json(failed_night(error, datetime.now(UTC)), error.exit_code)


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
    findings = check_night(config, jobs, PipelineRunner(config, terminal))
    telling = telling_of(config, terminal.progress.say, WallClock(terminal.stop).wait)
    end_checkup(Checkup((*findings, *telling.check())), as_json=as_json)


def _night(
    config: Config, jobs: Sequence[NightlyJob], terminal: Terminal, *, quiet: bool
) -> NightEnding:
    clock = WallClock(terminal.stop)
    ledger = ledger_path(config)
    path = config.log or ledger.with_name(f"{ledger.name}.nightly.log")
    log = NightLog(path, silence if quiet else on_stderr, clock.now)
    with closing(log), _alone(config, ledger) as is_alone:
        if not is_alone:
            log.tell("nothing", _ANOTHER, status="nothing")
            return nothing_done(clock.now(), _ANOTHER)
        with Journal.open(ledger.with_name(f"{ledger.name}.nightly")) as journal:
            telling = telling_of(config, partial(_told, log), clock.wait)
            tools = NightTools(
                runner=PipelineRunner(config, terminal),
                journal=journal,
                log=log,
                clock=clock,
                is_stopping=terminal.stop.is_requested,
                explain=in_words,
                onlookers=(telling,),
            )
            return hold_night(config, jobs, tools)


def _told(log: NightLog, text: str) -> None:
    """What is said of messages holds nothing of the files."""
    log.tell("telling", text, said=text)


@contextmanager
def _alone(config: Config, ledger: Path) -> Iterator[bool]:
    """Whether no other process holds a night of this configuration."""
    private_folder(ledger.parent)
    lock = FileLock(
        ledger.with_name(f"{ledger.name}.nightly.{name_of(config)}.lock"),
        timeout=0,
        mode=0o600,
    )
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
