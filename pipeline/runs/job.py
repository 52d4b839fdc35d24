"""What a run is asked to do, and what it is given to do it with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipeline.ledger import Ledger
from pipeline.mapping.model import Mapping
from pipeline.progress import Progress
from pipeline.stages.post import Sender
from pipeline.stages.read import Layout
from pipeline.stopping import Stop


@dataclass(frozen=True)
class RowLimit:
    """A number of rows, or a share of them: `--max-invalid 5`, `--max-failed 2%`."""

    rows: int | None = None
    percent: float | None = None

    def of(self, total: int) -> int:
        """The greatest number of rows out of `total` that is within the limit."""
        if self.rows is not None:
            return self.rows
        return int(total * (self.percent or 0.0) / 100)

    def __str__(self) -> str:
        return f"{self.percent:g}%" if self.rows is None else str(self.rows)


@dataclass(frozen=True)
class Target:
    """Where activities go: the API's base URL and a label for its workspace."""

    url: str
    workspace: str = "default"


@dataclass(frozen=True)
class Job:
    """One `run` or `validate`. `limit` counts rows over all sources.

    `options` are those that the next command needs, too.
    """

    command: str
    paths: tuple[Path, ...]
    mapping: Mapping
    target: Target
    reports: Path
    layout: Layout = field(default_factory=Layout)
    dry_run: bool = False
    limit: int | None = None
    max_invalid: RowLimit | None = None
    options: tuple[str, ...] = ()


class SenderFor(Protocol):
    """Makes the sender of one run, given its number in the ledger and its size."""

    def __call__(self, run: int, *, total: int) -> Sender: ...


@dataclass(frozen=True)
class Tools:
    """The edges of the world: ledger, sender, clock, terminal."""

    ledger: Ledger
    sender_for: SenderFor
    progress: Progress
    stop: Stop
    now: Callable[[], datetime]
    new_name: Callable[[datetime], str]
