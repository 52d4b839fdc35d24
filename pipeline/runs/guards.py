"""What may keep a whole plan from being sent."""

from dataclasses import dataclass
from typing import Final

from pipeline.ledger import Ledger, RunRecord
from pipeline.plan import Plan, still_unsent
from pipeline.rows import RowLimit, Status, rows_told
from pipeline.runs.job import Consent, Guard
from pipeline.runs.other_rules import read_otherwise
from pipeline.stages.post import Ending, Posted

_MOSTLY = 0.5
_FEWEST_FAMILIAR = 3


class NoRows:
    """A source without rows is more often a failed export than a quiet day."""

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if sum(plan.rows):
            return None
        return Posted(
            Ending.STOPPED,
            "The source has a header and no rows.",
            "Was the export complete? If no rows are all right, add --allow-empty.",
            code="no_rows",
        )


@dataclass(frozen=True)
class TooManyInvalid:
    """`--max-invalid`."""

    most: RowLimit

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        invalid, read = plan.counts.get(Status.INVALID, 0), sum(plan.rows)
        if invalid <= self.most.of(read):
            return None
        return Posted(
            Ending.STOPPED,
            f"{invalid:,} of {read:,} rows are invalid, more than --max-invalid "
            f"{self.most} allows. Nothing was sent.",
            "Correct the source or the mapping and run it again; or let `resume` send "
            "the valid rows as they are.",
            code="too_many_invalid",
        )


class Changed:
    """`--on-drift stop`: the sources do not look as the mapping saw them last."""

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if not plan.changes:
            return None
        return Posted(
            Ending.STOPPED,
            "The source is not as it was, and --on-drift is stop. Nothing was sent.",
            "Look at what changed, correct the mapping or the export and run it again; "
            "or let `resume` send the rows as they are.",
            code="source_drifted",
        )


class ImportedBefore:
    """Rows whose very content the target took before, under other identities.

    That is what comes of a changed `key` or `system`: every row looks new.
    """

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        asked, known = plan.familiar
        if known < _FEWEST_FAMILIAR or known <= _MOSTLY * asked:
            return None
        return Posted(
            Ending.STOPPED,
            f"Of {asked:,} rows to send that were compared, {known:,} have the very "
            "content of activities imported before as other records. Was the `key` or "
            "the `system` of the mapping changed? Nothing was sent.",
            "Give the mapping its former `key` and `system`. If these are other "
            f"activities all the same: activity-import resume {run.name} "
            "--allow-repeats",
            resumable=False,
            code="imported_before",
        )


class SourceImportedBefore:
    """More would be sent of one source than it has rows: some would be there twice.

    That is what comes of another time zone, `key` or `system`: rows look new.
    """

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        former = ledger.former_runs(run.target, run.workspace, plan.fingerprints)
        former = [one for one in former if one.name != run.name]
        new = plan.counts.get(Status.UNSENT, 0)
        if not former or not new:
            return None
        rows = sum(
            max(count, *(one.rows.get(fingerprint, 0) for one in former))
            for fingerprint, count in plan.fingerprints.items()
        )
        sent = sum(one.live for one in former)
        if sent + new > rows:  # another run may have sent these very rows meanwhile
            new = still_unsent(plan, ledger.standing)
        twice = sent + new - rows
        if twice <= 0:
            return None
        return Posted(
            Ending.STOPPED,
            f"{rows_told(sent)} of this very source went out before (run "
            f"{former[-1].name}), and {new:,} more would be sent now that "
            f"{'looks' if new == 1 else 'look'} new. It has {rows_told(rows)}: at "
            f"least {twice:,} would be there twice. Was the time zone, a field, the "
            "`key` or the `system` changed? Nothing was sent.",
            "Run it as it was run then. If these are other activities all the same, "
            "add --allow-repeats.",
            resumable=False,
            code="source_imported_before",
        )


class ReadOtherwise:
    """Rows that their content identifies, read by other rules than those before them.

    Of a source that was sent before as a whole, `SourceImportedBefore` knows more.
    """

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        new = plan.counts.get(Status.UNSENT, 0)
        if not new or ledger.former_runs(run.target, run.workspace, plan.fingerprints):
            return None
        former = read_otherwise(plan, run, ledger)
        if former is None:
            return None
        return Posted(
            Ending.STOPPED,
            f"{rows_told(new)} look new, but the mapping or the time zone is not that "
            f"of run {former}, which read the last source of this name. The "
            "mapping has no `key`: a row that was imported then would be there twice. "
            "Nothing was sent.",
            "Take out of the source what was imported before. If it holds no such row: "
            f"activity-import resume {run.name} --allow-repeats",
            resumable=False,
            code="read_otherwise",
        )


AGAINST_REPEATS: Final[tuple[Guard, ...]] = (
    SourceImportedBefore(),
    ImportedBefore(),
    ReadOtherwise(),
)
"""Those that `--allow-repeats` takes away."""


@dataclass(frozen=True)
class FirstRun:
    """The first real run against a target shows what it is about to do, and asks."""

    consent: Consent

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        count = plan.counts.get(Status.UNSENT, 0)
        if not count or ledger.sent_before(run.target, run.workspace):
            return None
        question = (
            f"This is the first run against this target.\n"
            f"  rows to send  {count:,}\n"
            f"  target        {run.target}\n"
            f"  workspace     {run.workspace}\n"
            "The API offers no undo. Send them?"
        )
        if self.consent.may_begin(question):
            return None
        return Posted(
            Ending.STOPPED,
            "You did not confirm. Nothing was sent.",
            "To look at a few rows first: add --pilot 5 to the run.",
            code="first_run_not_confirmed",
        )


@dataclass(frozen=True)
class OnlyIfNothingWasSent:
    """Another guard, for runs that go on: what it let pass once is not asked again."""

    guard: Guard

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if ledger.counts(ledger.number_of(run.name)):
            return None
        return self.guard.objection(plan, run, ledger)
