"""The group of commands, in the order in which people need them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.bundle import bundle
from pipeline.cli.check_mapping import check_mapping
from pipeline.cli.created import created
from pipeline.cli.demo import demo
from pipeline.cli.doctor import doctor
from pipeline.cli.ending import WRONG_USAGE, began, tell_wrong_usage, told
from pipeline.cli.explain import explain
from pipeline.cli.history import history
from pipeline.cli.inspect import inspect
from pipeline.cli.lookups import lookups
from pipeline.cli.nightly import nightly
from pipeline.cli.presets import presets
from pipeline.cli.preview import preview
from pipeline.cli.reconcile import reconcile
from pipeline.cli.report import report
from pipeline.cli.resume import resume
from pipeline.cli.run import run, validate
from pipeline.cli.sandbox import sandbox
from pipeline.cli.settings import read_settings
from pipeline.cli.suggest import suggest
from pipeline.cli.theme import may_color
from pipeline.printable import on_one_line

COMMANDS = (
    demo,
    inspect,
    presets,
    suggest,
    check_mapping,
    preview,
    lookups,
    validate,
    run,
    resume,
    reconcile,
    report,
    history,
    created,
    bundle,
    nightly,
    sandbox,
    doctor,
    explain,
)


@contextmanager
def spelled_out() -> Iterator[None]:
    """What was typed steers no terminal when Click repeats it in a complaint."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        words = on_one_line(error.format_message())
        raise click.UsageError(words, error.ctx) from None


class Program(click.Group):
    """Lists commands in the order in which they were added; complains in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with spelled_out():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with spelled_out():
            return super().invoke(ctx)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="activity-import")
@click.option("--no-color", is_flag=True, help="No colours, also on a terminal.")
@click.pass_context
def cli(ctx: click.Context, *, no_color: bool) -> None:
    """Import exported sales activities into Reevo, and prove what became of each row.

    \b
    Start here:
      activity-import demo
      activity-import inspect FILE
      activity-import validate FILE -m MAPPING
      activity-import run FILE -m MAPPING
    """
    ctx.color = may_color(no_color=no_color)
    began(ctx)
    with told():
        ctx.default_map = read_settings(_option_names())


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """The console script. What it writes is for its user's eyes only."""
    os.umask(0o077)
    try:
        cli(prog_name="activity-import")
    except SystemExit as leaving:
        if leaving.code == WRONG_USAGE and "--json" in sys.argv:
            tell_wrong_usage()
        raise


def _option_names() -> dict[str, dict[str, Any]]:
    """The settable options of each command: long name to parameter name."""
    return {
        command.name or "": {
            option.opts[-1].removeprefix("--"): option.name
            for option in command.params
            if isinstance(option, click.Option)
        }
        for command in COMMANDS
    }
