"""What a run is asked to do, whoever asks: options of a command, or a nightly job."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.cli.tools import SANDBOX_TARGET, Sending, target_of
from pipeline.ledger import RunRecord
from pipeline.mapping import with_times_as_told
from pipeline.mapping.model import Mapping
from pipeline.rows import RowLimit
from pipeline.runs.guards import AGAINST_REPEATS, Changed, NoRows, TooManyInvalid
from pipeline.runs.job import Guard, Job
from pipeline.stages.read import Layout


@dataclass(frozen=True)
class Asked:
    """How the rows are to be read, and what keeps them from being sent.

    `lookups` is a folder where lookup files may lie.
    """

    timezone: str | None = None
    dates: str | None = None
    sheet: str | None = None
    member: str | None = None
    limit: int | None = None
    max_invalid: RowLimit | None = None
    on_drift: str = "warn"
    allow_empty: bool = False
    allow_repeats: bool = False
    lookup_age: float = 86_400.0
    workspace: str = "default"
    reports: Path = Path("reports")
    lookups: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> "Asked":
        """Those of a command's options that it has."""
        names = cls.__dataclass_fields__.keys() & options.keys()
        return cls(**{name: options[name] for name in names})

    @property
    def layout(self) -> Layout:
        return Layout(sheet=self.sheet, member=self.member)

    @property
    def beside(self) -> tuple[Path, ...]:
        return (self.lookups,) if self.lookups is not None else ()

    def guards(self) -> tuple[Guard, ...]:
        """Those that need nobody to ask, in the order in which they are to speak."""
        guards: list[Guard] = []
        if not self.allow_empty:
            guards.append(NoRows())
        if self.max_invalid is not None:
            guards.append(TooManyInvalid(self.max_invalid))
        if self.on_drift == "stop":
            guards.append(Changed())
        if not self.allow_repeats:
            guards += AGAINST_REPEATS
        return tuple(guards)

    def job(
        self,
        command: str,
        paths: tuple[Path, ...],
        mapping: Mapping,
        sending: Sending,
        options: tuple[str, ...],
    ) -> Job:
        """The job for these files; `options` are those that the next command needs."""
        return Job(
            command=command,
            paths=paths,
            mapping=with_times_as_told(
                mapping, timezone=self.timezone, dates=self.dates
            ),
            target=target_of(sending, self.workspace),
            reports=self.reports,
            layout=self.layout,
            limit=self.limit,
            lookup_age=self.lookup_age,
            options=options,
            beside=self.beside,
        )


def there(sending: Sending, record: RunRecord) -> Sending:
    """A run goes on where it began, whatever the base URL is by now."""
    if record.target == SANDBOX_TARGET:
        return replace(sending, sandbox=True)
    return replace(sending, base_url=record.target)
