"""What is said of each job: sentences, counts and codes; no row."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pipeline.nightly.endings import FileEnding, JobEnding, NightEnding, NightStatus
from pipeline.nightly.telling.policy import (
    THE_NIGHT,
    TROUBLES,
    Event,
    Tidings,
    is_error,
)
from pipeline.printable import one_line
from pipeline.rows import Status, rows_told
from pipeline.stages.report.page import NEEDS_A_PERSON, PAGE, Ended
from pipeline.stages.report.page.causes import title_of
from pipeline.stages.report.page.verdict import Step, steps_of, verdict_of

_MOST_FILES: Final = 20
_MOST_CAUSES: Final = 12
_LONG: Final = 600
_SHORT: Final = 90
_PATH: Final = re.compile(
    r" ?\((?:[A-Za-z]:)?[/\\][^)]*\)|(?<=[ '\"])/[^ '\"]+/(?=[^/ ])"
)
_SENTENCE: Final = re.compile(r".*?(?:\.(?= [A-Z'\"])|$)")
_UNDONE: Final = frozenset({NightStatus.STOPPED, NightStatus.FAILED})
_WRONG: Final = {
    Event.FAILED: "it failed",
    Event.STOPPED: "it stopped early",
    Event.MISSING: "no file came",
    Event.ATTENTION: "it needed a person",
}
_ENDED: Final = {
    NightStatus.OK: "It went well.",
    NightStatus.NOTHING: "There was nothing to do.",
    NightStatus.MISSING: "It did not come.",
    NightStatus.ATTENTION: "It needs a person.",
    NightStatus.STOPPED: "It was stopped.",
    NightStatus.INTERRUPTED: "It was interrupted.",
    NightStatus.FAILED: "It could not be imported.",
}


@dataclass(frozen=True)
class News:
    """What one receiver is told of one night."""

    night: NightEnding
    told: tuple[Tidings, ...]


@dataclass(frozen=True)
class Cause:
    """Why rows were not taken, then what else was found: how many rows, and what."""

    count: int
    code: str
    title: str


@dataclass(frozen=True)
class FileStory:
    """One file. `place` is where it lies now, if that matters to a person.

    `report` is the path of its page, `link` its address, if it has one.
    """

    name: str
    needs_a_person: bool
    verdict: str
    more: str
    counts: tuple[tuple[str, int], ...]
    causes: tuple[Cause, ...]
    reason: str
    hint: str
    steps: tuple[Step, ...]
    place: str
    report: str
    link: str


@dataclass(frozen=True)
class Story:
    """One job: `headline` in a few words, `again` when it was told before."""

    job: str
    event: Event
    headline: str
    again: str
    reason: str
    hint: str
    notices: tuple[str, ...]
    files: tuple[FileStory, ...]
    files_left_out: int


def subject_of(news: News) -> str:
    """One line: the most pressing first, and how many more there are."""
    first, *others = news.told
    line = f"{name_of(first.ending)}: {_headline(first)}"
    if first.nights > 1:
        line += f" (night {first.nights})"
    if others:
        line += f"; and {len(others)} more {'job' if len(others) == 1 else 'jobs'}"
    return one_line(line, 200)


def stories_of(news: News, report_url: str) -> tuple[Story, ...]:
    """`report_url` is the address under which folders of reports are found, or ""."""
    return tuple(_story(tidings, report_url) for tidings in news.told)


def _story(tidings: Tidings, report_url: str) -> Story:
    ending = tidings.ending
    headline = _headline(tidings)
    reason = one_line(ending.reason, _LONG)
    files = sorted(ending.files, key=lambda each: each.status not in TROUBLES)
    return Story(
        job=name_of(ending),
        event=tidings.event,
        headline=headline,
        again=" ".join(_again(tidings)),
        reason="" if reason.rstrip(".") in headline else reason,
        hint=one_line(ending.hint, _LONG),
        notices=tuple(one_line(each, _LONG) for each in ending.notices[:_MOST_FILES]),
        files=tuple(_file(each, ending, report_url) for each in files[:_MOST_FILES]),
        files_left_out=len(files[_MOST_FILES:]),
    )


def name_of(ending: JobEnding) -> str:
    """What people call a job, or the night as a whole."""
    return "The night" if ending.job == THE_NIGHT else one_line(ending.job, _SHORT)


def _headline(tidings: Tidings) -> str:
    ending = tidings.ending
    counts = _counts(ending.files)
    told = {
        Event.FAILED: _with_reason("failed", ending),
        Event.STOPPED: _stopped(ending, counts),
        Event.MISSING: "no file came",
        Event.ATTENTION: _needs_a_person(ending, counts),
        Event.RECOVERED: "is well again",
        Event.OK: _well(ending),
    }
    line = told[tidings.event]
    if tidings.event in {Event.RECOVERED, Event.OK} and counts[Status.CREATED]:
        return f"{line}, {rows_told(counts[Status.CREATED])} went to Reevo"
    return line


def _well(ending: JobEnding) -> str:
    is_quiet = ending.status is NightStatus.NOTHING
    return "there is nothing to do" if is_quiet else "all is well"


def _stopped(ending: JobEnding, counts: Counter[str]) -> str:
    interrupted = ending.status is NightStatus.INTERRUPTED
    line = "was interrupted" if interrupted else "stopped early"
    if left := counts[Status.UNSENT]:
        line = f"{line}, {left:,} of {rows_told(counts.total())} not sent"
    return _with_reason(line, ending)


def _needs_a_person(ending: JobEnding, counts: Counter[str]) -> str:
    needy = sum(counts[status] for status in NEEDS_A_PERSON)
    if not needy:
        return _with_reason("needs a person", ending)
    verb = "needs" if needy == 1 else "need"
    return f"{needy:,} of {rows_told(counts.total())} {verb} a person"


def _with_reason(line: str, ending: JobEnding) -> str:
    cause = _cause(ending)
    return f"{line}: {cause}" if cause else line


def _cause(ending: JobEnding) -> str:
    """Why the job ended as it did, in a few words: a sentence, without paths.

    A file that ended as badly as the job says more than what is said of the job.
    """
    worst = [each.reason for each in ending.files if each.status is ending.status]
    others = [each.reason for each in ending.files if each.status in TROUBLES]
    reason = next(filter(None, (*worst, ending.reason, *others)), "")
    sentence = _SENTENCE.match(_PATH.sub("", one_line(reason, _LONG)))
    told = sentence[0].rstrip(" .") if sentence else ""
    if len(told) <= _SHORT:
        return told
    return f"{told[:_SHORT].rpartition(' ')[0].rstrip(',;:')} ..."


def _again(tidings: Tidings) -> Iterator[str]:
    if tidings.nights > 1:
        yield (
            f"This is night {tidings.nights} of this trouble, since {tidings.since}."
        )
    if tidings.event is Event.RECOVERED:
        wrong = (_WRONG[event] for event in _WRONG if event in tidings.over)
        yield f"Since {tidings.since} this had been wrong: {', '.join(wrong)}."
    if times := tidings.silent:
        how_often = "once more" if times == 1 else f"{times} times more"
        yield f"It came up {how_often} since the last message."


def _counts(files: tuple[FileEnding, ...]) -> Counter[str]:
    statuses = {status.value for status in Status}
    counts: Counter[str] = Counter()
    for each in files:
        counts.update({word: n for word, n in each.counts.items() if word in statuses})
    return counts


def _file(ending: FileEnding, job: JobEnding, report_url: str) -> FileStory:
    counts = _counts((ending,))
    ended = Ended(
        ending.status.value,
        job.ended_at,
        counts,
        reports=str(ending.reports or ""),
        next=tuple(one_line(each, _LONG) for each in ending.next),
    )
    verdict = verdict_of(ended, dry_run=False) if counts else None
    return FileStory(
        name=one_line(ending.name, _SHORT),
        needs_a_person=ending.status in TROUBLES,
        verdict=verdict.sentence if verdict else _ENDED[ending.status],
        more=verdict.more if verdict else "",
        counts=tuple((word, counts[word]) for word in Status if counts[word]),
        causes=_causes(ending),
        reason=one_line(ending.reason, _LONG),
        hint=one_line(ending.hint, _LONG),
        steps=steps_of(ended) if ending.status in TROUBLES else (),
        place=one_line(str(ending.now_at), _LONG) if _is_put_aside(ending) else "",
        report=one_line(str(ending.reports / PAGE), _LONG) if ending.reports else "",
        link=_link(ending.reports, report_url),
    )


def _is_put_aside(ending: FileEnding) -> bool:
    """Whether somebody may have to fetch the file."""
    return ending.status in _UNDONE and not ending.goes_on


def _causes(ending: FileEnding) -> tuple[Cause, ...]:
    ordered = sorted(
        ending.issues.items(),
        key=lambda issue: (not is_error(issue[0]), -issue[1], issue[0]),
    )
    return tuple(
        Cause(count, one_line(code, _SHORT), one_line(title_of(code), 2 * _SHORT))
        for code, count in ordered[:_MOST_CAUSES]
    )


def _link(reports: Path | None, report_url: str) -> str:
    if reports is None or not report_url:
        return ""
    return f"{report_url.rstrip('/')}/{quote(reports.name, safe='')}/{PAGE}"
