"""How a night runs its files: with the tools and functions of `run` and `resume`."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from polars.exceptions import PanicException

from pipeline.checkup import Finding, examine
from pipeline.cli.checks import checks_of
from pipeline.cli.ending import in_words
from pipeline.cli.nightly_checks import mapping_and_lookups
from pipeline.cli.orders import Asked, there
from pipeline.cli.tools import (
    Sending,
    Terminal,
    address_of,
    default_ledger,
    key_source,
    new_name,
    target_of,
    tools_at,
)
from pipeline.errors import PipelineError
from pipeline.ledger import Ledger, RunRecord, State
from pipeline.mapping import find_mapping, load_mapping
from pipeline.mapping.model import Mapping
from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.guards import Gate
from pipeline.nightly.reasons import in_keys
from pipeline.nightly.runner import Order, Ran
from pipeline.plan import Plan
from pipeline.progress import Progress, Situation
from pipeline.run import resume as resume_run
from pipeline.run import run as run_job
from pipeline.runs.job import Tools
from pipeline.runs.next_commands import resume_command
from pipeline.runs.record import run_folder
from pipeline.runs.typed import command
from pipeline.stages.read import spooling

_ENDED = frozenset({"ok", "attention"})
_OPEN = frozenset({State.INTENT, State.UNCERTAIN})
_USUAL = Sending()


def ledger_path(config: Config) -> Path:
    """That of the configuration, of the environment, or the usual one."""
    named = os.environ.get("ACTIVITY_IMPORT_LEDGER")
    if config.ledger is not None:
        return config.ledger
    if named and not config.target.sandbox:
        return Path(named)
    return default_ledger(sandbox=config.target.sandbox)


def sending_for(config: Config, job: NightlyJob | None = None) -> Sending:
    """Where and how a night sends: what it does not say is as for `run`."""
    target = config.target
    url = target.base_url or os.environ.get("REEVO_BASE_URL")
    return Sending(
        base_url=url or "https://api.reevo.ai",
        api_key_file=target.api_key_file,
        allow_http=target.allow_http,
        rate=target.rate,
        concurrency=target.concurrency or _USUAL.concurrency,
        timeout=target.timeout or _USUAL.timeout,
        patience=target.patience or _USUAL.patience,
        max_failed=job.reading.max_failed if job else None,
        sandbox=target.sandbox,
        yes=True,
    )


def asked_for(config: Config, job: NightlyJob) -> Asked:
    reading = job.reading
    return Asked(
        timezone=reading.timezone,
        dates=reading.dates,
        sheet=reading.sheet,
        member=reading.member,
        max_invalid=reading.max_invalid,
        on_drift=reading.on_drift,
        allow_empty=reading.allow_empty,
        allow_repeats=reading.allow_repeats,
        workspace=config.target.workspace or "default",
        reports=config.reports,
        lookups=reading.lookups,
    )


@dataclass(frozen=True)
class Unsaid:
    """A progress that keeps to itself what a run says: it may quote the file."""

    shown: Progress

    def __enter__(self) -> Self:
        self.shown.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shown.__exit__(kind, error, trace)

    def begin(self, what: str, total: int | None) -> None:
        self.shown.begin(what, total)

    def watch(self, ask: Callable[[], Situation]) -> None:
        self.shown.watch(ask)

    def advance(self, count: int) -> None:
        self.shown.advance(count)

    def say(self, text: str) -> None:
        """Says nothing."""

    def rest(self) -> None:
        self.shown.rest()


@dataclass(frozen=True)
class PipelineRunner:
    """Runs the files of a configuration, one at a time, at one terminal."""

    config: Config
    terminal: Terminal

    @property
    def ledger(self) -> Path:
        return ledger_path(self.config)

    def new_name(self, at: datetime) -> str:
        return new_name(at)

    def is_planned(self, run: str) -> bool:
        return Plan.open(self.plan_folder(run)) is not None

    def is_known(self, run: str) -> bool:
        return self._record(run) is not None

    def is_settled(self, run: str) -> bool:
        record = self._record(run)
        if record is None or record.status not in _ENDED:
            return False
        with Ledger.open(self.ledger) as ledger:
            counts = ledger.counts(ledger.number_of(run))
        return not _OPEN & counts.keys() and not (record.counts or {}).get("unsent")

    def plan_folder(self, run: str) -> Path:
        return run_folder(self.ledger, run)

    def run_command(self, job: NightlyJob, path: Path) -> str:
        return command("run", str(path), *_options(self.config, job))

    def resume_command(self, run: str) -> str:
        record = self._record(run)
        assert record is not None  # noqa: S101 - its plan is there
        return resume_command(record)

    def prepare(self, job: NightlyJob) -> None:
        with _in_words():
            self._mapping(job)
            sending = sending_for(self.config, job)
            target_of(sending, self.config.target.workspace or "default")
            if not sending.sandbox:
                key_source(sending, address_of(sending)).read()

    def run(self, order: Order) -> Ran:
        asked = asked_for(self.config, order.job)
        sending = sending_for(self.config, order.job)
        gate = Gate((*asked.guards(), *order.guards))
        with _in_words(), spooling() as spool:
            mapping = self._mapping(order.job)
            options = _options(self.config, order.job)
            job = asked.job("nightly", (order.path,), mapping, sending, options)
            with self._tools(order, sending, gate) as tools:
                return Ran(run_job(job, tools, spool), gate.objected, gate.plan)

    def resume(self, order: Order) -> Ran:
        gate = Gate((*asked_for(self.config, order.job).guards(), *order.guards))
        with _in_words():
            record = self._record(order.run)
            assert record is not None  # noqa: S101 - its plan is there
            sending = there(sending_for(self.config, order.job), record)
            with self._tools(order, sending, gate) as tools:
                return Ran(resume_run(record, tools), gate.objected, gate.plan)

    def check(self, job: NightlyJob) -> Iterable[Finding]:
        asked = asked_for(self.config, job)
        return mapping_and_lookups(job, asked, lambda: self._mapping(job))

    def check_all(self) -> Iterable[Finding]:
        sending = sending_for(self.config)
        with ExitStack() as stack:
            checks = checks_of(stack, sending, self.ledger, self.config.reports)
            found = examine(checks).findings
        return [replace(one, hint=in_keys(one.hint)) for one in found]

    def _mapping(self, job: NightlyJob) -> Mapping:
        return load_mapping(find_mapping(job.reading.mapping))

    def _record(self, run: str) -> RunRecord | None:
        with Ledger.open(self.ledger) as ledger:
            return ledger.find_run(run)

    @contextmanager
    def _tools(self, order: Order, sending: Sending, gate: Gate) -> Iterator[Tools]:
        """Those of every run that sends; its name is known already."""
        with tools_at(self.terminal, self.ledger, sending, lambda _: (gate,)) as tools:
            try:
                yield replace(
                    tools, new_name=lambda _: order.run, progress=Unsaid(tools.progress)
                )
            finally:
                tools.progress.rest()


def _options(config: Config, job: NightlyJob) -> tuple[str, ...]:
    """What the next command about the same rows needs, too."""
    target, reading = config.target, job.reading
    values = {
        "--timezone": reading.timezone,
        "--dates": reading.dates,
        "--workspace": target.workspace,
        "--ledger": _ledger_named(config),
        "--base-url": target.base_url,
        "--api-key-file": target.api_key_file,
        "--reports": config.reports,
        "--sheet": reading.sheet,
        "--member": reading.member,
        "--lookups": reading.lookups,
    }
    flags = {"--sandbox": target.sandbox, "--allow-http": target.allow_http}
    return (
        *("-m", reading.mapping),
        *(flag for flag, is_set in flags.items() if is_set),
        *(f"{name}={value}" for name, value in values.items() if value is not None),
    )


def _ledger_named(config: Config) -> Path | None:
    """The usual one needs no name; one of the environment is not there elsewhere."""
    path = ledger_path(config)
    usual = default_ledger(sandbox=config.target.sandbox)
    return None if path == usual else path.absolute()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except PipelineError:
        raise
    except (Exception, PanicException) as error:
        raise in_words(error) from error
