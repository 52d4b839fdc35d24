"""The requests we make of the API: create, read a timeline, find records, health."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
import orjson

from pipeline.api.address import ApiAddress
from pipeline.api.answers import (
    Answer,
    Verdict,
    describe_failure,
    read_answer,
    read_failure,
)
from pipeline.api.error_bodies import clean, excerpt, read_error_body
from pipeline.api.records import RecordQuery, Reply, read_records
from pipeline.api.timeline import Page, TimelineQuery, Unread, read_page
from pipeline.api.transport import SessionTransport, Timeouts
from pipeline.api.waits import read_allowance, read_retry_after
from pipeline.errors import SettingsError

_KEY_SHOWN_AS = b"[key]"
_NOT_NOW = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})


@dataclass(frozen=True)
class Health:
    """`reachable`: something answered; `ok`: it is the API, and it is well.

    `waiting_helps`: it is down, rather than something else than the API.
    """

    ok: bool
    reachable: bool
    message: str
    waiting_helps: bool = False


def utc_now() -> datetime:
    """The time that dates in answers are held against."""
    return datetime.now(UTC)


def open_transport(
    *,
    concurrency: int,
    timeouts: Timeouts | None = None,
    proxy: str | None = None,
) -> httpx.AsyncBaseTransport:
    """The transport of real runs, with as many connections as `concurrency`.

    Repeats nothing, follows no redirect, keeps no cookies, checks certificates.
    `ActivityApi` opens and closes it.
    """
    return SessionTransport(
        concurrency=concurrency, timeouts=timeouts or Timeouts(), proxy=proxy
    )


class ActivityApi:
    """The API at one address, with one key; used with `async with`.

    Requests go straight to `transport`, which must send each at most once and raise
    its errors as `read_failure` expects them.
    """

    def __init__(
        self,
        target: ApiAddress,
        *,
        key: str,
        transport: httpx.AsyncBaseTransport,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._key = _checked_key(key)
        self._target = target
        self._activity_url = httpx.URL(target.activity_url)
        self._timeline_url = httpx.URL(target.timeline_url)
        self._health_url = httpx.URL(target.health_url)
        self._transport = transport
        self._now = now
        self._open_headers = _headers_without_key(self._activity_url)
        self._headers = [
            *self._open_headers,
            (b"Content-Type", b"application/json"),
            (b"Authorization", b"Bearer " + self._key),
        ]

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()

    async def create(self, body: bytes) -> Answer:
        """Sends one activity once; whatever happens is in the answer."""
        try:
            response, content = await self._post(self._activity_url, body)
        except httpx.RequestError as error:
            return self._without_key(read_failure(error))
        return self._read(response, content)

    async def timeline(
        self, query: TimelineQuery, cursor: str | None = None
    ) -> Page | Unread:
        """One page of a timeline; it changes nothing, and is asked once."""
        try:
            response, content = await self._post(self._timeline_url, query.body(cursor))
        except httpx.RequestError as error:
            return Unread(describe_failure(error), waiting_helps=True)
        if response.is_success:
            return read_page(content)
        unread = _unread(response, content, now=self._now())
        return replace(unread, message=self._shown(unread.message))

    async def find(self, query: RecordQuery, cursor: str | None = None) -> Reply:
        """One page of records; it changes nothing, and is asked once."""
        url = httpx.URL(self._target.query_url(query.record_type))
        try:
            response, content = await self._post(url, query.body(cursor))
        except httpx.RequestError as error:
            return Reply(self._without_key(read_failure(error)))
        page = read_records(content, query.field) if response.is_success else None
        if page is None:
            return Reply(self._read(response, content))
        allowance = read_allowance(response.headers, now=self._now())
        answer = Answer(
            Verdict.CREATED, http_status=response.status_code, allowance=allowance
        )
        return Reply(answer, page)

    async def health(self) -> Health:
        """Asks whether the API is there, without showing it the key."""
        request = httpx.Request(
            "GET",
            self._health_url,
            headers=self._open_headers,
            stream=httpx.ByteStream(b""),
        )
        try:
            response = await self._transport.handle_async_request(request)
            content = await _read_content(response)
        except httpx.RequestError as error:
            return Health(
                ok=False,
                reachable=False,
                message=describe_failure(error),
                waiting_helps=True,
            )
        return read_health(response, content)

    async def _post(self, url: httpx.URL, body: bytes) -> tuple[httpx.Response, bytes]:
        length = (b"Content-Length", b"%d" % len(body))
        request = httpx.Request(
            "POST",
            url,
            headers=[*self._headers, length],
            stream=httpx.ByteStream(body),
        )
        response = await self._transport.handle_async_request(request)
        return response, await _read_content(response)

    def _read(self, response: httpx.Response, content: bytes) -> Answer:
        status, headers, now = response.status_code, response.headers, self._now()
        answer = read_answer(status, headers, content, now=now)
        if answer.verdict is Verdict.CREATED and self._key not in content:
            return answer
        if self._key in content:  # before texts are cut: half a key is a secret too
            safe = content.replace(self._key, _KEY_SHOWN_AS)
            answer = read_answer(status, headers, safe, now=now)
        return self._without_key(answer)

    def _without_key(self, answer: Answer) -> Answer:
        """For what is not in a body as it is: redirects, escaped characters."""
        return replace(
            answer,
            code=self._shown(answer.code),
            field=self._shown(answer.field),
            message=self._shown(answer.message),
        )

    def _shown(self, text: str) -> str:
        key, shown = self._key.decode("ascii"), _KEY_SHOWN_AS.decode("ascii")
        return text.replace(key, shown)


async def _read_content(response: httpx.Response) -> bytes:
    """From our own transport it is in memory; httpx's way costs a tenth of the rate."""
    if isinstance(response.stream, httpx.ByteStream):
        return b"".join(response.stream)
    return await response.aread()


def read_health(response: httpx.Response, content: bytes) -> Health:
    """Only the API's own words count: a web page with status 200 is not the API."""
    if response.is_server_error or response.status_code in _NOT_NOW:
        number = f"HTTP {response.status_code}"
        return replace(_unwell(f"The API is down ({number})."), waiting_helps=True)
    if response.is_redirect:
        return _unwell("The base URL redirects elsewhere, which is not followed.")
    try:
        status = orjson.loads(content)["data"]["status"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        number = f"HTTP {response.status_code}"
        words = excerpt(content)
        return _unwell(f"What answers is not the Reevo API ({number}: {words}).")
    if response.is_success and status == "healthy":
        return Health(ok=True, reachable=True, message="The API is healthy.")
    return _unwell(f"The API says that it is not healthy: {clean(str(status), 100)}")


def _unread(response: httpx.Response, content: bytes, *, now: datetime) -> Unread:
    status = response.status_code
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return Unread(
            f"The key may not read activities (HTTP {status}).", waiting_helps=False
        )
    later = response.is_server_error or status in _NOT_NOW
    said = read_error_body(content).message
    message = f"The API does not show the timeline (HTTP {status})."
    return Unread(
        clean(f"{message} It said: {said}" if said else message),
        waiting_helps=later,
        everywhere=later,
        retry_after=read_retry_after(response.headers, now=now),
    )


def _unwell(message: str) -> Health:
    return Health(ok=False, reachable=True, message=message)


def _checked_key(key: str) -> bytes:
    """Raises SettingsError, which never shows the key."""
    if key and key.isascii() and all("!" <= character <= "~" for character in key):
        return key.encode("ascii")
    raise SettingsError(
        "The API key is empty, or holds a blank, a line break or a special character.",
        hint="Copy it again, whole, into REEVO_API_KEY.",
        code="api_key_unusable",
    )


def _headers_without_key(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", url.netloc),
        (b"Accept", b"application/json"),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", b"activity-import"),
    ]
