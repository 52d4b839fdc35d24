"""The requests we make of the API: create, read a timeline, find records, health."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
import orjson

from pipeline.api.address import ApiAddress
from pipeline.api.answers import (
    KEY_REPLACED,
    Answer,
    Verdict,
    describe_failure,
    read_answer,
    read_failure,
)
from pipeline.api.credentials import Credentials, FixedKey
from pipeline.api.error_bodies import clean, excerpt, read_error_body
from pipeline.api.records import Query, Reply, read_records
from pipeline.api.timeline import Page, TimelineQuery, Unread, read_page
from pipeline.api.transport import SessionTransport, Timeouts
from pipeline.api.waits import read_allowance, read_date, read_retry_after

_KEY_SHOWN_AS = "[key]"
_NOT_NOW = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})


@dataclass(frozen=True)
class Health:
    """`reachable`: something answered; `ok`: it is the API, and it is well.

    `waiting_helps`: it is down, rather than something else than the API;
    `server_time` is the server's own date, to the second, if it told one.
    """

    ok: bool
    reachable: bool
    message: str
    waiting_helps: bool = False
    server_time: datetime | None = field(default=None, compare=False)


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
    """The API at one address, with a key; used with `async with`.

    Requests go straight to `transport`, which must send each at most once and raise
    its errors as `read_failure` expects them. `key` is one for good, or credentials
    that may have another when it is refused.
    """

    def __init__(
        self,
        target: ApiAddress,
        *,
        key: str | Credentials,
        transport: httpx.AsyncBaseTransport,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._credentials = FixedKey(key) if isinstance(key, str) else key
        self._target = target
        self._activity_url = httpx.URL(target.activity_url)
        self._timeline_url = httpx.URL(target.timeline_url)
        self._health_url = httpx.URL(target.health_url)
        self._transport = transport
        self._now = now
        self._open_headers = _headers_without_key(self._activity_url)

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
        """Sends one activity once; whatever happens is in the answer.

        A key that was refused, and has been replaced since, is no reason to stop: the
        row was not carried out, and may be sent again.
        """
        key = self._credentials.key
        try:
            response, content = await self._post(self._activity_url, body, key)
        except httpx.RequestError as error:
            return _without_key(read_failure(error), key)
        answer = self._read(response, content, key)
        if _is_refusal(response) and self._credentials.instead_of(key):
            return replace(answer, verdict=Verdict.AGAIN, code=KEY_REPLACED)
        return answer

    async def timeline(
        self, query: TimelineQuery, cursor: str | None = None
    ) -> Page | Unread:
        """One page of a timeline; it changes nothing, and is asked once."""
        try:
            response, content, key = await self._ask(
                self._timeline_url, query.body(cursor)
            )
        except httpx.RequestError as error:
            return Unread(describe_failure(error), waiting_helps=True)
        if response.is_success:
            return read_page(content)
        unread = _unread(response, content, now=self._now())
        return replace(unread, message=_shown(unread.message, key))

    async def find(self, query: Query, cursor: str | None = None) -> Reply:
        """One page of records; it changes nothing, and is asked once."""
        url = httpx.URL(self._target.query_url(query.record_type))
        try:
            response, content, key = await self._ask(url, query.body(cursor))
        except httpx.RequestError as error:
            return Reply(_without_key(read_failure(error), self._credentials.key))
        page = read_records(content, query.field) if response.is_success else None
        if page is None:
            return Reply(self._read(response, content, key))
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
        date = read_date(response.headers)
        found = read_health(response, content)
        return replace(
            found, message=self._without_key(found.message), server_time=date
        )

    def _without_key(self, text: str) -> str:
        """What answers may have seen the key before."""
        key = self._credentials.key
        return _shown(text, key) if key else text

    async def _ask(
        self, url: httpx.URL, body: bytes
    ) -> tuple[httpx.Response, bytes, str]:
        """For what changes nothing: asked again with each key that takes the place
        of a refused one. Tells the key of the last answer."""
        while True:
            key = self._credentials.key
            response, content = await self._post(url, body, key)
            if not _is_refusal(response) or not self._credentials.instead_of(key):
                return response, content, key

    async def _post(
        self, url: httpx.URL, body: bytes, key: str
    ) -> tuple[httpx.Response, bytes]:
        headers = [
            *self._open_headers,
            (b"Content-Type", b"application/json"),
            (b"Authorization", b"Bearer " + key.encode("ascii")),
            (b"Content-Length", b"%d" % len(body)),
        ]
        request = httpx.Request(
            "POST", url, headers=headers, stream=httpx.ByteStream(body)
        )
        response = await self._transport.handle_async_request(request)
        return response, await _read_content(response)

    def _read(self, response: httpx.Response, content: bytes, key: str) -> Answer:
        status, headers, now = response.status_code, response.headers, self._now()
        answer = read_answer(status, headers, content, now=now)
        secret = key.encode("ascii")
        if answer.verdict is Verdict.CREATED and secret not in content:
            return answer
        if secret in content:  # before texts are cut: half a key is a secret too
            safe = content.replace(secret, _KEY_SHOWN_AS.encode("ascii"))
            answer = read_answer(status, headers, safe, now=now)
        return _without_key(answer, key)


def _is_refusal(response: httpx.Response) -> bool:
    """Of the key itself, before anything was done."""
    return response.status_code == httpx.codes.UNAUTHORIZED


def _without_key(answer: Answer, key: str) -> Answer:
    """For what is not in a body as it is: redirects, escaped characters."""
    return replace(
        answer,
        code=_shown(answer.code, key),
        field=_shown(answer.field, key),
        message=_shown(answer.message, key),
    )


def _shown(text: str, key: str) -> str:
    return text.replace(key, _KEY_SHOWN_AS)


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


def _headers_without_key(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", url.netloc),
        (b"Accept", b"application/json"),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", b"activity-import"),
    ]
