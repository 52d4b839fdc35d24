"""What people read on the terminal."""

from collections.abc import Iterable

import click

from pipeline.errors import Mistake, MistakesError, PipelineError
from pipeline.printable import printable
from pipeline.rows import Status
from pipeline.runs.summary import RunStatus, Summary

MEANINGS = {
    Status.CREATED: "the API took them",
    Status.DUPLICATE: "imported before, or earlier in this source; not sent again",
    Status.SKIPPED: "left out by a rule of the mapping",
    Status.VALID: "would be sent",
    Status.INVALID: "something is wrong with them; not sent",
    Status.REJECTED: "the API refused them",
    Status.UNCERTAIN: "sent, and the answer is not known",
    Status.UNSENT: "the run stopped before their turn",
}
_COLORS = {
    RunStatus.OK: "green",
    RunStatus.ATTENTION: "yellow",
    RunStatus.STOPPED: "red",
    RunStatus.INTERRUPTED: "red",
    RunStatus.FAILED: "red",
}
_MOST_ISSUES = 8


def error_text(error: PipelineError) -> str:
    """What, where, what next: a line each."""
    lines = [click.style("Error: ", fg="red") + printable(error.message)]
    if error.where:
        lines.append(f"  where: {printable(error.where)}")
    if isinstance(error, MistakesError):
        lines += [mistake_text(error.where, mistake) for mistake in error.mistakes]
    if error.hint:
        lines.append(f"  hint:  {printable(error.hint)}")
    lines += [f"  next:  {command}" for command in error.next]
    return "\n".join(lines)


def mistake_text(path: str, mistake: Mistake) -> str:
    place = mistake.place
    at = f"{path}:{place.line}:{place.column}: " if place else ""
    hint = f" {mistake.hint}" if mistake.hint else ""
    return f"  {at}{printable(mistake.message + hint)}"


def table(rows: Iterable[tuple[str, ...]], *, indent: int = 2) -> str:
    """Columns side by side, as wide as they need to be."""
    lines = [tuple(map(printable, row)) for row in rows]
    if not lines:
        return ""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        " " * indent
        + "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def summary_text(summary: Summary) -> str:
    """A run on one screen; what to do next comes last."""
    parts = [
        _headline(summary),
        _corrects(summary),
        _notes(summary),
        _counts(summary),
        _issues(summary),
        _sentence(summary),
        _files(summary),
        _next(summary),
    ]
    return "\n\n".join(part for part in parts if part)


def _headline(summary: Summary) -> str:
    heading = summary.heading
    if heading is None:
        return ""
    word = click.style(summary.status.value, fg=_COLORS[summary.status], bold=True)
    kind = "Dry run" if heading.dry_run else "Run"
    sources = ", ".join(source.label for source, _ in summary.sources)
    return f"{kind} {heading.run}: {word}\n  {sources} -> {heading.target}"


def _corrects(summary: Summary) -> str:
    follows = summary.follows
    return follows.told(summary.counts) if follows else ""


def _notes(summary: Summary) -> str:
    return "\n".join(f"Note: {printable(note)}" for note in summary.all_notes())


def _counts(summary: Summary) -> str:
    lines = [
        (f"{summary.counts[status]:,}".rjust(9), status.value, MEANINGS[status])
        for status in Status
        if summary.counts[status]
    ]
    total = (f"{summary.counts.total():,}".rjust(9), "read", "each with one outcome")
    return table([*lines, total], indent=0)


def _issues(summary: Summary) -> str:
    if not summary.issues:
        return ""
    lines = [
        (
            f"{issue['count']:,}x",
            issue["code"],
            f"row {issue['first_row']}:",
            issue["message"],
        )
        for issue in summary.issues[:_MOST_ISSUES]
    ]
    more = len(summary.issues) - _MOST_ISSUES
    rest = f"\n  and {more} kinds more, in issues.csv" if more > 0 else ""
    return "Issues, with the first row of each:\n" + table(lines) + rest


def _sentence(summary: Summary) -> str:
    parts = [part for part in (summary.reason, summary.hint) if part]
    return " ".join(
        part if part.endswith((".", "!", "?")) else f"{part}." for part in parts
    )


def _files(summary: Summary) -> str:
    if summary.heading is None:
        return ""
    files = "report.html, rows.csv, issues.csv, fix-me.csv"
    return f"Report: {summary.heading.reports}/ ({files})"


def _next(summary: Summary) -> str:
    if not summary.next:
        return ""
    return "Next:\n" + "\n".join(f"  {command}" for command in summary.next)
