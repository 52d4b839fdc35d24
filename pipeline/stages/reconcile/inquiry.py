"""One inquiry: what the timelines say of each row, looked at twice where need be."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipeline.api import Entry, TimelineQuery, Unread
from pipeline.ledger import Settled
from pipeline.rows import Link, Unanswered
from pipeline.stages.reconcile.case import Case, Witness
from pipeline.stages.reconcile.match import (
    BOTH,
    Finding,
    Reading,
    Readings,
    Sighting,
    match,
    readings_of,
    same_text,
    windows,
)
from pipeline.stages.reconcile.timelines import Timelines
from pipeline.stages.reconcile.words import (
    NOT_FOUND,
    not_linked,
    not_readable,
    settled,
)

_ABSENT: Final = Sighting(Finding.ABSENT)


@dataclass(frozen=True)
class _View:
    """How timelines are to be read, and whether absence from them proves a thing."""

    readings: Readings = BOTH
    proven: bool = False


@dataclass
class _Shown:
    """The entries by link, and why a link's timeline could not be read."""

    entries: dict[Link, tuple[Entry, ...]] = field(default_factory=dict)
    unread: dict[Link, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SecondLook:
    """When a row that was missed is looked for again.

    Not before `again_seconds` have passed, and not before a row has had these and
    `answer_seconds` (for which an answer is waited for) since it was given up: one
    whose sender was killed had no time to be waited for. `wait` sleeps for seconds,
    and says whether it slept to the end; `is_over` whether the run is to end now.
    """

    again_seconds: float
    answer_seconds: float
    now: Callable[[], datetime]
    wait: Callable[[float], Awaitable[bool]]
    is_over: Callable[[], bool] = bool

    async def comes(self, missed: list[Unanswered]) -> bool:
        """Waits for it; False when the run is to end before."""
        last = max(row.given_up_at for row in missed)
        since = max(0.0, (self.now() - last).total_seconds())
        in_full = self.answer_seconds + self.again_seconds - since
        return await self.wait(max(self.again_seconds, in_full))


class Inquiry:
    """Asks for a case."""

    def __init__(
        self, timelines: Timelines, case: Case, second_look: SecondLook
    ) -> None:
        self._timelines = timelines
        self._case = case
        self._second_look = second_look
        self._views: dict[str, _View] = {}

    async def settle(self) -> list[Settled]:
        """What to write down; rows that were seen only once and missed are left out."""
        rows = self._case.rows
        lost = [not_linked(row) for row in rows if not row.links]
        linked = [row for row in rows if row.links]
        if not linked:
            return lost
        if (trouble := await self._ask_witnesses()) is not None:
            return [*lost, *(not_readable(row, trouble) for row in linked)]
        return [*lost, *await self._look_twice(linked)]

    async def _look_twice(self, rows: list[Unanswered]) -> list[Settled]:
        seen = await self._look(rows)
        missed = [row for row in rows if seen.get(row.identity) == _ABSENT]
        fresh = [row for row in missed if row.code != NOT_FOUND]
        if fresh and await self._second_look.comes(fresh):
            seen |= await self._look(fresh)
            fresh = []
        waiting = {row.identity for row in fresh}
        return [
            self._settled(row, seen[row.identity])
            for row in rows
            if row.identity in seen and row.identity not in waiting
        ]

    def _settled(self, row: Unanswered, seen: Sighting | str) -> Settled:
        if isinstance(seen, str):
            return not_readable(row, seen)
        return settled(row, seen, proven=self._view(row).proven)

    async def _look(self, rows: list[Unanswered]) -> dict[bytes, Sighting | str]:
        """A sighting per identity, or why the timeline could not be read.

        Rows whose timeline was not reached before the run is to end are left out.
        """
        shown = await self._read(rows)
        others = self._case.others()
        ids = {entry.id for entries in shown.entries.values() for entry in entries}
        claimed = {each.lower() for each in self._case.claimed(ids)}
        sightings = match(
            self._case.rows,
            others,
            shown.entries,
            claimed,
            lambda row: self._view(row).readings,
        )
        return {
            row.identity: shown.unread.get(row.links[0], sightings[row.identity])
            for row in rows
            if row.links[0] in shown.unread or row.links[0] in shown.entries
        }

    async def _read(self, rows: list[Unanswered]) -> _Shown:
        shown = _Shown()
        trouble = ""
        for link, queries in self._queries(rows).items():
            if self._second_look.is_over():
                break
            read = trouble or await _read_all(self._timelines, queries)
            if isinstance(read, Unread):
                trouble = read.message if read.everywhere else ""
                shown.unread[link] = read.message
            elif isinstance(read, str):
                shown.unread[link] = read
            else:
                shown.entries[link] = read
        return shown

    async def _ask_witnesses(self) -> str | None:
        """Learns how to read timelines; a text says why none can be read."""
        for witness in self._case.witnesses:
            found = await sought(self._timelines, witness)
            if isinstance(found, Entry):
                self._views[witness.link.kind] = _view(witness, found)
            elif found is not None and found.everywhere:
                return found.message
        return None

    def _view(self, row: Unanswered) -> _View:
        """What the witness of the row's kind of record says; nobody proves nothing."""
        return self._views.get(row.links[0].kind, _View()) if row.links else _View()

    def _queries(self, rows: list[Unanswered]) -> dict[Link, list[TimelineQuery]]:
        """By link: one query for the time of the calls, one per time of an activity."""
        by_link: dict[Link, list[Unanswered]] = {}
        for row in rows:
            by_link.setdefault(row.links[0], []).append(row)
        return {
            link: list(_queries_of(link, group, self._view(group[0]).readings))
            for link, group in by_link.items()
        }


async def sought(timelines: Timelines, witness: Witness) -> Entry | Unread | None:
    """The witness as its record's timeline shows it; None where it is not shown."""
    read = await _read_all(timelines, _witness_queries(witness))
    if isinstance(read, Unread):
        return read
    wanted = witness.activity_id.lower()
    return next((each for each in read if each.id.lower() == wanted), None)


async def _read_all(
    timelines: Timelines, queries: Iterable[TimelineQuery]
) -> tuple[Entry, ...] | Unread:
    entries: list[Entry] = []
    for query in queries:
        read = await timelines.read(query)
        if isinstance(read, Unread):
            return read
        entries += read
    return tuple(entries)


def _view(witness: Witness, entry: Entry) -> _View:
    readings = readings_of(witness, entry)
    shows_subject = same_text(entry.subject, witness.subject)
    return _View(readings or BOTH, proven=bool(readings) and shows_subject)


def _witness_queries(witness: Witness) -> Iterator[TimelineQuery]:
    row = Unanswered(
        identity=b"",
        subject=witness.subject,
        activity_time=witness.activity_time,
        links=(witness.link,),
        claimed_at=witness.created_at,
        given_up_at=witness.created_at,
    )
    for begin, end in windows(row, BOTH).values():
        yield TimelineQuery(witness.link, begin, end)


def _queries_of(
    link: Link, rows: list[Unanswered], readings: Readings
) -> Iterator[TimelineQuery]:
    possible = [windows(row, readings) for row in rows]
    if Reading.CALL in readings:
        calls = [each[Reading.CALL] for each in possible]
        yield TimelineQuery(link, min(calls)[0], max(end for _, end in calls))
    if Reading.ACTIVITY in readings:
        for begin, end in sorted({each[Reading.ACTIVITY] for each in possible}):
            yield TimelineQuery(link, begin, end)
