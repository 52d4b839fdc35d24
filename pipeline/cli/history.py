"""`history`: the runs of a ledger, on the terminal and as a page."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from pipeline.cli.ending import told
from pipeline.cli.finding import ledgers
from pipeline.cli.options import ledger_option
from pipeline.cli.texts import table
from pipeline.printable import json_text
from pipeline.rows import Status
from pipeline.runs.history import PastRun, document, past_runs, write_history
from pipeline.runs.next_commands import resume_command
from pipeline.runs.typed import from_here

_HEADER = (
    *("run", "ago", "what", "status"),
    *("rows", "created", "person", "unsent"),
)
_NUMBERS_FROM = 4
_NO_RUNS = "No runs yet. Try: activity-import demo"


@click.command("history")
@ledger_option
@click.option(
    "-n",
    "--last",
    type=click.IntRange(min=1),
    help="How many runs to show; default: 20, and all of them on the page.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the runs as one JSON document."
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page of all runs, with their trends, into FILE.",
)
def history(
    *, ledger: Path | None, last: int | None, as_json: bool, page: Path | None
) -> None:
    """List the runs, the newest first, with what became of their rows.

    The column `person` counts rows that need one.

    \b
    Examples:
      activity-import history -n 5
      activity-import history --html history.html
    """
    with told(as_json=as_json):
        shown = last or (None if page else 20)
        runs = past_runs(ledgers(ledger), shown)
        if page is not None and runs:
            write_history(page, runs)
    if as_json:
        click.echo(json_text(document(runs)), nl=False)
    else:
        click.echo(_page_text(runs, page) if page else _text(runs))


def _page_text(runs: Sequence[PastRun], page: Path) -> str:
    if not runs:
        return _NO_RUNS
    some = "1 run" if len(runs) == 1 else f"{len(runs):,} runs"
    return f"{page} shows {some}: open it in a browser."


def _text(runs: Sequence[PastRun]) -> str:
    if not runs:
        return _NO_RUNS
    targets = list(dict.fromkeys(_target(run) for run in runs))
    header = _HEADER if len(targets) == 1 else (*_HEADER, "target")
    lines = _aligned([header, *(_line(run)[: len(header)] for run in runs)])
    parts = [
        f"Target: {targets[0]}" if len(targets) == 1 else "",
        table(lines, indent=0),
        _reports(runs),
        "Next:\n" + "\n".join(f"  {line}" for line in _next(runs)),
    ]
    return "\n\n".join(filter(None, parts))


def _line(run: PastRun) -> tuple[str, ...]:
    record, counts = run.record, run.counts
    return (
        record.name,
        _ago(datetime.now(UTC) - record.started_at),
        run.what,
        run.status.replace("_", " "),
        f"{counts.total():,}",
        f"{counts[Status.CREATED]:,}",
        f"{run.needs_a_person:,}",
        f"{counts[Status.UNSENT]:,}",
        _target(run),
    )


def _aligned(lines: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Numbers stand at the right."""
    numbers = range(_NUMBERS_FROM, len(_HEADER))
    widths = {at: max(len(line[at]) for line in lines) for at in numbers}
    return [
        tuple(cell.rjust(widths.get(at, 0)) for at, cell in enumerate(line))
        for line in lines
    ]


def _ago(age: timedelta) -> str:
    if age < timedelta(hours=1):
        return "<1h"
    if age < timedelta(days=1):
        return f"{age // timedelta(hours=1)}h"
    return f"{age.days}d"


def _target(run: PastRun) -> str:
    """Short: the host, and the workspace if it has a name."""
    record = run.record
    host = urlsplit(record.target).netloc or record.target
    return host if record.workspace == "default" else f"{host} {record.workspace}"


def _reports(runs: Sequence[PastRun]) -> str:
    folders = dict.fromkeys(str(Path(run.record.reports).parent) for run in runs)
    listed = ", ".join(f"{from_here(folder)}/" for folder in folders)
    return f"Reports: {listed} (a folder for each run)"


def _next(runs: Sequence[PastRun]) -> list[str]:
    waiting = [run for run in runs if run.status in {"cut_off", "interrupted"}]
    to_resume = [run for run in waiting if not run.record.dry_run][:1]
    return [
        *(resume_command(run.record) for run in to_resume),
        "activity-import history --html history.html",
    ]
