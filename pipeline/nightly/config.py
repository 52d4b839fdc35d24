"""The configuration of the nightly jobs as frozen values; `load` reads it."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.nightly.telling import TellingSettings
from pipeline.rows import RowLimit

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEPT = ("reports", "plans", "archive", "quarantine")


@dataclass(frozen=True)
class Band:
    """`50%..200%` of the usual number of rows; either end may be open."""

    least: float | None
    most: float | None

    def __str__(self) -> str:
        ends = ("" if one is None else f"{one:g}%" for one in (self.least, self.most))
        return "..".join(ends)


@dataclass(frozen=True)
class Window:
    """The time of day in which a file may be started; it may span midnight."""

    opens: time
    closes: time

    def is_open(self, now: time) -> bool:
        if self.opens <= self.closes:
            return self.opens <= now < self.closes
        return now >= self.opens or now < self.closes

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True)
class Expected:
    """A file is expected by this time of day, on these days (0 is Monday)."""

    by: time
    days: frozenset[int] = frozenset(range(7))

    def last_deadline(self, now: datetime) -> datetime:
        """The newest deadline that has passed, on the clock of `now`."""
        deadline = datetime.combine(now.date(), self.by, now.tzinfo)
        while deadline > now or deadline.weekday() not in self.days:
            deadline -= timedelta(days=1)
        return deadline


@dataclass(frozen=True)
class Reading:
    """How the files of a job are read, and what keeps one from being sent.

    `lookups` is a folder where lookup files may lie.
    """

    mapping: str
    sheet: str | None = None
    member: str | None = None
    timezone: str | None = None
    dates: str | None = None
    allow_empty: bool = False
    allow_repeats: bool = False
    on_drift: Literal["warn", "stop"] = "warn"
    max_invalid: RowLimit | None = None
    max_failed: RowLimit | None = None
    min_rows: int | None = None
    max_rows: int | None = None
    usual_rows: Band | None = None
    lookups: Path | None = None


@dataclass(frozen=True)
class NightlyJob:
    """One kind of file: where it comes from, and where it goes.

    A file that changed within `settle` seconds is left alone. `marker` is the name
    of a file that says that another is complete: `{name}.done`. `keep` holds ages in
    seconds, by one of `KEPT`.
    """

    name: str
    inbox: Path
    patterns: tuple[str, ...]
    reading: Reading
    archive: Path
    quarantine: Path
    order: Literal["name", "time"] = "name"
    settle: float = 60.0
    marker: str | None = None
    window: Window | None = None
    expected: Expected | None = None
    keep: Dict[str, float] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True)
class TargetKeys:
    """Where and how to send: None is what a run does without that option."""

    base_url: str | None = None
    workspace: str | None = None
    api_key_file: Path | None = None
    allow_http: bool = False
    rate: float | None = None
    concurrency: int | None = None
    timeout: float | None = None
    patience: float | None = None
    sandbox: bool = False


@dataclass(frozen=True)
class Config:
    """All jobs, in the order in which they are run.

    `clock` is the zone of `window` and `expect_by`; None is that of the machine.
    """

    path: Path
    jobs: tuple[NightlyJob, ...]
    target: TargetKeys
    reports: Path
    ledger: Path | None = None
    log: Path | None = None
    clock: ZoneInfo | None = None
    telling: TellingSettings = field(default_factory=TellingSettings)

    def on_the_clock(self, moment: datetime) -> datetime:
        return moment.astimezone(self.clock)
