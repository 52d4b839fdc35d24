"""Directories that ask a real stand-in, and paces that do not wait."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import orjson
import polars as pl

from pipeline.api import (
    ActivityApi,
    Answer,
    ApiAddress,
    PaceState,
    open_transport,
    parse_address,
)
from pipeline.mapping.model import QueryLookup
from pipeline.progress import Silence
from pipeline.sandbox.process import Sandbox
from pipeline.stages.lookup import ApiDirectory, Asking, Counter, Directory
from pipeline.stopping import Stop

NOW = datetime(2026, 11, 23, 7, 31, tzinfo=UTC)
EMAILS = QueryLookup("contact", "primary_email", by="email")
ADA = "b4d343a8-4b68-41c7-9dba-58587dc7abbe"
ADA_MAIL = "ada.lindqvist@harbor-coffee.example"
Found = dict[str | None, list[tuple[str, str]]]
Answers = Callable[[dict[str, object]], httpx.Response]


class NoWait:
    """A pace that lets everything go at once, and counts."""

    def __init__(self) -> None:
        self.held = 0
        self.statuses: list[int | None] = []

    async def turn(self) -> None:
        self.held += 1

    def heard(self, answer: Answer, seconds: float) -> None:
        self.held -= 1
        self.statuses.append(answer.http_status)

    def withdrawn(self) -> None:
        self.held -= 1

    @property
    def state(self) -> PaceState:
        return PaceState(None, 1, 0.0, "")


def asking(
    sandbox: Sandbox, *, pace: NoWait | None = None, stop: Stop | None = None
) -> ApiDirectory:
    """Asks over real sockets."""

    def open_counter() -> Counter:
        address = parse_address(sandbox.url, allow_http=False)
        transport = open_transport(concurrency=8)
        api = ActivityApi(address, key=sandbox.api_key, transport=transport)
        return Counter(api, pace or NoWait())

    return ApiDirectory(
        open_counter, Asking(8, 5.0), stop=stop or Stop(), progress=Silence()
    )


def scripted(
    answer: Answers, *, patience: float = 5.0, pace: NoWait | None = None
) -> ApiDirectory:
    """Asks a function that is given the body of each query."""

    def handle(request: httpx.Request) -> httpx.Response:
        return answer(orjson.loads(request.read()))

    def open_counter() -> Counter:
        transport = httpx.MockTransport(handle)
        address = ApiAddress("https://api.example.test")
        api = ActivityApi(address, key="secret-key", transport=transport)
        return Counter(api, pace or NoWait())

    return ApiDirectory(
        open_counter, Asking(1, patience), stop=Stop(), progress=Silence()
    )


def found(directory: Directory, lookup: QueryLookup, *values: str) -> Found:
    """Ids and names by value."""
    frames = list(directory.find(lookup, pl.Series(values, dtype=pl.String)))
    return {
        value: list(zip(ids, names, strict=True))
        for frame in frames
        for value, ids, names in frame.select("value", "ids", "names").iter_rows()
    }
