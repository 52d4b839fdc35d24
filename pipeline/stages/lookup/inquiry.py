"""One lookup's questions: many values in one query, as many as the API bears."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import random
from typing import Any, Final, Protocol

import polars as pl

from pipeline.api import (
    Answer,
    Pace,
    Record,
    RecordPage,
    RecordQuery,
    Reply,
    Verdict,
    backoff_seconds,
)
from pipeline.lookups import KIND_OF
from pipeline.mapping.model import QueryLookup
from pipeline.stages.lookup.words import (
    field_not_shown,
    not_answering,
    refused,
    too_many_pages,
)

MOST_VALUES: Final = 100
MOST_PAGES: Final = 200
_RESTARTS: Final = 3
_TRIES_OF_STRANGE: Final = 5
_REFUSED_ALIKE: Final = 3
# No other list of values fares better.
_FOR_ALL_VALUES: Final = frozenset(
    {
        "invalid_filter_field",
        "invalid_filter_operator",
        "filter_depth_exceeded",
        "unknown_record_type",
        "unknown_field",
    }
)
_STRANGE: Final = frozenset({"answer_without_id", "strange_answer"})


class HasRecords(Protocol):
    """What is asked: a page at a time, each question once."""

    async def find(self, query: RecordQuery, cursor: str | None = None) -> Reply: ...


@dataclass(frozen=True)
class Surroundings:
    """`over` is set when the run is to end; `leave` then raises."""

    in_flight: int
    patience_seconds: float
    over: asyncio.Event
    leave: Callable[[], None]


@dataclass
class _Found:
    """By id: the record's name, and the texts in the field that was asked for."""

    names: dict[str, str] = field(default_factory=dict)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Inquiry:
    """Asks for the records of one lookup.

    A list that the API refuses is halved, down to the values it does not take: these
    have no records. Queries change nothing, and are repeated until they are answered.
    """

    def __init__(
        self,
        api: HasRecords,
        pace: Pace,
        lookup: QueryLookup,
        surroundings: Surroundings,
    ) -> None:
        self._api = api
        self._pace = pace
        self._lookup = lookup
        self._around = surroundings
        self._most = MOST_VALUES
        self._answered = False
        self._refused = 0

    async def ask(self, forms: pl.DataFrame) -> pl.DataFrame:
        """`value`, `ids`, `names` of every `value`; `form` is what is asked for."""
        found = _Found()
        waiting = deque(forms["form"].unique(maintain_order=True))
        batches = -(-len(waiting) // self._most)
        work = [
            self._work(waiting, found)
            for _ in range(min(self._around.in_flight, batches))
        ]
        await self._unless_over(asyncio.gather(*work))
        self._around.leave()
        return _matched(forms["value"].unique(maintain_order=True), found, self._lookup)

    async def _unless_over(self, work: asyncio.Future[list[None]]) -> None:
        """Queries that are in flight when the run is to end are let go."""
        over = asyncio.create_task(self._around.over.wait())
        try:
            either: set[asyncio.Future[Any]] = {work, over}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            over.cancel()
            work.cancel()
            await asyncio.gather(over, work, return_exceptions=True)

    async def _work(self, waiting: deque[str], found: _Found) -> None:
        while waiting and not self._around.over.is_set():
            count = min(self._most, len(waiting))
            await self._see_through([waiting.popleft() for _ in range(count)], found)

    async def _see_through(self, values: list[str], found: _Found) -> None:
        records = await self._read(values)
        if isinstance(records, list):
            self._keep(records, found)
        elif records.code in _FOR_ALL_VALUES:
            raise refused(self._lookup, records)
        elif len(values) > 1:
            half = len(values) // 2
            self._most = min(self._most, max(half, 1))
            await self._see_through(values[:half], found)
            await self._see_through(values[half:], found)
        else:
            self._refused += 1
            if not self._answered and self._refused >= _REFUSED_ALIKE:
                raise refused(self._lookup, records)

    def _keep(self, records: list[Record], found: _Found) -> None:
        self._answered = True
        for record in records:
            if record.texts is None:
                raise field_not_shown(self._lookup)
            found.names[record.id] = record.name
            found.texts[record.id] = record.texts

    async def _read(self, values: list[str]) -> list[Record] | Answer:
        """All pages; a query that the API refuses gives its answer."""
        lookup = self._lookup
        query = RecordQuery(lookup.record_type, lookup.match, tuple(values))
        for _ in range(_RESTARTS):
            read = await self._read_pages(query)
            if not isinstance(read, Answer) or read.code != "invalid_cursor":
                return read
        return read

    async def _read_pages(self, query: RecordQuery) -> list[Record] | Answer:
        records: list[Record] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(query, cursor)
            if isinstance(page, Answer):
                return page
            records += page.records
            cursor = page.next_cursor
            if cursor is None:
                return records
        raise too_many_pages(self._lookup)

    async def _page(
        self, query: RecordQuery, cursor: str | None
    ) -> RecordPage | Answer:
        """Asks until there is an answer; raises ApiError when there is none."""
        clock = asyncio.get_running_loop().time
        began, attempts = clock(), 0
        while True:
            attempts += 1
            await self._pace.turn()
            asked = clock()
            reply = await self._find(query, cursor)
            answer = reply.answer
            self._pace.heard(answer, clock() - asked)
            if reply.page is not None:
                return reply.page
            if answer.verdict is Verdict.REJECTED:
                return answer
            is_strange = answer.code in _STRANGE and attempts >= _TRIES_OF_STRANGE
            waited = clock() - began >= self._around.patience_seconds
            if answer.verdict is Verdict.STOP or is_strange or waited:
                raise not_answering(self._lookup, answer)
            await self._pause(backoff_seconds(attempts, random))

    async def _find(self, query: RecordQuery, cursor: str | None) -> Reply:
        try:
            return await self._api.find(query, cursor)
        except asyncio.CancelledError:
            self._pace.withdrawn()
            raise

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._around.over.wait(), seconds)


def _matched(values: pl.Series, found: _Found, lookup: QueryLookup) -> pl.DataFrame:
    """Which value each record bears is told by its own texts, compared here."""
    texts = pl.DataFrame(
        {"id": found.texts.keys(), "text": found.texts.values()},
        schema={"id": pl.String, "text": pl.List(pl.String)},
    ).explode("text", empty_as_null=False)
    named = texts.with_columns(
        value=KIND_OF[lookup.by](texts["text"]),
        name=pl.col("id").replace_strict(
            found.names, default="", return_dtype=pl.String
        ),
    )
    grouped = (
        named.unique(["value", "id"])
        .sort("name", "id")
        .group_by("value", maintain_order=True)
        .agg(ids="id", names="name")
    )
    none = pl.lit([], dtype=pl.List(pl.String))
    return (
        values.to_frame("value")
        .join(grouped, on="value", how="left", maintain_order="left")
        .with_columns(pl.col("ids", "names").fill_null(none))
    )
