"""What the stand-in received: routes that the real API does not have."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from pipeline.sandbox.activities import show_time
from pipeline.sandbox.arrivals import Arrivals, show_arrival
from pipeline.sandbox.refusals import JSON
from pipeline.sandbox.store import Activity, ActivityStore

CHUNK = 500
Entry = TypeVar("Entry")


def inspection_routes(store: ActivityStore, arrivals: Arrivals) -> APIRouter:
    """`GET` of `/_sandbox/activities`, `/requests` and `/counts`; none needs a key."""
    router = APIRouter(prefix="/_sandbox")

    @router.get("/activities")
    async def list_activities() -> StreamingResponse:
        return StreamingResponse(_list(store.activities, _entry), media_type=JSON)

    @router.get("/requests")
    async def list_requests() -> StreamingResponse:
        return StreamingResponse(_list(arrivals.entries, show_arrival), media_type=JSON)

    @router.get("/counts")
    async def list_counts() -> dict[str, int]:
        return {str(each): count for each, count in sorted(arrivals.told.items())}

    return router


async def _list(
    entries: Sequence[Entry], show: Callable[[Entry], bytes]
) -> AsyncIterator[bytes]:
    """A JSON list, a chunk at a time."""
    separator = b"["
    for start in range(0, len(entries), CHUNK):
        chunk = entries[start : start + CHUNK]
        yield separator + b",\n".join(show(each) for each in chunk)
        separator = b",\n"
    yield b"]" if entries else b"[]"


def _entry(activity: Activity) -> bytes:
    """The body is given back byte for byte."""
    head = f'{{"id":"{activity.id}","received_at":"{show_time(activity.received_at)}"'
    return head.encode() + b',"body":' + activity.body + b"}"
