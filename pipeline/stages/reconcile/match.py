"""Which of the activities that a timeline shows is which row."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pipeline.api import Entry
from pipeline.rows import Link, Unanswered
from pipeline.stages.reconcile.case import Witness

BEFORE: Final = timedelta(minutes=5)
"""The API's clock may be so much behind ours."""
AFTER: Final = timedelta(minutes=15)
"""The API may take a row so long after we gave it up, or its clock be ahead."""
_EXACTLY: Final = timedelta(seconds=1)


class Reading(StrEnum):
    """What `created_at` of a timeline means: the API's pages leave it open."""

    CALL = "call"
    ACTIVITY = "activity"


BOTH: Final = frozenset(Reading)
Readings = frozenset[Reading]
Window = tuple[datetime, datetime]


class Finding(StrEnum):
    """What the timelines say of a row."""

    FOUND = "found"
    SEVERAL = "several"
    ABSENT = "absent"


@dataclass(frozen=True)
class Sighting:
    """A finding, and the activities that may be the row."""

    finding: Finding
    entries: tuple[Entry, ...] = ()


def windows(row: Unanswered, readings: Readings) -> dict[Reading, Window]:
    """When the row would have been created, by each reading of that word."""
    by_reading = {
        Reading.CALL: (row.claimed_at - BEFORE, row.given_up_at + AFTER),
        Reading.ACTIVITY: (
            row.activity_time - _EXACTLY,
            row.activity_time + _EXACTLY,
        ),
    }
    return {reading: by_reading[reading] for reading in Reading if reading in readings}


def readings_of(witness: Witness, entry: Entry) -> Readings:
    """Which readings agree with how the timeline shows a row that is known."""
    at = entry.created_at
    if at is None:
        return frozenset()
    by_call = witness.created_at - AFTER <= at <= witness.created_at + AFTER
    by_activity = abs(at - witness.activity_time) <= _EXACTLY
    agreed = {Reading.CALL: by_call, Reading.ACTIVITY: by_activity}
    return frozenset(reading for reading, agrees in agreed.items() if agrees)


def match(
    rows: Sequence[Unanswered],
    others: Sequence[Unanswered] | None,
    shown: Mapping[Link, Sequence[Entry]],
    claimed: Collection[str],
    readings: Callable[[Unanswered], Readings] = lambda _: BOTH,
) -> dict[bytes, Sighting]:
    """A sighting per identity of `rows`.

    A row is FOUND when exactly one activity may be it, which no row of the ledger
    bears, and which may be no other row that is unanswered. With `others` unknown
    (None), only a row's own mark tells.
    """
    everyone = [*rows, *(others or ())]
    candidates = {
        row.identity: _candidates(row, shown, claimed, readings(row))
        for row in everyone
    }
    wanted = Counter(entry.id for found in candidates.values() for entry in found)
    return {
        row.identity: _sighting(row, candidates[row.identity], wanted, others)
        for row in rows
    }


def _sighting(
    row: Unanswered,
    entries: tuple[Entry, ...],
    wanted: Counter[str],
    others: Sequence[Unanswered] | None,
) -> Sighting:
    if not entries:
        return Sighting(Finding.ABSENT)
    alone = len(entries) == 1 and wanted[entries[0].id] == 1
    if others is None and not _bears_mark(row, entries[0]):
        alone = False
    return Sighting(Finding.FOUND if alone else Finding.SEVERAL, entries)


def _candidates(
    row: Unanswered,
    shown: Mapping[Link, Sequence[Entry]],
    claimed: Collection[str],
    readings: Readings,
) -> tuple[Entry, ...]:
    entries = {
        entry.id: entry
        for link in row.links
        for entry in shown.get(link, ())
        if entry.id.lower() not in claimed
    }
    marked = [entry for entry in entries.values() if _bears_mark(row, entry)]
    if marked:
        return tuple(marked)
    possible = windows(row, readings).values()
    return tuple(
        entry
        for entry in entries.values()
        if entry.is_manual
        and same_text(entry.subject, row.subject)
        and any(_within(entry.created_at, window) for window in possible)
    )


def _bears_mark(row: Unanswered, entry: Entry) -> bool:
    return row.mark is not None and any(row.mark in text for text in entry.texts)


def same_text(one: str, other: str) -> bool:
    """Whether two texts are equal but for white space."""
    return " ".join(one.split()) == " ".join(other.split())


def _within(moment: datetime | None, window: Window) -> bool:
    return moment is not None and window[0] <= moment <= window[1]
