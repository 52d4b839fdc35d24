"""Who must be told what: what is new is told at once, what lasts once a day.

All of it is pure. A job's troubles stay in mind until the job is well again.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from pipeline.catalogue import Level, entry_of
from pipeline.nightly.endings import FileEnding, JobEnding, NightEnding, NightStatus

THE_NIGHT: Final = ""
"""The name of what is no job's trouble, but the whole night's."""


class Event(StrEnum):
    """What a job has to say; the most pressing first."""

    FAILED = "failed"
    STOPPED = "stopped"
    MISSING = "missing"
    ATTENTION = "attention"
    RECOVERED = "recovered"
    OK = "ok"


TROUBLES: Final = {
    NightStatus.FAILED: Event.FAILED,
    NightStatus.STOPPED: Event.STOPPED,
    NightStatus.INTERRUPTED: Event.STOPPED,
    NightStatus.MISSING: Event.MISSING,
    NightStatus.ATTENTION: Event.ATTENTION,
}
_PRESSING: Final = {event: place for place, event in enumerate(Event)}
_FORGOTTEN: Final = timedelta(days=30)
_RUN: Final = re.compile(r"\d{8}-\d{4}-[0-9a-f]{4}")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Trouble:
    """Two troubles are the same if event and causes are (codes, or reasons)."""

    event: Event
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Spell:
    """How long a trouble has lasted: it was told on `nights` days, last on `told_on`.

    `silent` counts how often it came up since then without being told.
    """

    since: date
    told_on: date
    nights: int = 1
    silent: int = 0


Memory = Dict[str, Dict[Trouble, Spell]]
"""By job: its troubles since it was last well."""


@dataclass(frozen=True)
class Tidings:
    """What is told of one job.

    A trouble is told for the `nights`-th night since `since`, and came up `silent`
    times more since it was last told. `over` are the troubles that a recovery ends.
    """

    ending: JobEnding
    event: Event
    since: date
    nights: int = 1
    silent: int = 0
    over: frozenset[Event] = field(default_factory=frozenset)


def decide(
    memory: Memory, night: NightEnding, day: date
) -> tuple[Memory, tuple[Tidings, ...]]:
    """What to tell of a night that began on `day`, and what to keep in mind."""
    kept = dict(memory)
    told = []
    for ending in _endings(night):
        kept[ending.job], tidings = _of_job(kept.get(ending.job, {}), ending, day)
        told.append(tidings)
    return {job: spells for job, spells in kept.items() if spells}, _sorted(told)


def heard(told: Iterable[Tidings], on: frozenset[Event]) -> tuple[Tidings, ...]:
    """What somebody hears who wants to be told of `on`.

    Of a recovery hears who heard of the trouble; to others the job is just well.
    """
    return tuple(
        tidings
        for each in told
        for tidings in (each, _as_well(each))
        if tidings is not None and _is_heard(tidings, on)
    )


def _is_heard(tidings: Tidings, on: frozenset[Event]) -> bool:
    if tidings.event is Event.RECOVERED:
        return Event.RECOVERED in on and bool(tidings.over & on)
    if tidings.event is Event.OK and Event.RECOVERED in on and tidings.over & on:
        return False
    return tidings.event in on


def _as_well(tidings: Tidings) -> Tidings | None:
    if tidings.event is not Event.RECOVERED or tidings.ending.job == THE_NIGHT:
        return None
    return replace(tidings, event=Event.OK)


def _endings(night: NightEnding) -> Iterator[JobEnding]:
    """Those of the jobs, and before them that of the night, as if it were a job."""
    of_a_job = any(night.reason == each.reason for each in night.jobs)
    status = night.status if night.reason and not of_a_job else NightStatus.OK
    if night.status is NightStatus.NOTHING and not night.jobs:
        status = NightStatus.NOTHING
    yield JobEnding(
        THE_NIGHT,
        status,
        night.started_at,
        night.ended_at,
        reason=night.reason,
        hint=night.hint,
    )
    yield from night.jobs


def _of_job(
    spells: Dict[Trouble, Spell], ending: JobEnding, day: date
) -> tuple[Dict[Trouble, Spell], Tidings | None]:
    if ending.status is NightStatus.NOTHING:
        return spells, None
    if ending.status is NightStatus.OK:
        return {}, _of_well(spells, ending, day)
    trouble = Trouble(TROUBLES[ending.status], _causes(ending))
    spell = spells.get(trouble)
    if spell and spell.told_on == day:
        return {**spells, trouble: replace(spell, silent=spell.silent + 1)}, None
    silent = spell.silent if spell else 0
    now = _lasting(spell, day)
    tidings = Tidings(ending, trouble.event, now.since, now.nights, silent)
    return {**_recent(spells, day), trouble: now}, tidings


def _lasting(spell: Spell | None, day: date) -> Spell:
    if spell is None:
        return Spell(day, day)
    return Spell(spell.since, day, spell.nights + 1)


def _of_well(
    spells: Dict[Trouble, Spell], ending: JobEnding, day: date
) -> Tidings | None:
    over = frozenset(trouble.event for trouble in spells)
    if over:
        since = min(spell.since for spell in spells.values())
        return Tidings(ending, Event.RECOVERED, since, over=over)
    return None if ending.job == THE_NIGHT else Tidings(ending, Event.OK, day)


def _recent(spells: Dict[Trouble, Spell], day: date) -> Dict[Trouble, Spell]:
    return {
        trouble: spell
        for trouble, spell in spells.items()
        if day - spell.told_on < _FORGOTTEN
    }


def _causes(ending: JobEnding) -> tuple[str, ...]:
    """Codes of errors and reasons, without what differs from file to file."""
    files = [each for each in ending.files if each.status in TROUBLES]
    codes = {code for each in files for code in each.issues if is_error(code)}
    told = (ending.reason, *(each.reason for each in files))
    reasons = {_plain(reason, ending.files) for reason in told}
    return tuple(sorted((codes | reasons) - {""}))


def is_error(code: str) -> bool:
    """Whether rows with this code are not taken; those of the API never are."""
    return entry_of(code).level is Level.ERROR


def _plain(reason: str, files: tuple[FileEnding, ...]) -> str:
    for name in sorted((each.name for each in files), key=len, reverse=True):
        reason = reason.replace(name, "FILE")
    return _NUMBER.sub("#", _RUN.sub("RUN", reason))


def _sorted(told: list[Tidings | None]) -> tuple[Tidings, ...]:
    said = [each for each in told if each is not None]
    return tuple(sorted(said, key=lambda each: _PRESSING[each.event]))
