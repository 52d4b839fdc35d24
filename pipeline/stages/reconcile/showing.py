"""What the API shows of rows that it took."""

import asyncio
from collections.abc import Callable, Sequence

from pipeline.api import ActivityApi, Entry, Unread
from pipeline.stages.reconcile.case import Witness
from pipeline.stages.reconcile.inquiry import sought
from pipeline.stages.reconcile.match import Reading, readings_of
from pipeline.stages.reconcile.timelines import Timelines

_READINGS = {
    frozenset({Reading.CALL}): "when it was sent",
    frozenset({Reading.ACTIVITY}): "when the activity was",
}


class ApiShowing:
    """Asks the timeline of each row's record."""

    def __init__(self, open_api: Callable[[], ActivityApi]) -> None:
        self._open_api = open_api

    def show(self, rows: Sequence[Witness]) -> list[str]:
        """A sentence for each row; what cannot be read is said."""
        return asyncio.run(self._show(rows)) if rows else []

    async def _show(self, rows: Sequence[Witness]) -> list[str]:
        async with self._open_api() as api:
            timelines = Timelines(api, asyncio.sleep)
            return [_told(row, await sought(timelines, row)) for row in rows]


class NothingShown:
    """Where nothing was sent, there is nothing to show."""

    def show(self, rows: Sequence[Witness]) -> list[str]:
        return []


def _told(row: Witness, found: Entry | Unread | None) -> str:
    if isinstance(found, Unread):
        return f"It could not be looked at: {found.message}"
    if found is None:
        return f"The timeline of {row.link} does not show it (yet)."
    at = f"{found.created_at:%Y-%m-%d %H:%M:%S %Z}" if found.created_at else "unknown"
    meant = _READINGS.get(readings_of(row, found), "")
    return f"In the timeline of {row.link}: '{found.subject}', created {at}" + (
        f" ({meant})." if meant else "."
    )
