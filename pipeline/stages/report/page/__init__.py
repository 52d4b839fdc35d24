"""report.html: one page that a person reads, and that needs nothing else."""

from pipeline.stages.report.page.attention import NEEDS_A_PERSON
from pipeline.stages.report.page.causes import Cause, title_of
from pipeline.stages.report.page.ended import Ended
from pipeline.stages.report.page.render import PAGE, write_page
from pipeline.stages.report.page.shares import MEANINGS
from pipeline.stages.report.page.sights import Sights
from pipeline.stages.report.page.verdict import Tone, steps_of, verdict_of

__all__ = [
    "MEANINGS",
    "NEEDS_A_PERSON",
    "PAGE",
    "Cause",
    "Ended",
    "Sights",
    "Tone",
    "steps_of",
    "title_of",
    "verdict_of",
    "write_page",
]
