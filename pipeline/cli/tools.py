"""Builds what a run works with: the composition root."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.api import (
    ActivityApi,
    ApiAddress,
    SteadyPace,
    find_proxy,
    open_transport,
    parse_address,
)
from pipeline.cli.settings import state_folder
from pipeline.errors import SettingsError
from pipeline.ledger import Ledger, Recorder
from pipeline.progress import Progress, progress_on_stderr
from pipeline.runs.job import RowLimit, SenderFor, Target, Tools
from pipeline.sandbox.process import SandboxError, running_sandbox
from pipeline.stages.post import ApiSender, Limits, Line, NothingSent, Sender
from pipeline.stopping import Stop, stopping_in_order

SANDBOX_TARGET = "sandbox"
KEY_VARIABLE = "REEVO_API_KEY"


@dataclass(frozen=True)
class Sending:
    """Where and how to send. `api_key_file` wins over the variable."""

    base_url: str = ""
    api_key_file: Path | None = None
    allow_http: bool = False
    rate: float | None = None
    concurrency: int = 8
    max_failed: RowLimit | None = None
    patience: float = 900.0
    sandbox: bool = False


@dataclass(frozen=True)
class Connection:
    """An address and the key for it."""

    address: ApiAddress
    key: str


def default_ledger(*, sandbox: bool) -> Path:
    folder = state_folder() / "sandbox" if sandbox else state_folder()
    return folder / "ledger.sqlite"


def target_of(sending: Sending, workspace: str) -> Target:
    if sending.sandbox:
        return Target(SANDBOX_TARGET, workspace)
    address = parse_address(sending.base_url, allow_http=sending.allow_http)
    return Target(address.base_url, workspace)


@contextmanager
def tools_for(
    ledger: Path | None, sending: Sending, *, dry_run: bool, quiet: bool
) -> Iterator[Tools]:
    """Tools for one run; the stand-in API, if asked for, ends with them."""
    path = ledger or default_ledger(sandbox=sending.sandbox)
    with ExitStack() as stack:
        progress = stack.enter_context(progress_on_stderr(quiet=quiet))
        stop = Stop()
        stack.enter_context(stopping_in_order(stop, progress.say))
        sender_for = (
            _no_sender
            if dry_run
            else _api_sender(stack, path, sending, stop=stop, progress=progress)
        )
        yield Tools(
            ledger=stack.enter_context(Ledger.open(path)),
            sender_for=sender_for,
            progress=progress,
            stop=stop,
            now=lambda: datetime.now(UTC),
            new_name=_new_name,
        )


@contextmanager
def offline_tools(ledger: Path, *, quiet: bool) -> Iterator[Tools]:
    """Tools for work that sends nothing."""
    with tools_for(ledger, Sending(), dry_run=True, quiet=quiet) as tools:
        yield tools


def read_key(file: Path | None) -> str:
    """The API key, from a file or the environment; raises SettingsError."""
    if file is None:
        key, where = os.environ.get(KEY_VARIABLE, ""), KEY_VARIABLE
    else:
        key, where = _key_in(file), str(file)
    key = key.strip()
    if not key:
        raise SettingsError(
            "There is no API key.",
            where=where,
            hint=f"Set the variable {KEY_VARIABLE}, or name a file by --api-key-file. "
            "To try without a key: --sandbox, or --dry-run.",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(
            "The API key has characters that no key has.",
            where=where,
            hint="Copy it again from Reevo: Settings, Integrations, API Keys.",
        )
    return key


def _key_in(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise SettingsError(
            f"The file with the API key cannot be read: {reason}.", where=str(file)
        ) from None


def _no_sender(run: int, *, total: int) -> Sender:
    del run, total
    return NothingSent()


def _api_sender(
    stack: ExitStack,
    ledger: Path,
    sending: Sending,
    *,
    stop: Stop,
    progress: Progress,
) -> SenderFor:
    connection = connect(stack, sending)

    def sender_for(run: int, *, total: int) -> Sender:
        most = sending.max_failed.of(total) if sending.max_failed else None
        limits = Limits(sending.concurrency, sending.patience, most)
        line = partial(_open_line, connection, sending, ledger, run)
        return ApiSender(line, limits, stop=stop, progress=progress)

    return sender_for


def connect(stack: ExitStack, sending: Sending) -> Connection:
    """The API and its key, or the stand-in, which ends with `stack`."""
    if sending.sandbox:
        return _sandbox_connection(stack)
    address = parse_address(sending.base_url, allow_http=sending.allow_http)
    return Connection(address, read_key(sending.api_key_file))


def _sandbox_connection(stack: ExitStack) -> Connection:
    try:
        stand_in = stack.enter_context(running_sandbox())
    except SandboxError as error:
        raise SettingsError(str(error)) from error
    return Connection(parse_address(stand_in.url, allow_http=False), stand_in.api_key)


def _open_line(
    connection: Connection, sending: Sending, ledger: Path, run: int
) -> Line:
    transport = open_transport(
        concurrency=sending.concurrency,
        proxy=find_proxy(connection.address, os.environ),
    )
    return Line(
        api=ActivityApi(connection.address, key=connection.key, transport=transport),
        recorder=Recorder(ledger, run),
        pace=SteadyPace(sending.rate),
    )


def _new_name(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M}-{secrets.token_hex(2)}"
