"""read: a file becomes batches of rows, every cell as text.

Nothing is guessed: no number, date or leading zero is touched.
"""

from pipeline.stages.read.opened import Layout, OpenSource, SheetFacts, first_rows
from pipeline.stages.read.opening import (
    STDIN,
    companion,
    has_members,
    may_be_report,
    open_source,
    open_sources,
    sheets,
)
from pipeline.stages.read.spool import Spool, spooling
from pipeline.stages.read.workbook import SPREADSHEET

__all__ = [
    "SPREADSHEET",
    "STDIN",
    "Layout",
    "OpenSource",
    "SheetFacts",
    "Spool",
    "companion",
    "first_rows",
    "has_members",
    "may_be_report",
    "open_source",
    "open_sources",
    "sheets",
    "spooling",
]
