"""report.html: one page that a person reads, and that needs nothing else."""

from pipeline.stages.report.page.ended import Ended
from pipeline.stages.report.page.render import PAGE, write_page
from pipeline.stages.report.page.sights import Sights

__all__ = ["PAGE", "Ended", "Sights", "write_page"]
