"""The record of what came in: each request to log an activity, and its fate."""

import time
from collections import Counter
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.sandbox.store import Activity

ACTIVITY_PATH = "/api/v2/activity"


@dataclass(slots=True)
class Arrival:
    """One request that arrived whole, `at` seconds after the start.

    `status` is what its sender was told; None while, or where, nothing was.
    """

    number: int
    at: float
    body: bytes
    fault: str | None = None
    carried_out: bool = False
    status: int | None = None

    def take_as(self, activity: Activity) -> None:
        """Notes that it was carried out."""
        self.carried_out = True
        self.body = activity.body  # the same bytes: kept once


@dataclass
class Arrivals:
    """Requests in the order in which they were whole.

    Numbers are given when a request begins, from 1: those that never became whole
    leave gaps. `told` counts the answers to all requests below /api/ by status.
    """

    entries: list[Arrival] = field(default_factory=list)
    told: Counter[int] = field(default_factory=Counter)
    begun: int = 0
    started_at: float = field(default_factory=time.monotonic)

    def begin(self) -> int:
        """The number of a request that begins now."""
        self.begun += 1
        return self.begun

    def count(self, path: str, status: int) -> None:
        """Counts what a client is told."""
        if path.startswith("/api/"):
            self.told[status] += 1

    def add(self, number: int, body: bytes, fault: str | None = None) -> Arrival:
        """Notes that a request is whole."""
        at = time.monotonic() - self.started_at
        self.entries.append(arrival := Arrival(number, at, body, fault))
        return arrival


@dataclass(frozen=True)
class ArrivalRecorder:
    """Passes requests to the app, and keeps the record of them."""

    app: ASGIApp
    arrivals: Arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads a request to log an activity whole before the app sees it."""
        if logs_activity(scope):
            return await self._record(scope, receive, send)

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.arrivals.count(scope["path"], message["status"])
            await send(message)

        return await self.app(scope, receive, count)

    async def _record(self, scope: Scope, receive: Receive, send: Send) -> None:
        number = self.arrivals.begin()
        body = await _read_whole(receive)
        if body is None:
            return
        arrival = self.arrivals.add(number, body)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                arrival.status = message["status"]
                self.arrivals.count(ACTIVITY_PATH, message["status"])
                note_activity(arrival, scope)
            await send(message)

        await self.app(scope, replay(body, receive), note)


def logs_activity(scope: MutableMapping[str, Any]) -> bool:
    """Whether this is `POST /api/v2/activity`."""
    return scope.get("method") == "POST" and scope.get("path") == ACTIVITY_PATH


def note_activity(arrival: Arrival, scope: Scope) -> None:
    """Notes what the app left in the scope: the activity, if it took one."""
    activity = scope.get("state", {}).get("activity")
    if activity is not None:
        arrival.take_as(activity)


def replay(body: bytes, then: Receive) -> Receive:
    """Gives a body that was read already, and goes on with `then`."""
    given = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(given, None) or await then()

    return receive


def show_arrival(arrival: Arrival) -> bytes:
    """One entry of `/_sandbox/requests`; a body that is no JSON is shown as text."""
    head = {"number": arrival.number, "at": round(arrival.at, 6)}
    tail = {
        "carried_out": arrival.carried_out,
        "fault": arrival.fault,
        "status": arrival.status,
    }
    body = b',"body":' + _as_json(arrival.body) + b","
    return to_json(head)[:-1] + body + to_json(tail)[1:]


def _as_json(body: bytes) -> bytes:
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError:
        return to_json(body.decode(errors="replace"))
    return body


async def _read_whole(receive: Receive) -> bytes | None:
    """The body, or None if the sender left before it was whole."""
    chunks = []
    while (message := await receive())["type"] == "http.request":
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)
    return None
