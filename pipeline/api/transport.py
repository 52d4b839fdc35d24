"""httpx's transport interface over aiohttp, with errors that tell sent from unsent.

Read in aiohttp 3.14: a POST is never repeated (client.py, IDEMPOTENT_METHODS), and
no redirect is followed when allow_redirects is off. httpx-aiohttp is not used: it
calls a connection that was lost after sending ConnectTimeout, just like one that
was never made, and lets the error for a broken status line through as it is.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import aiohttp
import httpx
from aiohttp.http import HttpProcessingError

KEEPALIVE_SECONDS = 4.0
"""Shorter than servers' own (uvicorn and node 5 s, load balancers 60 s), so that we
close idle connections and not they: a request that meets a connection which the
server is just closing cannot be told from one that was carried out."""
LONGEST_ANSWER = 1_048_576
"""Bytes; the rest of a longer answer is not read."""


@dataclass(frozen=True)
class Timeouts:
    """`connect` covers name, socket and TLS; `read` a silence; `whole` everything."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    whole_seconds: float = 120.0


class SessionTransport(httpx.AsyncBaseTransport):
    """Raises only httpx.TransportError for whatever happens on the way.

    ConnectError, ConnectTimeout and ProxyError: nothing was sent. Any other: the
    request may have been carried out. Open it with `async with`. Certificates are
    always checked; environment and .netrc change nothing about where requests go
    and what they hold; `proxy` is meant for https only.
    """

    def __init__(
        self, *, concurrency: int, timeouts: Timeouts, proxy: str | None = None
    ) -> None:
        self._concurrency = concurrency
        self._timeouts = timeouts
        self._proxy = proxy

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._concurrency,
            keepalive_timeout=KEEPALIVE_SECONDS,
            ssl=httpx.create_ssl_context(),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_client_timeout(self._timeouts),
            proxy=self._proxy,
        )
        return self

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends once; the body of the answer is in memory."""
        body = await request.aread()
        try:
            async with self._session.request(
                request.method,
                str(request.url),
                headers=_header_texts(request),
                data=body or None,
                allow_redirects=False,
            ) as response:
                return await _read_response(response)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise translate(error) from error

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._session.close()


def translate(error: Exception) -> httpx.TransportError:
    """The httpx error for one of aiohttp's, with a reason a person can read."""
    for foreign, (ours, reason) in _ERRORS.items():
        if isinstance(error, foreign):
            return ours(reason or _system_reason(error))
    return httpx.ReadError(_system_reason(error))


_ERRORS: Mapping[type[Exception], tuple[type[httpx.TransportError], str]] = (
    MappingProxyType(
        {
            aiohttp.InvalidURL: (httpx.UnsupportedProtocol, "It is not a URL."),
            aiohttp.ClientHttpProxyError: (
                httpx.ProxyError,
                "the proxy in HTTPS_PROXY refuses to connect to it.",
            ),
            aiohttp.ClientProxyConnectionError: (
                httpx.ProxyError,
                "the proxy in HTTPS_PROXY cannot be reached.",
            ),
            aiohttp.ClientConnectorCertificateError: (
                httpx.ConnectError,
                "its certificate is not to be trusted, or something on the way reads "
                "along. Ask your IT department.",
            ),
            aiohttp.ClientConnectorSSLError: (
                httpx.ConnectError,
                "what answers there does not speak TLS as it should.",
            ),
            aiohttp.ClientConnectorDNSError: (
                httpx.ConnectError,
                "its name is not known. Check the base URL and your network.",
            ),
            aiohttp.ClientConnectorError: (httpx.ConnectError, ""),
            aiohttp.ConnectionTimeoutError: (
                httpx.ConnectTimeout,
                "it did not answer in time.",
            ),
            TimeoutError: (httpx.ReadTimeout, "the time was up."),
            aiohttp.ServerDisconnectedError: (
                httpx.RemoteProtocolError,
                "the connection was closed before the answer.",
            ),
            aiohttp.ClientPayloadError: (
                httpx.RemoteProtocolError,
                "the answer breaks off, or is garbled.",
            ),
            aiohttp.ClientResponseError: (
                httpx.RemoteProtocolError,
                "the answer is not HTTP.",
            ),
            HttpProcessingError: (
                httpx.RemoteProtocolError,
                "the answer is not HTTP.",
            ),
        }
    )
)
"""The first that fits counts, so the special ones stand before the general ones."""


def _system_reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return f"{os.strerror(number)}." if number else "the connection broke."


def _client_timeout(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=timeouts.whole_seconds,
        connect=timeouts.connect_seconds,
        sock_read=timeouts.read_seconds,
    )


def _header_texts(request: httpx.Request) -> list[tuple[str, str]]:
    raw = request.headers.raw
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]


async def _read_response(response: aiohttp.ClientResponse) -> httpx.Response:
    content = await _read_content(response)
    headers = response.raw_headers
    if "Content-Encoding" in response.headers:  # aiohttp has undone it
        headers = tuple(h for h in headers if h[0].lower() != b"content-encoding")
    stream = httpx.ByteStream(content)
    return httpx.Response(response.status, headers=headers, stream=stream)


async def _read_content(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in response.content.iter_any():
        content += part
        if len(content) > LONGEST_ANSWER:
            break
    return bytes(content[:LONGEST_ANSWER])
