"""The page as text: what a run came to, gathered for its template."""

import platform
from pathlib import Path
from typing import Any, Final

from pipeline import __version__
from pipeline.ledger import RunRecord
from pipeline.pages import in_script, rendered
from pipeline.plan import Plan
from pipeline.private_files import write_whole
from pipeline.rows import Source
from pipeline.stages.report.page.activities import activities_of
from pipeline.stages.report.page.attention import NEEDS_A_PERSON
from pipeline.stages.report.page.causes import Cause
from pipeline.stages.report.page.ended import Ended
from pipeline.stages.report.page.sending import sending_of
from pipeline.stages.report.page.shares import MEANINGS, shares_of
from pipeline.stages.report.page.sights import Sights
from pipeline.stages.report.page.verdict import steps_of, verdict_of
from pipeline.stages.report.write import FIX_ME, ISSUES, ROWS

PAGE: Final = "report.html"
_HERE: Final = Path(__file__).parent
_MOST_CAUSES: Final = 60
_LONG: Final = 300


def write_page(
    folder: Path, plan: Plan, sights: Sights, ended: Ended, *, run: RunRecord
) -> None:
    """Writes report.html; raises ReportError."""
    write_whole(folder / PAGE, page(plan, sights, ended, run=run))


def page(plan: Plan, sights: Sights, ended: Ended, *, run: RunRecord) -> str:
    """All of the page. What comes from the user's files is text in it, nothing else."""
    causes = sights.causes.found()
    table = sights.attention.table
    facts = {
        "run": run,
        "ended": ended,
        "verdict": verdict_of(ended, dry_run=run.dry_run),
        "steps": steps_of(ended),
        "shares": shares_of(ended.counts),
        "causes": causes[:_MOST_CAUSES],
        "causes_left_out": len(causes) - len(causes[:_MOST_CAUSES]),
        "activities": plan.calendar and activities_of(plan.calendar),
        "table": table,
        "sending": sending_of(sights.traffic),
        "sources": list(zip(plan.sources, plan.rows, strict=True)),
        "files": {"rows": ROWS, "issues": ISSUES, "fix_me": FIX_ME},
        "versions": {
            "activity-import": __version__,
            "Python": platform.python_version(),
        },
        "needs_a_person": NEEDS_A_PERSON,
        "meanings": MEANINGS,
        "long": _LONG,
    }
    return rendered(_HERE, "page", _table_data(plan, causes, table.rows), facts)


def _table_data(plan: Plan, causes: tuple[Cause, ...], rows: bytes) -> bytes:
    """JSON for the page's script: sources with their columns, titles, rows."""
    facts = {
        "sources": [_source(source) for source in plan.sources],
        "titles": {cause.code: cause.title for cause in causes},
    }
    return in_script(facts)[:-1] + b',"rows":' + rows + b"}"


def _source(source: Source) -> dict[str, Any]:
    return {
        "label": source.label,
        "columns": [column.name for column in source.columns],
    }
