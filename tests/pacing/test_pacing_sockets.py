"""The pace over real connections, against servers that count by the real clock."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from pipeline.api import (
    ActivityApi,
    AdaptivePace,
    Verdict,
    open_transport,
    parse_address,
)
from tests.pacing.servers import FixedWindow, Limit, NoLimit, TokenBucket

SECONDS = 2.0
CONCURRENCY = 16
CREATED = (
    b'HTTP/1.1 201 Created\r\nContent-Length: 27\r\n\r\n{"data":{"id":"a-created"}}'
)
REFUSED = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n%b\r\n"


@dataclass
class Counted:
    accepted: int = 0
    refused: int = 0


@dataclass
class Loopback:
    """Answers after 5 ms, or at once with 429; `header` goes with a refusal."""

    limit: Limit
    header: bytes
    counted: Counted

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(2)
                writer.write(await self._answer())
        except asyncio.IncompleteReadError:
            writer.close()

    async def _answer(self) -> bytes:
        if self.limit.take(time.monotonic()):
            self.counted.refused += 1
            return REFUSED % self.header
        self.counted.accepted += 1
        await asyncio.sleep(0.005)
        return CREATED


@asynccontextmanager
async def listening(loopback: Loopback) -> AsyncIterator[str]:
    server = await asyncio.start_server(loopback.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


async def send(loopback: Loopback) -> Counted:
    """As many as the pace lets go in two seconds."""

    async def work(api: ActivityApi) -> None:
        while time.monotonic() < ends:
            await pace.turn()
            left = time.monotonic()
            answer = await api.create(b"{}")
            assert answer.verdict in {Verdict.CREATED, Verdict.AGAIN}
            assert answer.verdict is Verdict.CREATED or answer.http_status == 429
            pace.heard(answer, time.monotonic() - left)

    ends = time.monotonic() + SECONDS
    pace = AdaptivePace(rate=None, concurrency=CONCURRENCY)
    async with listening(loopback) as url:
        transport = open_transport(concurrency=CONCURRENCY)
        address = parse_address(url, allow_http=False)
        async with ActivityApi(address, key="k", transport=transport) as api:
            await asyncio.gather(*[work(api) for _ in range(CONCURRENCY)])
    return loopback.counted


@pytest.mark.parametrize("header", [b"", b"Retry-After: 1\r\n"])
@pytest.mark.parametrize(
    "limit",
    [
        lambda: TokenBucket(100, burst=100, filled_at=time.monotonic()),
        lambda: FixedWindow(100, 1.0, 0.0),
    ],
    ids=["bucket", "window"],
)
def test_few_are_refused(limit: Callable[[], Limit], header: bytes) -> None:
    """Two seconds hold little more than the first refusals, at most 16 at a time."""
    counted = asyncio.run(send(Loopback(limit(), header, Counted())))
    assert counted.accepted >= 50
    assert 1 <= counted.refused <= 3 * CONCURRENCY


def test_without_a_limit_nobody_is_refused() -> None:
    counted = asyncio.run(send(Loopback(NoLimit(), b"", Counted())))
    assert counted.refused == 0
    assert counted.accepted > 200
