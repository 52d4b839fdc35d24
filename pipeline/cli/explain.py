"""`explain`: what a code means, why it comes, and what to do."""

import textwrap
from collections.abc import Iterator

import click

from pipeline.catalogue import ENTRIES, GROUPS, REFUSED_BY_API, Entry, Level, entry_of
from pipeline.cli.ending import told
from pipeline.cli.texts import table
from pipeline.errors import SettingsError
from pipeline.nearest import did_you_mean

_WIDTH = 78
_OF_API = ("http_", "api_")


@click.command("explain")
@click.argument("code", required=False)
def explain(*, code: str | None) -> None:
    """Explain CODE: what it means, why it comes, what to do. Without one: list all.

    Codes stand in rows.csv, issues.csv, report.html and in error messages.

    \b
    Examples:
      activity-import explain bad_time
      activity-import explain
    """
    with told():
        click.echo(_all() if code is None else _explained(_entry(code)))


def _entry(code: str) -> Entry:
    wanted = code.strip().lower()
    if wanted in ENTRIES or wanted.startswith(_OF_API):
        return entry_of(wanted)
    raise SettingsError(
        f"There is no code '{code}'.",
        hint=f"{did_you_mean(wanted, ENTRIES)} A code that a rejected row bears may be "
        f"the API's own: see `activity-import explain {REFUSED_BY_API.code}`.".strip(),
        code="code_unknown",
    )


def _all() -> str:
    groups = [
        f"{title}:\n{table((each.code, each.title) for each in entries)}"
        for title, entries in GROUPS.items()
    ]
    return "\n\n".join([*groups, "Next:\n  activity-import explain CODE"])


def _explained(entry: Entry) -> str:
    return "\n\n".join(_parts(entry))


def _parts(entry: Entry) -> Iterator[str]:
    kind = "" if entry.level is Level.RUN else f"   ({entry.level})"
    yield f"{click.style(entry.code, bold=True)}{kind}\n{entry.title}."
    yield _wrapped(entry.means)
    yield f"Why:\n{_wrapped(entry.why)}"
    for place, what in entry.fix.places():
        yield f"{place}:\n{_wrapped(what)}"
    yield f"For example:\n{_wrapped(entry.example)}"


def _wrapped(text: str) -> str:
    """Commands are not broken at their dashes."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
