"""Whether sources were read by other rules when the mapping last saw their like.

Where the content identifies, other rules make a row another record. A file that
holds old rows beside new ones would then have the old ones sent again.
"""

from collections.abc import Sequence

from pipeline.ledger import Ledger, RunRecord, Seen
from pipeline.mapping.model import Mapping
from pipeline.rows import Status

_ZONE = "--timezone="
_LEFT_SOMETHING = (Status.CREATED, Status.DUPLICATE, Status.UNCERTAIN)


def read_otherwise(
    seen: Sequence[Seen], run: RunRecord, mapping: Mapping, ledger: Ledger
) -> str | None:
    """The run that read sources of these names last, if its rules were not the run's.

    Its rows must be in the same target, and its mapping or its time zone another.
    """
    if mapping.key or mapping.combine:
        return None
    for now in seen:
        before = ledger.seen(system=now.system, mapping=now.mapping, source=now.source)
        former = ledger.find_run(before.run) if before else None
        if former and _sent_there(former, run) and _rules(former) != _rules(run):
            return former.name
    return None


def _sent_there(former: RunRecord, run: RunRecord) -> bool:
    there = (former.target, former.workspace) == (run.target, run.workspace)
    return there and any((former.counts or {}).get(one) for one in _LEFT_SOMETHING)


def _rules(run: RunRecord) -> tuple[str, str | None]:
    zones = [word for word in run.options if word.startswith(_ZONE)]
    return run.mapping_sha256, zones[-1] if zones else None
