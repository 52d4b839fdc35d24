"""`bundle`: what a run was, for those who are asked for help."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.consent import consent_for
from pipeline.cli.ending import told
from pipeline.cli.finding import ledger_of
from pipeline.cli.options import ledger_option
from pipeline.cli.settings import Options
from pipeline.cli.texts import table
from pipeline.cli.tools import offline_tools
from pipeline.errors import PipelineError
from pipeline.printable import one_line
from pipeline.runs.bundle import Part, parts_of, write_bundle

_SALT_BYTES = 16
_EXAMPLE_WIDTH = 48
_NOTHING = "Nothing was written."
_ADD_YES = "Add --yes to write it."


@click.command("bundle")
@click.argument("name", metavar="RUN")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.zip",
    help="The file to write; default: bundle-RUN.zip in this folder.",
)
@click.option("--yes", is_flag=True, help="Write it without asking.")
@ledger_option
@click.pass_context
def bundle(
    context: click.Context,
    *,
    name: str,
    output: Path | None,
    yes: bool,
    ledger: Path | None,
) -> None:
    """Pack what is known of RUN into a file to send to those who help.

    Cells, subjects, descriptions and ids are masked, and there is no key in it. What it
    holds is shown first.

    \b
    Example:
      activity-import bundle 20261123-0731-ab12
    """
    with told():
        path, record = ledger_of(name, ledger)
        file = output or Path(f"bundle-{record.name}.zip")
        _refuse_existing(file)
        settings = _settings(context).get(record.command, {})
        with offline_tools(path, quiet=True) as tools:
            salt = secrets.token_bytes(_SALT_BYTES)
            parts = parts_of(record, tools.ledger, settings, salt)
            click.echo(_text(parts))
            consent = consent_for(tools.stop, tools.progress, beforehand=yes)
            if not consent.may_go_on(f"\nWrite it to {file}?"):
                raise PipelineError(
                    _NOTHING, hint=_ADD_YES, code="bundle_not_confirmed"
                )
            write_bundle(file, parts)
    click.echo(f"\n{file} is written. Look into it before you pass it on.")


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise PipelineError(
            "The file is there already.",
            where=str(file),
            hint="Remove it, or name another by -o.",
            code="output_exists",
        )


def _settings(context: click.Context) -> Options:
    """What the settings files say, by command."""
    above = context.parent
    return dict(above.default_map or {}) if above is not None else {}


def _text(parts: Sequence[Part]) -> str:
    lines = [
        (
            part.name,
            f"{len(part.text.encode()):,} bytes",
            one_line(part.example, _EXAMPLE_WIDTH),
        )
        for part in parts
    ]
    widest = max(len(size) for _, size, _ in lines)
    aligned = [(name, size.rjust(widest), line) for name, size, line in lines]
    return "The bundle holds, each with a line of it:\n" + table(aligned)
