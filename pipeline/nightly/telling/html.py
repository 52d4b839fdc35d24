"""The same message as a page for mail programs: nothing in it is fetched."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pipeline.nightly.telling.plain import closing
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.stories import News, stories_of, subject_of

_HERE: Final = Path(__file__).parent
_TONES: Final = {
    Event.FAILED: "bad",
    Event.STOPPED: "bad",
    Event.MISSING: "bad",
    Event.ATTENTION: "warn",
    Event.RECOVERED: "good",
    Event.OK: "good",
}


def html_text(news: News, report_url: str, notes: tuple[str, ...] = ()) -> str:
    """What comes from outside is text in it, nothing else."""
    return _template().render(
        subject=subject_of(news),
        stories=stories_of(news, report_url),
        tones=_TONES,
        notes=notes,
        closing=closing(news),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")
