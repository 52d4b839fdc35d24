"""What people and programs read of a night."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import click

from pipeline.errors import Mistake, PipelineError
from pipeline.nightly.document import night_document
from pipeline.nightly.endings import (
    EXIT_CODES,
    FileEnding,
    JobEnding,
    NightEnding,
    NightStatus,
)
from pipeline.printable import json_text, printable
from pipeline.runs.typed import from_here

_MOST_MISTAKES = 5
_COLORS = {
    NightStatus.OK: "green",
    NightStatus.NOTHING: "green",
    NightStatus.MISSING: "yellow",
    NightStatus.ATTENTION: "yellow",
}


def night_json(
    night: NightEnding, exit_code: int, mistakes: tuple[dict[str, str], ...] = ()
) -> str:
    """The document of `nightly --json`; its schema is described in the README."""
    document = {
        **night_document(night),
        "exit_code": exit_code,
        "mistakes": list(mistakes),
    }
    return json_text(document)


def failed_json(error: PipelineError, at: datetime) -> str:
    """That of a night that could not begin, with the mistakes of its configuration."""
    mistakes = tuple(
        {"where": _where(error, each), "what": each.message, "hint": each.hint}
        for each in error.mistakes
    )
    return night_json(failed_night(error, at), error.exit_code, mistakes)


def failed_night(error: PipelineError, at: datetime) -> NightEnding:
    """The ending of a night that could not begin."""
    return NightEnding(
        NightStatus.FAILED, at, at, reason=error.sentence, hint=error.hint
    )


def with_mistakes(night: NightEnding, error: PipelineError) -> NightEnding:
    """As it is told to those who do not see the terminal: the first mistakes."""
    told = [_line(each) for each in error.mistakes[:_MOST_MISTAKES]]
    return replace(night, hint=" ".join([*told, night.hint]).strip())


def _line(mistake: Mistake) -> str:
    where = f"Line {mistake.place.line}: " if mistake.place else ""
    return f"{where}{mistake.sentence}"


def _where(error: PipelineError, mistake: Mistake) -> str:
    place = mistake.place
    return f"{error.where}:{place.line}:{place.column}" if place else error.where


def night_text(night: NightEnding) -> str:
    """A night on one screen; what to do next comes last."""
    parts = [
        f"Night: {_word(night.status)}",
        "\n".join(filter(None, [night.reason, night.hint])),
        *("\n".join(_job_lines(job)) for job in night.jobs),
        _next(night),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def exit_code_of(night: NightEnding, interrupted: int) -> int:
    """That of its status; `interrupted` is that of the signal."""
    if night.status is NightStatus.INTERRUPTED:
        return interrupted
    return EXIT_CODES[night.status]


def _job_lines(job: JobEnding) -> Iterator[str]:
    yield f"{job.job}: {_word(job.status)}"
    for file in job.files:
        yield from _file_lines(file)
    for notice in job.notices:
        yield printable(f"  Note: {notice}")
    yield from _why(job.reason, job.hint, "  ")


def _file_lines(file: FileEnding) -> Iterator[str]:
    counts = [f"{count:,} {name}" for name, count in file.counts.items() if count]
    told = ", ".join([file.status.value, *counts])
    yield printable(f"  {file.name}: {told}")
    if file.status is not NightStatus.NOTHING:  # else a note says it
        yield from _why(file.reason, file.hint, "    ")
    yield printable(f"    lies in {from_here(str(file.now_at))}")
    if file.reports is not None:
        yield f"    report: {from_here(str(file.reports))}/"


def _why(reason: str, hint: str, indent: str) -> Iterator[str]:
    for text in filter(None, (reason, hint)):
        yield indent + printable(" ".join(text.split()))


def _next(night: NightEnding) -> str:
    commands = [
        command
        for job in night.jobs
        for file in job.files
        if file.status not in {NightStatus.OK, NightStatus.NOTHING}
        for command in file.next
    ]
    lines = (f"  {command}" for command in dict.fromkeys(commands))
    return "\n".join(["Next:", *lines]) if commands else ""


def _word(status: NightStatus) -> str:
    return click.style(status.value, fg=_COLORS.get(status, "red"), bold=True)
