"""The seam to the pipeline: a file is run by the same functions as `run` calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipeline.checkup import Finding
from pipeline.nightly.config import NightlyJob
from pipeline.plan import Plan
from pipeline.runs.job import Guard
from pipeline.runs.summary import Summary
from pipeline.stages.post import Posted


@dataclass(frozen=True)
class Order:
    """A file to run. `run` is the name that its run is to have, or has."""

    job: NightlyJob
    path: Path
    run: str
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Ran:
    """What a run came to; `objection`: what kept all of it from being sent.

    `plan` is there when the plan was whole.
    """

    summary: Summary
    objection: Posted | None = None
    plan: Plan | None = None


class Runner(Protocol):
    """Runs files. All its functions raise PipelineError, and nothing else."""

    def new_name(self, at: datetime) -> str: ...

    def is_planned(self, run: str) -> bool:
        """Whether the run's plan is complete: then it goes on, else it starts anew."""

    def is_known(self, run: str) -> bool:
        """Whether the ledger has a run of that name."""

    def is_settled(self, run: str) -> bool:
        """Whether the run came to its end, with no row uncertain or unsent."""

    def plan_folder(self, run: str) -> Path:
        """Where the run's plan lies."""

    def run_command(self, job: NightlyJob, path: Path) -> str:
        """What to type to run a file of the job by hand, from whatever folder."""

    def resume_command(self, run: str) -> str:
        """What to type to go on with a run, from whatever folder."""

    def prepare(self, job: NightlyJob) -> None:
        """Looks at what all files of the job need: mapping, address and key."""

    def run(self, order: Order) -> Ran: ...

    def resume(self, order: Order) -> Ran: ...

    def check(self, job: NightlyJob) -> Iterable[Finding]:
        """Tries what a run of the job needs, and sends nothing."""

    def check_all(self) -> Iterable[Finding]:
        """Tries what all jobs need: ledger, reports, disk, key, the API's health."""
