"""What keeps a file from being sent that nobody has looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from pipeline.ledger import Ledger, RunRecord
from pipeline.nightly.config import Band, NightlyJob
from pipeline.nightly.journal import Journal
from pipeline.nightly.moving import sha256_of
from pipeline.nightly.takes import Take
from pipeline.plan import Plan
from pipeline.rows import rows_told
from pipeline.runs.guards import OnlyIfNothingWasSent
from pipeline.runs.job import Guard
from pipeline.stages.post import Ending, Posted

FEWEST_FILES: Final = 3
LAST_FILES: Final = 15
_LOOK = "Is the file whole, and is it the right one? If all is well: move it back into "
_LOOK_HINT = _LOOK + "the inbox after you have changed the limit."


@dataclass(frozen=True)
class Unchanged:
    """The file must be the one that was taken until all of it is read."""

    take: Take

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if sha256_of(self.take.work) == self.take.sha256:
            return None
        return _stopped(
            "The file was written to while it was read.",
            "Let the exporter write it under another name and rename it at the end, "
            "or give `settle` more time. Then move it back into the inbox.",
            code="source_changed",
        )


class NoReport:
    """A report without a key: in an inbox nobody knows which run it corrects.

    Corrected rows would count as equal ones that were imported.
    """

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        reports = [source for source in plan.sources if source.report]
        if not reports or not plan.has_contents:
            return None
        return _stopped(
            "The file is the report of an earlier run, and the mapping has no `key`: "
            "in an inbox it is not known which run it corrects.",
            "Put it back into the folder of its run, and type the command that the "
            "message or the summary of that run names.",
            code="report_in_inbox",
        )


@dataclass(frozen=True)
class TooFewRows:
    """`min_rows`."""

    least: int

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if (rows := sum(plan.rows)) >= self.least:
            return None
        return _stopped(
            f"The file has {rows_told(rows)}, fewer than min_rows {self.least:,}.",
            _LOOK_HINT,
            code="too_few_rows",
        )


@dataclass(frozen=True)
class TooManyRows:
    """`max_rows`."""

    most: int

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if (rows := sum(plan.rows)) <= self.most:
            return None
        return _stopped(
            f"The file has {rows_told(rows)}, more than max_rows {self.most:,}.",
            _LOOK_HINT,
            code="too_many_rows",
        )


@dataclass(frozen=True)
class UnusualRows:
    """`usual_rows`: a band around the median of the last files that were imported."""

    band: Band
    before: Sequence[int]

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if len(self.before) < FEWEST_FILES:
            return None
        rows, usual = sum(plan.rows), median(self.before)
        low, high = (self._end(end, usual) for end in (self.band.least, self.band.most))
        if (low is None or rows >= low) and (high is None or rows <= high):
            return None
        return _stopped(
            f"The file has {rows_told(rows)}, and {usual:,.0f} are usual (the median "
            f"of the last {len(self.before)} files): that is outside usual_rows "
            f"{self.band}.",
            _LOOK_HINT,
            code="unusual_rows",
        )

    @staticmethod
    def _end(percent: float | None, usual: float) -> float | None:
        return None if percent is None else usual * percent / 100


class Gate:
    """All guards of one run as one, which remembers their objection and the plan."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        self._guards = [OnlyIfNothingWasSent(guard) for guard in guards]
        self.objected: Posted | None = None
        self.plan: Plan | None = None

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        self.plan = plan
        for guard in self._guards:
            if (found := guard.objection(plan, run, ledger)) is not None:
                self.objected = found
                return found
        return None


def guards_of(job: NightlyJob, take: Take, journal: Journal) -> tuple[Guard, ...]:
    """Those that a nightly file meets beyond those of every run."""
    reading = job.reading
    guards: list[Guard] = [Unchanged(take), NoReport()]
    if reading.min_rows is not None:
        guards.append(TooFewRows(reading.min_rows))
    if reading.max_rows is not None:
        guards.append(TooManyRows(reading.max_rows))
    if reading.usual_rows is not None:
        before = journal.usual_rows(job.name, job.inbox, LAST_FILES)
        guards.append(UnusualRows(reading.usual_rows, before))
    return tuple(guards)


def _stopped(reason: str, hint: str, *, code: str) -> Posted:
    return Posted(
        Ending.STOPPED,
        f"{reason} Nothing was sent.",
        hint,
        resumable=False,
        code=code,
    )
