"""Builds what a run works with: the composition root."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.api import (
    ActivityApi,
    AdaptivePace,
    ApiAddress,
    Credentials,
    FixedKey,
    RereadKey,
    Timeouts,
    find_proxy,
    open_transport,
    parse_address,
)
from pipeline.cli.consent import Unattended, consent_for
from pipeline.cli.settings import state_folder
from pipeline.errors import SettingsError
from pipeline.keys import KEY_VARIABLE, KeySource, find_key_source
from pipeline.ledger import Ledger, Recorder
from pipeline.progress import Progress, progress_on_stderr
from pipeline.rows import RowLimit
from pipeline.runs.job import Consent, Guard, Orders, Target, Tools
from pipeline.sandbox.process import SandboxError, running_sandbox
from pipeline.stages.lookup import (
    ApiDirectory,
    Asking,
    Counter,
    Directory,
    NobodyAsked,
)
from pipeline.stages.post import ApiSender, Limits, Line, NothingSent
from pipeline.stages.reconcile import (
    ApiReconciler,
    ApiShowing,
    Desk,
    LeftUncertain,
    NothingShown,
    Patience,
    Reconciler,
)
from pipeline.stopping import Stop, stopping_in_order

Guards = Callable[[Consent], tuple[Guard, ...]]
SANDBOX_TARGET = "sandbox"


@dataclass(frozen=True)
class Sending:
    """Where and how to send. `api_key_file` wins over all other places of the key."""

    base_url: str = ""
    api_key_file: Path | None = None
    allow_http: bool = False
    rate: float | None = None
    concurrency: int = 64
    timeout: float = 60.0
    max_failed: RowLimit | None = None
    patience: float = 900.0
    sandbox: bool = False
    scenario: str | None = None
    no_reconcile: bool = False
    look_again: float = 60.0
    pilot: int | None = None
    resend_uncertain: bool = False
    yes: bool = False

    @property
    def orders(self) -> Orders:
        return Orders(self.pilot, self.resend_uncertain)


@dataclass(frozen=True)
class Terminal:
    """What a command shows on stderr, and whether its user asked it to stop."""

    progress: Progress
    stop: Stop


@dataclass(frozen=True)
class Connection:
    """An address and the key for it, which all of a run share."""

    address: ApiAddress
    credentials: Credentials


def default_ledger(*, sandbox: bool) -> Path:
    folder = state_folder() / "sandbox" if sandbox else state_folder()
    return folder / "ledger.sqlite"


def target_of(sending: Sending, workspace: str) -> Target:
    if sending.sandbox:
        return Target(SANDBOX_TARGET, workspace)
    return Target(address_of(sending).base_url, workspace)


def address_of(sending: Sending) -> ApiAddress:
    return parse_address(sending.base_url, allow_http=sending.allow_http)


@contextmanager
def tools_for(
    ledger: Path | None, sending: Sending, guards: Guards, *, quiet: bool
) -> Iterator[Tools]:
    """Tools for a run that sends; the stand-in API, if asked for, ends with them."""
    path = ledger or default_ledger(sandbox=sending.sandbox)
    with (
        at_terminal(quiet=quiet) as terminal,
        tools_at(terminal, path, sending, guards) as tools,
    ):
        yield tools


@contextmanager
def tools_at(
    terminal: Terminal, path: Path, sending: Sending, guards: Guards
) -> Iterator[Tools]:
    """As `tools_for`, where one terminal sees several runs."""
    with _bare_tools(terminal, path) as (tools, stack):
        consent = consent_for(tools.stop, tools.progress, beforehand=sending.yes)
        api = Reach(connect(stack, sending), sending, path)
        limits = Limits(sending.concurrency, sending.patience, sending.max_failed)
        yield replace(
            tools,
            sender_for=lambda run: ApiSender(
                partial(api.line, run), limits, stop=tools.stop, progress=tools.progress
            ),
            reconciler_for=lambda run: _reconciler(api, run, sending, tools),
            directory=_directory(api.counter, sending, tools),
            showing=ApiShowing(api.open),
            consent=consent,
            guards=guards(consent),
            orders=sending.orders,
        )


@contextmanager
def offline_tools(
    ledger: Path,
    guards: tuple[Guard, ...] = (),
    sending: Sending | None = None,
    *,
    quiet: bool,
) -> Iterator[Tools]:
    """Tools for work that sends nothing; only a lookup may ask the API."""
    with (
        at_terminal(quiet=quiet) as terminal,
        _bare_tools(terminal, ledger) as (tools, stack),
    ):
        asked = sending or Sending()
        counter = partial(_counter_for_lookups, stack, asked, ledger)
        directory = _directory(counter, asked, tools)
        yield replace(tools, guards=guards, directory=directory)


@contextmanager
def at_terminal(*, quiet: bool) -> Iterator[Terminal]:
    """Heeds signals, and shows progress, for the length of the block."""
    with progress_on_stderr(quiet=quiet) as progress:
        stop = Stop()
        with stopping_in_order(stop, progress.say):
            yield Terminal(progress, stop)


@contextmanager
def _bare_tools(terminal: Terminal, path: Path) -> Iterator[tuple[Tools, ExitStack]]:
    with ExitStack() as stack:
        tools = Tools(
            ledger=stack.enter_context(Ledger.open(path)),
            sender_for=lambda _run: NothingSent(),
            reconciler_for=lambda _run: LeftUncertain(),
            directory=NobodyAsked(),
            showing=NothingShown(),
            consent=Unattended(),
            guards=(),
            orders=Orders(),
            progress=terminal.progress,
            stop=terminal.stop,
            now=lambda: datetime.now(UTC),
            new_name=new_name,
        )
        yield tools, stack


@dataclass(frozen=True)
class Reach:
    """The API at one address, and how it is spoken to."""

    connection: Connection
    sending: Sending
    ledger: Path

    def open(self) -> ActivityApi:
        address, sending = self.connection.address, self.sending
        transport = open_transport(
            concurrency=sending.concurrency,
            timeouts=Timeouts(
                read_seconds=sending.timeout, whole_seconds=2 * sending.timeout
            ),
            proxy=find_proxy(address, os.environ),
        )
        credentials = self.connection.credentials
        return ActivityApi(address, key=credentials, transport=transport)

    def line(self, run: int) -> Line:
        """For sending."""
        pace = AdaptivePace(
            rate=self.sending.rate, concurrency=self.sending.concurrency
        )
        return Line(self.open(), Recorder(self.ledger, run), pace)

    def counter(self) -> Counter:
        """For lookups."""
        pace = AdaptivePace(
            rate=self.sending.rate, concurrency=self.sending.concurrency
        )
        return Counter(self.open(), pace)

    def desk(self, run: int) -> Desk:
        """For looking."""
        return Desk(self.open(), Recorder(self.ledger, run))


def _reconciler(api: Reach, run: int, sending: Sending, tools: Tools) -> Reconciler:
    if sending.no_reconcile:
        return LeftUncertain()
    return ApiReconciler(
        partial(api.desk, run),
        Patience(sending.look_again, sending.timeout, tools.now),
        stop=tools.stop,
        progress=tools.progress,
    )


def _directory(
    open_counter: Callable[[], Counter], sending: Sending, tools: Tools
) -> Directory:
    return ApiDirectory(
        open_counter,
        Asking(patience_seconds=sending.patience),
        stop=tools.stop,
        progress=tools.progress,
    )


def _counter_for_lookups(stack: ExitStack, sending: Sending, ledger: Path) -> Counter:
    """Connects when the first lookup asks: most work without sending needs no key."""
    try:
        return Reach(connect(stack, sending), sending, ledger).counter()
    except SettingsError as error:
        raise SettingsError(
            f"A lookup of the mapping asks Reevo. {error.message}",
            where=error.where,
            hint=f"Set the variable {KEY_VARIABLE}, or name a file by --api-key-file; "
            "or try with --sandbox.",
            code=error.code,
        ) from error


def connect(stack: ExitStack, sending: Sending) -> Connection:
    """The API and its key, or the stand-in, which ends with `stack`."""
    if sending.sandbox:
        return sandbox_connection(stack, sending.scenario)
    address = address_of(sending)
    return Connection(address, RereadKey(key_source(sending, address)))


def key_source(sending: Sending, address: ApiAddress) -> KeySource:
    return find_key_source(sending.api_key_file, address.base_url, os.environ)


def sandbox_connection(stack: ExitStack, scenario: str | None) -> Connection:
    try:
        stand_in = stack.enter_context(running_sandbox(scenario=scenario))
    except SandboxError as error:
        raise SettingsError(str(error)) from error
    address = parse_address(stand_in.url, allow_http=False)
    return Connection(address, FixedKey(stand_in.api_key))


def new_name(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M}-{secrets.token_hex(2)}"
