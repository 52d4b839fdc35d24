"""What a run is asked to do, and what it is given to do it with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipeline.ledger import Ledger, RunRecord
from pipeline.mapping.model import Mapping
from pipeline.plan import Plan
from pipeline.progress import Progress
from pipeline.stages.lookup import Directory
from pipeline.stages.post import Posted, Sender
from pipeline.stages.read import Layout
from pipeline.stages.reconcile import Reconciler, Witness
from pipeline.stopping import Stop


@dataclass(frozen=True)
class Target:
    """Where activities go: the API's base URL and a label for its workspace."""

    url: str
    workspace: str = "default"


@dataclass(frozen=True)
class Parent:
    """The run whose report is the source of another, and the ledger it stands in.

    `named`: the user said so; else the folder of the source does.
    """

    record: RunRecord
    ledger: Path
    named: bool = False


@dataclass(frozen=True)
class Job:
    """One `run` or `validate`. `limit` counts rows over all sources.

    For `lookup_age` seconds an answer of Reevo to a lookup is not asked for again.

    `parent` is the run that the report folder of the only path, or the user, names.
    `options` are those that the next command needs, too; `notes` are told at the end.
    `beside` are folders where lookup files may lie, as if beside the sources.
    """

    command: str
    paths: tuple[Path, ...]
    mapping: Mapping
    target: Target
    reports: Path
    layout: Layout = field(default_factory=Layout)
    dry_run: bool = False
    limit: int | None = None
    lookup_age: float = 86_400.0
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parent: Parent | None = None
    beside: tuple[Path, ...] = ()


class SenderFor(Protocol):
    """Makes the sender of one run, given its number in the ledger."""

    def __call__(self, run: int) -> Sender: ...


class ReconcilerFor(Protocol):
    """Makes the reconciler of one run, given its number in the ledger."""

    def __call__(self, run: int) -> Reconciler: ...


class Guard(Protocol):
    """Looks at a whole plan before anything of it is sent."""

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        """Why nothing is to be sent; None lets the run go on."""


class Consent(Protocol):
    """Asks the person who started the run, if there is one to ask."""

    def may_begin(self, question: str) -> bool: ...

    def may_go_on(self, question: str) -> bool: ...


class Showing(Protocol):
    """What the API shows of rows that were sent, a text for each."""

    def show(self, rows: Sequence[Witness]) -> list[str]: ...


@dataclass(frozen=True)
class Orders:
    """What the user orders beyond sending each row once.

    `pilot` is the number of rows to send first and to show; `resend_uncertain` has
    rows sent again that were looked for twice and not found.
    """

    pilot: int | None = None
    resend_uncertain: bool = False


@dataclass(frozen=True)
class Tools:
    """The edges of the world: ledger, sender, clock, terminal."""

    ledger: Ledger
    sender_for: SenderFor
    reconciler_for: ReconcilerFor
    directory: Directory
    showing: Showing
    consent: Consent
    guards: tuple[Guard, ...]
    orders: Orders
    progress: Progress
    stop: Stop
    now: Callable[[], datetime]
    new_name: Callable[[datetime], str]

    def passed(self, rows: int) -> None:
        """Tells that so many rows were seen; raises Interrupted when to stop."""
        self.progress.advance(rows)
        self.stop.raise_if_requested()
