"""`nightly install`: what starts a night by itself."""

import difflib
import os
import sys
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click
from platformdirs import user_config_path

from pipeline.cli.ending import told
from pipeline.cli.nightly_runner import ledger_path
from pipeline.cli.options import EXISTING
from pipeline.errors import PipelineError, ReportError
from pipeline.nightly.install import (
    SERVICE,
    TIMER,
    Schedule,
    Unit,
    cron_line,
    units_of,
)
from pipeline.nightly.load import load_config
from pipeline.private_files import writing

_SYSTEM_UNITS = Path("/etc/systemd/system")


def _time_of_day(_context: click.Context, _option: click.Parameter, text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        raise click.BadParameter(f"'{text}' is no time such as 02:00.") from None


@click.command("install")
@click.argument("config", type=EXISTING, metavar="CONFIG")
@click.option("--cron", is_flag=True, help="A line for crontab, in place of systemd.")
@click.option(
    "--at",
    callback=_time_of_day,
    default="02:00",
    show_default=True,
    metavar="HH:MM",
    help="When, on the configuration's `clock`, or the machine's.",
)
@click.option(
    "--user",
    metavar="NAME",
    help="A unit of the whole machine that runs as NAME; default: a unit of your own.",
)
@click.option(
    "--key-file",
    type=EXISTING,
    help="The file with the API key, which systemd or cron hands over.",
)
@click.option(
    "--secrets-file",
    type=EXISTING,
    help="A file of VARIABLE=VALUE lines, for passwords and URLs of notifications.",
)
@click.option("--write", is_flag=True, help="Write the units where systemd looks.")
@click.option("--force", is_flag=True, help="With --write: over what is there.")
def install(*, config: Path, cron: bool, write: bool, force: bool, **how: Any) -> None:
    """Print a systemd service and timer, or a cron line, for the nights of CONFIG.

    The service may write where a night writes, and nowhere else.

    \b
    Examples:
      activity-import nightly install nightly.yaml --key-file key
      activity-import nightly install nightly.yaml --at 03:30 --write
      activity-import nightly install nightly.yaml --cron
    """
    user = how["user"]
    if cron and (write or user):
        raise click.UsageError("--cron only prints: add the line by `crontab -e`.")
    with told():
        schedule = _schedule(config, **how)
        if cron:
            click.echo(cron_line(schedule), nl=False)
            click.echo("\nNext:\n  crontab -e", err=True)
            return
        units = units_of(schedule)
        folder = _SYSTEM_UNITS if user else user_config_path("systemd") / "user"
        if write:
            _write(folder, units, force=force)
        else:
            click.echo("\n".join(_shown(folder, units)), nl=False)
    click.echo("\n".join(_next(config, is_written=write, is_own=not user)), err=True)


def _schedule(
    config: Path,
    at: time,
    user: str | None,
    key_file: Path | None,
    secrets_file: Path | None,
) -> Schedule:
    loaded = load_config(config, os.environ)
    if user is not None and loaded.ledger is None:
        raise PipelineError(
            f"The configuration names no ledger, and {user} has another home.",
            where=str(config),
            hint="Add a line such as `ledger: /var/lib/activity-import/ledger.sqlite`.",
            code="config_wrong",
        )
    return Schedule(
        config=loaded,
        program=_program(),
        ledger=ledger_path(loaded).absolute(),
        at=at,
        user=user,
        key_file=key_file and key_file.absolute(),
        secrets=secrets_file and secrets_file.absolute(),
    )


def _program() -> tuple[str, ...]:
    """The words that start the very program that runs now."""
    script = Path(sys.executable).with_name("activity-import")
    return (str(script),) if script.exists() else (sys.executable, "-m", "pipeline")


def _shown(folder: Path, units: tuple[Unit, ...]) -> Iterator[str]:
    for unit in units:
        yield f"# {folder / unit.name}"
        yield unit.text


def _write(folder: Path, units: tuple[Unit, ...], *, force: bool) -> None:
    """All or none; raises ReportError where another file would be lost."""
    for unit in units:
        path = folder / unit.name
        if (
            path.exists()
            and path.read_text(encoding="utf-8") != unit.text
            and not force
        ):
            raise ReportError(
                "Another unit of that name is there.\n" + _difference(path, unit),
                where=str(path),
                hint="Add --force to put this one in its place.",
                code="output_exists",
            )
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for unit in units:
            (folder / unit.name).write_text(unit.text, encoding="utf-8")
            (folder / unit.name).chmod(0o644)
            click.echo(f"{folder / unit.name} is written.")


def _is_another(path: Path, unit: Unit) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") != unit.text


def _difference(path: Path, unit: Unit) -> str:
    before = path.read_text(encoding="utf-8").splitlines()
    lines = difflib.unified_diff(before, unit.text.splitlines(), "there", "new", n=0)
    return "\n".join(line.rstrip() for line in lines)


def _next(config: Path, *, is_written: bool, is_own: bool) -> Iterator[str]:
    systemctl = "systemctl --user" if is_own else "systemctl"
    yield "\nNext:"
    yield f"  activity-import nightly {config} --check"
    if not is_written:
        yield f"  activity-import nightly install {config} --write"
    yield f"  {systemctl} daemon-reload"
    yield f"  {systemctl} enable --now {TIMER}"
    if is_own:
        yield "  loginctl enable-linger"
    yield f"  journalctl {'--user ' if is_own else ''}-u {SERVICE}"
