"""Reads timelines whole, and asks again while that may help."""

from collections.abc import Awaitable, Callable
from random import random
from typing import Final, Protocol

from pipeline.api import Entry, Page, TimelineQuery, Unread, backoff_seconds

TRIES: Final = 5
MOST_PAGES: Final = 200
_TOO_LONG = Unread(
    f"More than {MOST_PAGES} pages of its timeline are from that time.",
    waiting_helps=False,
    everywhere=False,
)


class HasTimeline(Protocol):
    """What is asked: a page at a time, each question once."""

    async def timeline(
        self, query: TimelineQuery, cursor: str | None = None
    ) -> Page | Unread: ...


class Timelines:
    """The timelines of an API; `pause` sleeps for seconds."""

    def __init__(
        self, api: HasTimeline, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._api = api
        self._pause = pause

    async def read(self, query: TimelineQuery) -> tuple[Entry, ...] | Unread:
        """All entries of the query's window."""
        entries: list[Entry] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(query, cursor)
            if isinstance(page, Unread):
                return page
            entries += page.entries
            cursor = page.next_cursor
            if cursor is None:
                return tuple(entries)
        return _TOO_LONG

    async def _page(self, query: TimelineQuery, cursor: str | None) -> Page | Unread:
        for attempt in range(1, TRIES):
            page = await self._api.timeline(query, cursor)
            if isinstance(page, Page) or not page.waiting_helps:
                return page
            await self._pause(page.retry_after or backoff_seconds(attempt, random))
        return await self._api.timeline(query, cursor)
