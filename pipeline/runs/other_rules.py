"""Whether sources were read by other rules when the mapping last read their like.

Where the content identifies, other rules make a row another record. A file that
holds old rows beside new ones would then have the old ones sent again.
"""

from collections.abc import Iterator

from pipeline.ledger import Ledger, RunRecord
from pipeline.plan import Plan
from pipeline.rows import Status
from pipeline.runs.drift import usual_name

_ZONE = "--timezone="
_LOOKED_AT = 1_000
_LEFT_SOMETHING = (Status.CREATED, Status.DUPLICATE, Status.UNCERTAIN)


def read_otherwise(plan: Plan, run: RunRecord, ledger: Ledger) -> str | None:
    """The run that read sources of these names last, if its rules were not the run's.

    Its rows must be in the same target, and its mapping or its time zone another.
    None also where a key identifies the rows of the plan.
    """
    if not plan.has_contents:
        return None
    former = list(_formerly(run, ledger))
    for name in {usual_name(one.path) for one in plan.sources if not one.report}:
        last = next((one for one in former if name in _names(one)), None)
        if last is not None and _rules(last) != _rules(run):
            return last.name
    return None


def _formerly(run: RunRecord, ledger: Ledger) -> Iterator[RunRecord]:
    """The runs of the mapping there, the newest first, that have rows in Reevo."""
    there = (run.target, run.workspace, run.mapping_name)
    for one in ledger.runs(_LOOKED_AT):
        is_there = (one.target, one.workspace, one.mapping_name) == there
        is_other = one.name != run.name and not one.dry_run
        if is_there and is_other and _left_something(one, ledger):
            yield one


def _left_something(run: RunRecord, ledger: Ledger) -> bool:
    """Of a run that was cut off only the ledger knows."""
    if run.counts is None:
        return ledger.live(ledger.number_of(run.name)) > 0
    return any(run.counts.get(status) for status in _LEFT_SOMETHING)


def _names(run: RunRecord) -> frozenset[str]:
    return frozenset(map(usual_name, run.sources))


def _rules(run: RunRecord) -> tuple[str, str | None]:
    zones = [word for word in run.options if word.startswith(_ZONE)]
    return run.mapping_sha256, zones[-1] if zones else None
