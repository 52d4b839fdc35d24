"""`nightly install`: what starts a night by itself."""

import difflib
import os
import re
import shlex
import sys
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from platformdirs import user_config_path

from pipeline.cli.ending import told
from pipeline.cli.nightly_runner import ledger_path
from pipeline.cli.options import EXISTING
from pipeline.errors import PipelineError, ReportError, SettingsError
from pipeline.keys import KEY_VARIABLE, KeyFile
from pipeline.nightly.install import (
    SERVICE,
    TIMER,
    Schedule,
    Unit,
    check_secrets_file,
    commands_for,
    cron_line,
    make_folders,
    units_of,
)
from pipeline.nightly.load import load_config
from pipeline.printable import shell_word
from pipeline.private_files import writing
from pipeline.runs.typed import command, from_here

_SYSTEM_UNITS = Path("/etc/systemd/system")
_USER = re.compile(r"[A-Za-z_][\w.-]{0,30}", re.ASCII)
_REPEATED = frozenset({"at", "user", "key_file", "secrets_file"})


def _time_of_day(_context: click.Context, _option: click.Parameter, text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        raise click.BadParameter(f"'{text}' is no time such as 02:00.") from None


def _user_name(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> str | None:
    if text is not None and not _USER.fullmatch(text):
        raise click.BadParameter(f"'{text}' is no name of a user.")
    return text


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
    callback=_user_name,
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
    if force and not write:
        raise click.UsageError("--force is for units that are written: add --write.")
    with told():
        schedule = _schedule(config, **how)
        if cron:
            click.echo(cron_line(schedule), nl=False)
            click.echo("\n".join(_after_cron(schedule)), err=True)
            return
        units = units_of(schedule)
        folder = _SYSTEM_UNITS if user else user_config_path("systemd") / "user"
        if write:
            _write(folder, units, schedule, force=force)
        else:
            click.echo("\n".join(_shown(folder, units)), nl=False)
    typed = _typed(click.get_current_context())
    told_next = _next(schedule, typed, is_written=write)
    click.echo("\n".join(told_next), err=True)


def _schedule(
    config: Path,
    at: time,
    user: str | None,
    key_file: Path | None,
    secrets_file: Path | None,
) -> Schedule:
    loaded = load_config(config, os.environ)
    if secrets_file is not None:
        check_secrets_file(secrets_file)
    if key_file is not None and os.access(key_file, os.R_OK):
        KeyFile(key_file).read()
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


def _write(
    folder: Path, units: tuple[Unit, ...], schedule: Schedule, *, force: bool
) -> None:
    """All or none; raises PipelineError where another file would be lost."""
    if schedule.user is not None and not _is_known(schedule.user):
        raise SettingsError(
            f"There is no user {schedule.user} on this machine.",
            where="--user",
            hint=f"As root: useradd --system {schedule.user}",
            code="settings_wrong",
        )
    for unit in units:
        path = folder / unit.name
        if _is_another(path, unit) and not force:
            raise ReportError(
                "Another unit of that name is there.\n" + _difference(path, unit),
                where=str(path),
                hint="Add --force to put this one in its place.",
                code="output_exists",
            )
    make_folders(schedule)
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


def _is_known(user: str) -> bool:
    try:
        return bool(Path(f"~{user}").expanduser())
    except RuntimeError:
        return False


def _typed(context: click.Context) -> list[str]:
    """The options that were typed, to be typed again."""
    words = []
    for option in context.command.params:
        name = option.name or ""
        source = context.get_parameter_source(name)
        if name in _REPEATED and source is ParameterSource.COMMANDLINE:
            value = context.params[name]
            text = f"{value:%H:%M}" if isinstance(value, time) else str(value)
            words += [option.opts[0], text]
    return words


def _next(schedule: Schedule, typed: list[str], *, is_written: bool) -> Iterator[str]:
    user, config = schedule.user, from_here(str(schedule.config.path))
    systemctl = "systemctl --user" if user is None else "systemctl"
    if user is not None and not _is_known(user):
        yield f"\nNote: there is no user {user} on this machine yet."
    yield from _note_of_key(schedule)
    yield "\nNext:"
    if not is_written:
        yield from (f"  {line}" for line in commands_for(schedule))
    yield f"  {_check(schedule)}"
    if not is_written:
        yield f"  {command('nightly', 'install', config, *typed, '--write')}"
    yield f"  {systemctl} daemon-reload"
    yield f"  {systemctl} enable --now {TIMER}"
    if user is None:
        yield "  loginctl enable-linger"
    yield f"  journalctl {'--user ' if user is None else ''}-u {SERVICE}"


def _note_of_key(schedule: Schedule) -> Iterator[str]:
    """A service sees no variable of a shell."""
    target, key_file = schedule.config.target, schedule.key_file
    if target.sandbox or target.api_key_file:
        return
    if key_file is None:
        yield (
            "\nNote: no key is named: write `api_key_file` into the configuration, or "
            "add --key-file."
        )
    elif not key_file.exists():
        yield f"\nNote: there is no file {shell_word(str(key_file))} yet."


def _check(schedule: Schedule) -> str:
    """Run as who will run it: another user has other rights, and another home.

    The key goes by the environment, which others on the machine do not see.
    """
    with_key, keep = "", ""
    if schedule.key_file and not schedule.config.target.api_key_file:
        key = shell_word(from_here(str(schedule.key_file)))
        with_key = f'{KEY_VARIABLE}="$(cat {key})" '
        keep = f"--preserve-env={KEY_VARIABLE} "
    if schedule.user is None:
        config = from_here(str(schedule.config.path))
        return with_key + command("nightly", config, "--check")
    words = shlex.join((schedule.user, *schedule.command, "--check"))
    return f"{with_key}sudo {keep}-u {words}"


def _after_cron(schedule: Schedule) -> Iterator[str]:
    yield from _note_of_key(schedule)
    clock, here = schedule.config.clock, datetime.now().astimezone()
    if clock is not None and here.utcoffset() != here.astimezone(clock).utcoffset():
        at = datetime.combine(here.date(), schedule.at, here.tzinfo)
        yield (
            f"\nNote: cron goes by the machine's clock ({here:%Z}): {at:%H:%M} there "
            f"is {at.astimezone(clock):%H:%M} in {clock.key}, which is the `clock` of "
            "the configuration. systemd's timer would go by that one."
        )
    yield "\nNext:\n  crontab -e"
