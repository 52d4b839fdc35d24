"""What the workbook's first sheet tells."""

from dataclasses import dataclass

from pipeline.ledger import RunRecord
from pipeline.rows import Source
from pipeline.stages.report.page import Cause, Ended


@dataclass(frozen=True)
class Told:
    """How the run ended, and what was wrong; `causes` errors first."""

    run: RunRecord
    sources: tuple[tuple[Source, int], ...]
    ended: Ended
    causes: tuple[Cause, ...]
