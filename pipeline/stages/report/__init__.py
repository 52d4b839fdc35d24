"""report: what became of every row, as files for people and programs."""

from pipeline.stages.report.accounts import check_accounts
from pipeline.stages.report.outcomes import Fates
from pipeline.stages.report.page import (
    NEEDS_A_PERSON,
    PAGE,
    Ended,
    Sights,
    steps_of,
    title_of,
    verdict_of,
    write_page,
)
from pipeline.stages.report.workbook import WORKBOOK, Told, writing_workbook
from pipeline.stages.report.write import (
    FIX_ME,
    ISSUES,
    ROWS,
    Counted,
    Onlooker,
    write_report,
)

__all__ = [
    "FIX_ME",
    "ISSUES",
    "NEEDS_A_PERSON",
    "PAGE",
    "ROWS",
    "WORKBOOK",
    "Counted",
    "Ended",
    "Fates",
    "Onlooker",
    "Sights",
    "Told",
    "check_accounts",
    "steps_of",
    "title_of",
    "verdict_of",
    "write_page",
    "write_report",
    "writing_workbook",
]
