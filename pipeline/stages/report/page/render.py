"""The page as text: templates, styles and script become one file."""

import base64
import hashlib
import platform
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline import __version__
from pipeline.ledger import RunRecord
from pipeline.plan import Plan
from pipeline.private_files import write_whole
from pipeline.rows import Source
from pipeline.stages.report.page.activities import activities_of
from pipeline.stages.report.page.attention import NEEDS_A_PERSON, in_script
from pipeline.stages.report.page.causes import Cause, title_of
from pipeline.stages.report.page.charts import number
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
# Control characters have no picture of their own, and some turn the letters around.
_PICTURES: Final = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "\u2421",
    **{
        code: f"\\u{code:x}"
        for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
    },
}


def write_page(
    folder: Path, plan: Plan, sights: Sights, ended: Ended, *, run: RunRecord
) -> None:
    """Writes report.html; raises ReportError."""
    write_whole(folder / PAGE, page(plan, sights, ended, run=run))


def page(plan: Plan, sights: Sights, ended: Ended, *, run: RunRecord) -> str:
    """All of the page. What comes from the user's files is text in it, nothing else."""
    style, script = (
        (_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    causes = sights.causes.found()
    table = sights.attention.table
    return (
        _environment()
        .get_template("page.html")
        .render(
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            policy=_policy(style, script),
            run=run,
            ended=ended,
            verdict=verdict_of(ended, dry_run=run.dry_run),
            steps=steps_of(ended),
            shares=shares_of(ended.counts),
            causes=causes[:_MOST_CAUSES],
            causes_left_out=len(causes) - len(causes[:_MOST_CAUSES]),
            activities=plan.calendar and activities_of(plan.calendar),
            table=table,
            table_data=Markup(_table_data(plan, causes, table.rows).decode()),  # noqa: S704
            sending=sending_of(sights.traffic),
            sources=list(zip(plan.sources, plan.rows, strict=True)),
            files={"rows": ROWS, "issues": ISSUES, "fix_me": FIX_ME},
            versions={
                "activity-import": __version__,
                "Python": platform.python_version(),
            },
            needs_a_person=NEEDS_A_PERSON,
            meanings=MEANINGS,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "n": lambda value: f"{value:,}",
        "number": number,
        "shown": _shown,
        "coded": _coded,
        "sentence": _sentence,
        "moment": _moment,
        "title_of": title_of,
    }
    environment.globals["long"] = _LONG
    return environment


def _policy(style: str, script: str) -> str:
    """Nothing may be fetched, and only our own script and style count."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; "
        f"style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


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


def _shown(text: object) -> str:
    return str(text).translate(_PICTURES)


def _coded(text: str) -> Markup:
    """What stands between backticks is to be typed."""
    parts = (escape(_shown(part)) for part in text.split("`"))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else part
        for odd, part in enumerate(parts)
    )


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
