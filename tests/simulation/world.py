"""A model of the API, on a clock of its own: what it does is drawn from a seed.

It stands behind the real client, as a transport: whatever it does comes as bytes, or
as one of the errors that the real transport raises.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import orjson

EPOCH = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TIMEOUT_SECONDS = 60.0
LATEST_COMMIT_SECONDS = 30.0
"""After the client gave up."""

Made = tuple[int, dict[str, str], bytes]
UNCLEAR = frozenset({202, 500, 502})


@dataclass(frozen=True)
class Weather:
    """How often things go wrong, as shares, and when the API is down, in seconds."""

    faults: dict[str, float]
    outages: tuple[tuple[float, float], ...]
    slow: float
    key_expires_at: float
    reads_by_activity: bool
    may_read: bool
    shows_after: float

    @classmethod
    def of(cls, random: Random) -> "Weather":
        worst = random.choice([0.0, 0.02, 0.1, 0.4])
        begins = random.uniform(0, 60)
        lasts = random.choice([0, 5, 90, 2_000])
        outages = ((begins, begins + lasts),) if random.random() < 0.4 else ()
        return cls(
            faults={name: random.uniform(0, worst) for name in FAULTS},
            outages=outages,
            slow=random.choice([0.005, 0.05, 0.5]),
            key_expires_at=random.choice([1e9] * 9 + [random.uniform(0, 30)]),
            reads_by_activity=random.random() < 0.3,
            may_read=random.random() < 0.9,
            shows_after=random.choice([0.0, 0.0, 20.0]),
        )

    def is_down(self, now: float) -> bool:
        return any(begin <= now < end for begin, end in self.outages)


@dataclass(frozen=True)
class Taken:
    """An activity that the API took."""

    id: str
    body: bytes
    at: float

    @property
    def attributes(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)["attributes"]
        return found


@dataclass
class World(httpx.AsyncBaseTransport):
    """The API as the transport meets it; `taken` is the judge of all claims."""

    random: Random
    weather: Weather
    clock: Callable[[], float]
    taken: list[Taken] = field(default_factory=list)
    unclear: set[bytes] = field(default_factory=set)
    """Bodies whose last answer left open what became of them, or never came."""
    posts_while_down: int = 0
    checks_while_down: int = 0
    _to_come: list[Taken] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        path = request.url.path
        if path.endswith("/health"):
            return await self._health()
        if path.endswith("/_query"):
            return _response(self._timeline(orjson.loads(body)))
        return await self._create(body)

    def catch_up(self, *, to_the_end: bool = False) -> None:
        """Takes what was to be taken by now, or ever."""
        now = self.clock()
        due = [one for one in self._to_come if to_the_end or one.at <= now]
        self._to_come = [one for one in self._to_come if one not in due]
        self.taken += sorted(due, key=lambda one: one.at)

    async def _health(self) -> httpx.Response:
        await asyncio.sleep(self.weather.slow)
        if self.weather.is_down(self.clock()):
            self.checks_while_down += 1
            raise httpx.ConnectError("Connection refused.")
        return _response((200, {}, b'{"data":{"status":"healthy"}}'))

    async def _create(self, body: bytes) -> httpx.Response:
        if self.weather.is_down(self.clock()):
            self.posts_while_down += 1
            await asyncio.sleep(0.001)
            raise httpx.ConnectError("Connection refused.")
        self.unclear.add(body)
        await asyncio.sleep(self.weather.slow * self.random.uniform(0.5, 1.5))
        made = await self._answer(body)
        if made[0] not in UNCLEAR:
            self.unclear.discard(body)
        return _response(made)

    async def _answer(self, body: bytes) -> Made:
        if self.clock() > self.weather.key_expires_at:
            return 401, {}, b'{"error":"UnauthorizedError"}'
        made: Made = await self._fault()(self, body)
        return made

    def _fault(self) -> Callable[["World", bytes], Any]:
        drawn = self.random.random()
        for name, share in self.weather.faults.items():
            drawn -= share
            if drawn < 0:
                return FAULTS[name]
        return World._takes

    def _take(self, body: bytes, after: float = 0.0) -> Taken:
        """Takes it now or later, whatever becomes of the client meanwhile."""
        id_ = str(UUID(int=self.random.getrandbits(128), version=4))
        one = Taken(id_, body, self.clock() + after)
        self._to_come.append(one)
        self.catch_up()
        return one

    async def _takes(self, body: bytes) -> Made:
        taken = self._take(body)
        return 201, {}, orjson.dumps({"data": {"id": taken.id}})

    async def _takes_and_drops(self, body: bytes) -> Made:
        self._take(body)
        raise httpx.RemoteProtocolError("the connection was closed before the answer.")

    async def _takes_and_fails(self, body: bytes) -> Made:
        self._take(body)
        return 500, {}, b"oops"

    async def _takes_without_id(self, body: bytes) -> Made:
        self._take(body)
        return 202, {}, b'{"data":{}}'

    async def _takes_late(self, _body: bytes) -> Made:
        late = self.random.uniform(0, LATEST_COMMIT_SECONDS)
        self._take(_body, TIMEOUT_SECONDS + late)
        await asyncio.sleep(TIMEOUT_SECONDS)
        raise httpx.ReadTimeout("the time was up.")

    async def _drops(self, _body: bytes) -> Made:
        raise httpx.ReadError("Connection reset by peer.")

    async def _fails(self, _body: bytes) -> Made:
        return 502, {}, b"<html>Bad gateway</html>"

    async def _throttles(self, _body: bytes) -> Made:
        asks = self.random.choice([{}, {}, {"Retry-After": "1"}, {"Retry-After": "7"}])
        return 429, asks, b"{}"

    async def _is_busy(self, _body: bytes) -> Made:
        return 503, {"Retry-After": "2"}, b""

    async def _refuses(self, _body: bytes) -> Made:
        return 422, {}, b'{"detail":"no"}'

    async def _cannot_connect(self, body: bytes) -> Made:
        self.unclear.discard(body)
        raise httpx.ConnectTimeout("it did not answer in time.")

    def _timeline(self, asked: dict[str, Any]) -> Made:
        self.catch_up()
        if not self.weather.may_read:
            return 403, {}, b"{}"
        shown = [
            one
            for one in self.taken
            if one.at + self.weather.shows_after <= self.clock()
            and _is_linked(one.attributes, asked)
            and asked["created_from"] <= self._created_at(one) <= asked["created_to"]
        ]
        return 200, {}, orjson.dumps({"data": [self._record(one) for one in shown]})

    def _record(self, one: Taken) -> dict[str, Any]:
        subject = one.attributes["metadata"]["subject"]
        return {
            "id": one.id,
            "created_at": self._created_at(one),
            "attributes": {
                "type": {"value": "MANUAL_ACTIVITY"},
                "display_name": {"value": subject},
            },
        }

    def _created_at(self, one: Taken) -> str:
        if self.weather.reads_by_activity:
            time = datetime.fromisoformat(one.attributes["metadata"]["activity_time"])
        else:
            time = EPOCH + timedelta(seconds=one.at)
        return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


FAULTS: dict[str, Callable[[World, bytes], Any]] = {
    "takes and drops": World._takes_and_drops,
    "takes and fails": World._takes_and_fails,
    "takes without id": World._takes_without_id,
    "takes late": World._takes_late,
    "drops": World._drops,
    "fails": World._fails,
    "throttles": World._throttles,
    "is busy": World._is_busy,
    "refuses": World._refuses,
    "cannot connect": World._cannot_connect,
}


def _is_linked(attributes: dict[str, Any], asked: dict[str, Any]) -> bool:
    contact = asked.get("contact_id")
    if contact is not None:
        return contact in attributes.get("contact_ids", [])
    return bool(asked.get("account_id") == attributes.get("account_id"))


def _response(made: Made) -> httpx.Response:
    status, headers, content = made
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))
