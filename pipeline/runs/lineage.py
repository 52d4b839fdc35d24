"""Where rows come from that were corrected: the run before, and those before it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.errors import PipelineError, SettingsError
from pipeline.ledger import Ledger, State
from pipeline.mapping.model import Mapping
from pipeline.plan import NOTHING_HELD, Follows, Forebear, Held, HeldByForebears, Plan
from pipeline.rows import Report, Status
from pipeline.runs.job import Job, Parent
from pipeline.runs.prepare import Prepared
from pipeline.runs.record import run_folder

_COUNTS_AS_IMPORTED = (
    "A corrected row with the same content as one imported before counts as that one."
)
_UNKNOWN = (
    "The file is the report of an earlier run, but of which is not known: it does not "
    f"lie in the folder of a run that a ledger knows. {_COUNTS_AS_IMPORTED} Put it "
    "back there, or add --corrects RUN."
)
_NOT_ALONE = (
    "A report of an earlier run is read together with other files. "
    f"{_COUNTS_AS_IMPORTED} Run it alone."
)


@dataclass(frozen=True)
class Lineage:
    """What a run inherits: the run it follows, and the ordinals that are not free."""

    held: Held = NOTHING_HELD
    follows: Follows | None = None
    notes: tuple[str, ...] = ()


def as_correction(
    job: Job, prepared: tuple[Prepared, ...]
) -> tuple[Job, tuple[Prepared, ...]]:
    """The job with its parent only if its source is a report of ours, and notes.

    Raises SettingsError if the user said that it is, and it is none.
    """
    reports = [one.source.source.report for one in prepared]
    if job.parent and job.parent.named and not reports[0]:
        raise _no_report(prepared[0])
    known = job.parent if len(reports) == 1 and reports[0] else None
    job = replace(job, parent=known)
    if known or job.mapping.key or Report.FLAWED not in reports:
        return job, prepared
    note = _UNKNOWN if len(reports) == 1 else _NOT_ALONE
    return replace(job, notes=(*job.notes, note)), prepared


@contextmanager
def lineage_of(job: Job, prepared: tuple[Prepared, ...]) -> Iterator[Lineage]:
    """What the job inherits, as long as the ledgers of the runs before are open.

    A report with all rows counts equal ones from the first, as its source did. Raises
    PipelineError where that would count rows of several files as those of one.
    """
    if job.parent is None:
        yield Lineage()
        return
    whole = prepared[0].source.source.report is Report.ALL
    follows = _follows(job.parent, whole=whole)
    if job.mapping.key:
        yield Lineage(follows=follows)
        return
    if whole:
        _refuse_mixed_sources(follows)
        yield Lineage(follows=follows)
        return
    with ExitStack() as stack:
        forebears, lost = _forebears(follows, stack)
        held = HeldByForebears(forebears) if forebears else NOTHING_HELD
        yield Lineage(held, follows, tuple(lost))


def notes_of_part(lineage: Lineage, mapping: Mapping, read: int) -> tuple[str, ...]:
    """A warning where equal rows are told apart by their number only."""
    follows = lineage.follows
    if mapping.key or follows is None or follows.whole or read >= follows.flawed:
        return ()
    return (
        f"The file has {read:,} of the {follows.flawed:,} rows to correct, and the "
        "mapping has no `key`: equal rows that are corrected in several runs count as "
        "one. Keep all rows in the file, also those that are right by now.",
    )


def _no_report(prepared: Prepared) -> SettingsError:
    return SettingsError(
        "--corrects was given, and the file is no report of a run.",
        where=prepared.source.source.label,
        hint="Leave the option away, or name the fix-me.csv or report.xlsx of that "
        "run: it has the columns _status, _code, _message and _hint.",
        code="not_a_report",
    )


def _follows(parent: Parent, *, whole: bool) -> Follows:
    record = parent.record
    counts = record.counts or {}
    flawed = sum(counts.get(status, 0) for status in (Status.INVALID, Status.REJECTED))
    ledger = str(parent.ledger.absolute())
    return Follows(record.name, ledger, record.reports, flawed, whole)


def _refuse_mixed_sources(follows: Follows) -> None:
    """The report of a report names that one as the source of all rows."""
    first = _plan_of(follows)
    if first is None or first.follows is None or not first.follows.whole:
        return
    before = first.follows
    while first is not None and first.follows is not None:
        first = _plan_of(first.follows)
    if first is not None and len(first.sources) == 1:
        return
    raise PipelineError(
        "This report does not tell any more which of several files its rows are from, "
        "and without a `key` in the mapping equal rows could be sent twice.",
        where=follows.reports,
        hint=f"Correct the report of the run {before.run} further, and run it again: "
        "what was sent is not sent again. Or correct the fix-me.csv of this one.",
        code="report_of_report",
    )


def _plan_of(follows: Follows) -> Plan | None:
    return Plan.open(run_folder(Path(follows.ledger), follows.run))


def _forebears(
    follows: Follows | None, stack: ExitStack
) -> tuple[tuple[Forebear, ...], list[str]]:
    """The runs before, the last first, and what to tell of one that is gone."""
    found: list[Forebear] = []
    while follows is not None:
        path = Path(follows.ledger)
        plan = _plan_of(follows)
        if plan is None or not plan.has_contents or not path.is_file():
            return tuple(found), [_gone(follows.run)]
        ledger = stack.enter_context(Ledger.open(path))
        number = ledger.number_of(follows.run)
        found.append(Forebear(plan, partial(_refused, ledger, number)))
        follows = plan.follows
    return tuple(found), []


def _refused(ledger: Ledger, run: int, identities: pl.Series) -> pl.Series:
    sendings = ledger.sendings(run, identities)
    return sendings.filter(pl.col("state") == State.REJECTED)["identity"]


def _gone(run: str) -> str:
    return (
        f"The plan of the run {run}, whose report was corrected, is gone, or an older "
        f"program made it. {_COUNTS_AS_IMPORTED}"
    )
