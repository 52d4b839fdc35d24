"""`history`: the runs of a ledger."""

from pathlib import Path

import click

from pipeline.cli.ending import told
from pipeline.cli.finding import ledgers
from pipeline.cli.options import ledger_option
from pipeline.cli.texts import table
from pipeline.ledger import Ledger, RunRecord
from pipeline.runs.record import is_held
from pipeline.runs.typed import from_here

_HEADER = ("run", "command", "status", "target", "rows", "counts", "report")


@click.command("history")
@ledger_option
@click.option(
    "-n",
    "--last",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many runs to show.",
)
def history(*, ledger: Path | None, last: int) -> None:
    """List the runs, the newest first, with their counts and reports.

    \b
    Example:
      activity-import history -n 5
    """
    with told():
        runs = _runs(ledger, last)
    if not runs:
        click.echo("No runs yet. Try: activity-import demo")
        return
    click.echo(table([_HEADER, *(_line(path, run) for path, run in runs)], indent=0))
    click.echo("\nNext:\n  activity-import report RUN")


def _runs(ledger: Path | None, last: int) -> list[tuple[Path, RunRecord]]:
    runs: list[tuple[Path, RunRecord]] = []
    for path in ledgers(ledger):
        with Ledger.open(path) as opened:
            runs += [(path, run) for run in opened.runs(last)]
    return sorted(runs, key=lambda pair: pair[1].started_at, reverse=True)[:last]


def _line(path: Path, run: RunRecord) -> tuple[str, ...]:
    counts = run.counts or {}
    told_counts = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return (
        run.name,
        "dry run" if run.dry_run else run.command,
        run.status or ("going on" if is_held(path, run.name) else "cut off: resume it"),
        run.target,
        f"{sum(counts.values()):,}",
        told_counts or "-",
        from_here(run.reports),
    )
