"""A run on one screen: how it ended first, and what to do next last."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from pipeline.cli.screen import Screen
from pipeline.cli.texts import explain_line, table
from pipeline.cli.theme import ATTENTION, BAD, GOOD, painted
from pipeline.printable import printable
from pipeline.rows import Status
from pipeline.runs.summary import RunStatus, Summary
from pipeline.stages.report import steps_of, verdict_of

MEANINGS: Final = {
    Status.CREATED: "the API took them",
    Status.DUPLICATE: "imported before, or twice in the source",
    Status.SKIPPED: "left out by a rule of the mapping",
    Status.VALID: "would be sent",
    Status.INVALID: "something is wrong with them; not sent",
    Status.REJECTED: "the API refused them",
    Status.UNCERTAIN: "sent, and the answer is not known",
    Status.UNSENT: "the run stopped before their turn",
}
_FILES: Final = ("report.html", "report.xlsx", "rows.csv", "issues.csv", "fix-me.csv")
_COLORS: Final = {
    RunStatus.OK: GOOD,
    RunStatus.ATTENTION: ATTENTION,
    RunStatus.STOPPED: BAD,
    RunStatus.INTERRUPTED: BAD,
    RunStatus.FAILED: BAD,
}
_COLORS_OF_ROWS: Final = {
    Status.CREATED: GOOD,
    Status.VALID: GOOD,
    Status.INVALID: ATTENTION,
    Status.REJECTED: ATTENTION,
    Status.UNCERTAIN: ATTENTION,
    Status.UNSENT: BAD,
}
_MOST_ISSUES: Final = 8
_FEWEST_ISSUES: Final = 3
_MOST_NOTES: Final = 3
# The command that was typed above, the prompt that comes below, and a blank line.
_NOT_OURS: Final = 3


def summary_text(summary: Summary, screen: Screen, *, seconds: float) -> str:
    """A run as text; `seconds` is how long the command took.

    On a terminal as many issues are told as its lines allow, and those are cut to its
    width: issues.csv and the page have them in full.
    """
    before = [_headline(summary, screen, seconds), _counts(summary, screen)]
    after = [
        _sentence(summary, screen),
        "\n".join(filter(None, [_notes(summary, screen), _files(summary, screen)])),
        _next(summary, screen),
    ]
    room = _room(screen, _joined([*before, *after]))
    return _joined([*before, _issues(summary, screen, room), *after])


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _room(screen: Screen, rest: str) -> int:
    """How many issues fit beside the rest, their title and the line about others."""
    if screen.lines is None:
        return _MOST_ISSUES
    left = screen.lines - screen.lines_of(rest) - _NOT_OURS - 3
    return min(_MOST_ISSUES, max(_FEWEST_ISSUES, left))


def _headline(summary: Summary, screen: Screen, seconds: float) -> str:
    heading = summary.heading
    if heading is None:
        return ""
    word = painted(summary.status.value, _COLORS[summary.status], bold=True)
    kind = "Dry run" if heading.dry_run else "Run"
    verdict = verdict_of(summary, dry_run=heading.dry_run)
    sources = ", ".join(source.label for source, _ in summary.sources)
    follows = summary.follows
    about = [
        verdict.sentence,
        f"{sources} -> {heading.target}",
        follows.told(summary.counts) if follows else "",
        _effort(summary, seconds),
    ]
    lines = [screen.wrapped(f"  {_line(each)}", indent=4) for each in about if each]
    return "\n".join([f"{kind} {heading.run}: {word}", *lines])


def _effort(summary: Summary, seconds: float) -> str:
    posted, read = summary.posted, summary.counts.total()
    is_dry = summary.heading is not None and summary.heading.dry_run
    parts = [f"took {seconds:,.1f} s"]
    if posted.sent:
        parts.append(f"{_times(posted.sent, 'request')}, {posted.per_second:,.0f}/s")
    elif is_dry and read and seconds > 0:
        parts.append(f"{read / seconds:,.0f} rows/s")
    if posted.throttled:
        times = _times(posted.throttled, "time")
        parts.append(f"the API asked to slow down {times}")
    return "; ".join(parts)


def _counts(summary: Summary, screen: Screen) -> str:
    total = summary.counts.total()
    lines = [
        (f"{count:,}", _share(count, total), status.value, MEANINGS[status])
        for status in Status
        if (count := summary.counts[status])
    ]
    lines.append((f"{total:,}", "", "read", "each with one outcome"))
    width = max(9, *(len(count) for count, *_ in lines))
    text = table([(each[0].rjust(width), *each[1:]) for each in lines], indent=0)
    return "\n".join(_with_color(screen.cut(line)) for line in text.split("\n"))


def _with_color(line: str) -> str:
    for status, color in _COLORS_OF_ROWS.items():
        if f" {status.value} " in line:
            return line.replace(status.value, painted(status.value, color), 1)
    return line


def _share(count: int, total: int) -> str:
    """Never 0% of something, never 100% of less than all."""
    share = 100 * count / total
    if share < 1:
        text = "<1%"
    elif count < total and share > 99:
        text = ">99%"
    else:
        text = f"{share:.0f}%"
    return text.rjust(4)


def _issues(summary: Summary, screen: Screen, most: int) -> str:
    if not summary.issues:
        return ""
    shown = summary.issues[:most]
    # One more takes no more room than the line about it.
    if len(summary.issues) == most + 1 <= _MOST_ISSUES:
        shown = summary.issues
    lines = [
        (
            f"{issue['count']:,}x",
            issue["code"],
            f"row {issue['first_row']}:",
            _line(issue["message"]),
        )
        for issue in shown
    ]
    told = [screen.cut(line) for line in table(lines).split("\n")]
    if more := len(summary.issues) - len(shown):
        told.append(f"  and {_times(more, 'kind')} more, in issues.csv")
    return "\n".join(["Issues, with the first row of each:", *told])


def _notes(summary: Summary, screen: Screen) -> str:
    notes = [f"Note: {_line(note)}" for note in summary.all_notes()]
    if screen.lines is None:
        return "\n".join(screen.wrapped(note, indent=2) for note in notes)
    shown = [_shortened(note, screen) for note in notes[:_MOST_NOTES]]
    if more := len(notes) - len(shown):
        shown.append(f"  and {_times(more, 'note')} more, in report.html")
    return "\n".join(shown)


def _shortened(note: str, screen: Screen) -> str:
    """Two lines at most; the page has it in full."""
    first, *others = screen.wrapped(note, indent=2).split("\n")
    if not others:
        return first
    rest = " ".join(line.strip() for line in others)
    return f"{screen.cut(first)}\n  {screen.cut(rest, taken=2)}"


def _sentence(summary: Summary, screen: Screen) -> str:
    parts = [_line(part) for part in (summary.reason, summary.hint) if part]
    said = screen.wrapped(
        " ".join(
            part if part.endswith((".", "!", "?")) else f"{part}." for part in parts
        )
    )
    return f"{said}\n  {explain_line(summary.code)}" if summary.code else said


def _files(summary: Summary, screen: Screen) -> str:
    if summary.heading is None:
        return ""
    files = f"({', '.join(_FILES)})"
    text = f"Report: {printable(summary.heading.reports)}/ {files}"
    return screen.wrapped(text, indent=2)


def _next(summary: Summary, screen: Screen) -> str:
    """The commands are whole: they are there to be copied."""
    return "\n".join(chain.from_iterable(_steps(summary, screen)))


def _steps(summary: Summary, screen: Screen) -> Iterator[tuple[str, str]]:
    word = "Next"
    for step in steps_of(summary):
        todo = f"{word}: {step.todo[0].lower()}{step.todo[1:]}"
        yield screen.wrapped(todo, indent=2), f"  {step.command}"
        word = "Then"


def _times(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def _line(text: str) -> str:
    """One line, and nothing in it that steers the terminal."""
    return printable(" ".join(text.split()))
