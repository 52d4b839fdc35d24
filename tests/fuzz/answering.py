"""Answers of something that may be the API: what the row is told to be.

`answers` come over sockets, `bodies` go to what reads them.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx

from pipeline.api import (
    ActivityApi,
    Answer,
    ApiAddress,
    Page,
    RecordQuery,
    Reply,
    TimelineQuery,
    Timeouts,
    Unread,
    Verdict,
    open_transport,
)
from pipeline.api.answers import read_answer
from pipeline.api.error_bodies import read_error_body
from pipeline.api.records import read_records
from pipeline.api.timeline import read_page
from pipeline.api.waits import LONGEST_WAIT_SECONDS
from pipeline.printable import printable
from pipeline.rows import Link
from tests.fuzz.mutation import SIGNS, damaged, damaged_json
from tests.fuzz.subject import Files
from tests.misbehaving import ACTIVITY_ID, misbehaving, reads, says

_KEY = "sk-Very/Secret+123"
_QUICK = Timeouts(connect_seconds=1, read_seconds=0.3, whole_seconds=1)
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_LONGEST_MESSAGE = 700
_PUT_OFF = {408, 429, 503}
_STATUSES = (
    *(200, 201, 201, 204, 301, 302, 307, 400, 400, 401, 402, 403, 404, 405, 407, 408),
    *(409, 413, 422, 422, 429, 429, 451, 500, 502, 503, 503, 504, 599, 100, 999, 0),
)
_RECORD = {
    "id": ACTIVITY_ID,
    "created_at": "2026-01-01T00:00:00Z",
    "attributes": {
        "display_name": {"value_type": "text", "value": "Call with Ada"},
        "type": {"value": "MANUAL_CALL"},
        "primary_email": [{"value": "ada@example.org"}],
    },
}
_BODIES: tuple[object, ...] = (
    {"data": {"id": ACTIVITY_ID, "record_type": "activity"}},
    {"data": [_RECORD, _RECORD], "next_cursor": "abc", "meta": {"next_cursor": "d"}},
    {"data": {"status": "healthy"}},
    {"error": {"code": "record_not_found", "message": f"No contact. {_KEY}"}},
    {"detail": [{"loc": ["body", "attributes", "metadata", "subject"], "msg": "long"}]},
    {"errors": [{"pointer": "/attributes/contact_ids/0", "message": "unknown"}]},
    {"message": "Not Found", "code": "not_found", "details": {"field": "subject"}},
    "<html><head><title>502 Bad Gateway</title></head><body>sorry</body></html>",
    "",
)
_HEADERS = (
    *("Retry-After: 3", "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT", "Retry-After: x"),
    *(
        "X-RateLimit-Remaining: 0",
        "X-RateLimit-Reset: 1999999999",
        "RateLimit-Reset: 5",
    ),
    *('RateLimit: "default";r=50;t=30, "daily";r=9;t=3600', "RateLimit-Policy: 9;w=60"),
    *(
        "Date: Wed, 21 Oct 2015 07:28:00 GMT",
        f"Location: https://example.org/?k={_KEY}",
    ),
    *("Content-Type: application/json", "Content-Encoding: gzip", "Connection: close"),
    *("Transfer-Encoding: chunked", "Set-Cookie: a=b", "Retry-After: 1e999"),
)


@dataclass(frozen=True)
class Answers:
    """Whole answers, byte by byte, to all that we ask."""

    name: str = "answers"

    def make(self, chance: Random) -> Files:
        answer = _answer(chance)
        whole = chance.random() < 0.5
        return {"answer.http": answer if whole else damaged(answer, chance)}

    def check(self, folder: Path) -> None:
        data = (folder / "answer.http").read_bytes()
        with misbehaving([reads, says(data)]) as server:
            answer, timeline, reply, health = asyncio.run(_asked(server.url))
        check_answer(answer, data)
        check_answer(reply.answer, data, is_row=False)
        assert isinstance(timeline, Page | Unread)
        for text in (health, getattr(timeline, "message", "")):
            _is_shown_safely(text)


@dataclass(frozen=True)
class Bodies:
    """Status, headers and body, without a connection."""

    name: str = "bodies"

    def make(self, chance: Random) -> Files:
        return {"answer.http": _answer(chance)}

    def check(self, folder: Path) -> None:
        data = (folder / "answer.http").read_bytes()
        head, _, body = data.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        pairs = [line.partition(b": ")[::2] for line in lines]
        headers = httpx.Headers([(name, text) for name, text in pairs])
        number = int(status.split()[1])
        answer = read_answer(number, headers, body, now=_MOMENT)
        assert read_answer(number, headers, body, now=_MOMENT) == answer
        check_answer(answer, data, has_key=True)
        read_page(body)
        read_records(body, "primary_email")
        _is_shown_safely(read_error_body(body).message, has_key=True)


def check_answer(
    answer: Answer, data: bytes, *, is_row: bool = True, has_key: bool = False
) -> None:
    """A row counts as taken, or may go again, only where the answer says so."""
    if answer.verdict is Verdict.CREATED and is_row:
        assert answer.activity_id
        assert answer.activity_id.encode() in data
        assert 200 <= (answer.http_status or 0) < 300
    if answer.verdict is Verdict.AGAIN:
        assert answer.http_status in _PUT_OFF
        assert answer.http_status != 503 or b"retry-after" in data.lower()
    if answer.verdict is Verdict.REJECTED:
        assert 400 <= (answer.http_status or 0) < 500
    assert answer.code or answer.verdict is Verdict.CREATED
    for text in (answer.message, answer.code, answer.field):
        _is_shown_safely(text, has_key=has_key)
    if answer.retry_after is not None:
        assert 0 <= answer.retry_after <= LONGEST_WAIT_SECONDS
    if answer.allowance is not None:
        assert answer.allowance.remaining >= 0
        assert 0 <= answer.allowance.reset_seconds <= LONGEST_WAIT_SECONDS


async def _asked(url: str) -> tuple[Answer, Page | Unread, Reply, str]:
    transport = open_transport(concurrency=1, timeouts=_QUICK)
    link = Link("contact", ACTIVITY_ID)
    query = TimelineQuery(link, _MOMENT, _MOMENT)
    records = RecordQuery("contact", "primary_email", ("ada@example.org",))
    async with ActivityApi(ApiAddress(url), key=_KEY, transport=transport) as api:
        return (
            await api.create(b'{"attributes":{}}'),
            await api.timeline(query),
            await api.find(records),
            (await api.health()).message,
        )


def _is_shown_safely(text: str, *, has_key: bool = False) -> None:
    assert printable(text) == text, repr(text)
    assert "\n" not in text
    assert len(text) <= _LONGEST_MESSAGE
    assert has_key or _KEY not in text, text


def _answer(chance: Random) -> bytes:
    status = chance.choice(_STATUSES)
    body = _body(chance)
    headers = chance.sample(_HEADERS, chance.randint(0, 4))
    lines = [_odd_header(line.encode(), chance) for line in headers]
    if chance.random() < 0.9:
        lines.append(b"Content-Length: %d" % len(body))
    head = b"\r\n".join([b"HTTP/1.1 %d Odd" % status, *lines])
    return head + b"\r\n\r\n" + body


def _body(chance: Random) -> bytes:
    value = chance.choice(_BODIES)
    if isinstance(value, str):
        return damaged(value.encode(), chance)
    return damaged_json(value, chance)


def _odd_header(line: bytes, chance: Random) -> bytes:
    name, _, text = line.partition(b": ")
    if chance.random() < 0.5:
        return line
    odd = (
        damaged(text, chance),
        b"9" * 5_000,
        b"-1",
        *SIGNS,
        "²".encode(),
        b"x" * 9_000,
    )
    return name + b": " + _one_line(chance.choice(odd))


def _one_line(text: bytes) -> bytes:
    """A header is one line."""
    return text.replace(b"\r", b" ").replace(b"\n", b" ")
