"""Reading a timeline over real sockets: whatever comes, it is read or told."""

import asyncio
from datetime import UTC, datetime

import orjson
import pytest

from pipeline.api import (
    ActivityApi,
    ApiAddress,
    Entry,
    Page,
    TimelineQuery,
    Timeouts,
    Unread,
    open_transport,
)
from pipeline.rows import Link
from tests.misbehaving import (
    Script,
    answers,
    misbehaving,
    nobody_listening,
    reads,
    resets,
)

KEY = "sk-secret"
FROM = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
QUERY = TimelineQuery(Link("contact", "ada"), FROM, FROM.replace(hour=8))
QUICK = Timeouts(connect_seconds=0.3, read_seconds=0.3, whole_seconds=1)
RECORD = {
    "id": "a1",
    "created_at": "2026-11-23T07:30:00Z",
    "attributes": {
        "type": {"value": "MANUAL_ACTIVITY", "value_type": "enum"},
        "display_name": {"value": "Call", "value_type": "string"},
        "owner_user_id": {"value": {"related_record_id": "u1"}},
    },
    "metadata": {"notes": ["deep [import:1]"]},
}
ENTRY = Entry(
    "a1",
    "Call",
    datetime(2026, 11, 23, 7, 30, tzinfo=UTC),
    (
        *("a1", "2026-11-23T07:30:00Z", "MANUAL_ACTIVITY", "enum", "Call", "string"),
        *("u1", "deep [import:1]"),
    ),
    is_manual=True,
)


def ask(url: str, cursor: str | None = None) -> Page | Unread:
    async def work() -> Page | Unread:
        transport = open_transport(concurrency=1, timeouts=QUICK)
        async with ActivityApi(ApiAddress(url), key=KEY, transport=transport) as api:
            return await api.timeline(QUERY, cursor)

    return asyncio.run(work())


def asked(*script: Script) -> Page | Unread:
    with misbehaving(*script) as server:
        return ask(server.url)


def shown(body: object) -> Page | Unread:
    return asked([reads, answers(200, body)])


def test_a_page_is_asked_for_once_with_scope_window_and_cursor() -> None:
    with misbehaving([reads, answers(200, {"data": []})] * 2) as server:
        ask(server.url)
        ask(server.url, "c2")
    first, second = server.requests
    body = {
        "contact_id": "ada",
        "created_from": "2026-11-23T07:00:00.000Z",
        "created_to": "2026-11-23T08:00:00.000Z",
        "limit": 50,
    }

    assert first.line == "POST /api/v2/activity/_query HTTP/1.1"
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert orjson.loads(first.body) == body
    assert orjson.loads(second.body) == body | {"cursor": "c2"}


def test_records_become_entries_with_all_their_texts() -> None:
    assert shown({"data": [RECORD], "next_cursor": "c"}) == Page((ENTRY,), "c")


@pytest.mark.parametrize(
    "rest",
    [
        {"next_cursor": "c"},
        {"meta": {"next_cursor": "c"}},
        {"pagination": {"next_cursor": "c"}, "meta": None},
    ],
)
def test_the_next_cursor_is_found_where_it_may_be(rest: dict[str, object]) -> None:
    assert shown({"data": [], **rest}) == Page((), "c")


@pytest.mark.parametrize("rest", [{}, {"next_cursor": None}, {"next_cursor": 3}])
def test_without_a_cursor_it_is_the_last_page(rest: dict[str, object]) -> None:
    assert shown({"data": [], **rest}) == Page((), None)


@pytest.mark.parametrize(
    ("record", "manual", "subject", "at"),
    [
        ({"id": 7}, True, "", None),
        ({"id": "a", "attributes": None, "created_at": "soon"}, True, "", None),
        ({"id": "a", "attributes": {"type": {"value": "MEETING"}}}, False, "", None),
        ({"id": "a", "attributes": {"display_name": "Plain"}}, True, "Plain", None),
        (
            {"id": "a", "created_at": "2026-11-23T07:30:00"},
            True,
            "",
            ENTRY.created_at,
        ),
    ],
)
def test_records_of_other_shapes_are_read_as_far_as_they_go(
    record: dict[str, object], *, manual: bool, subject: str, at: datetime | None
) -> None:
    page = shown({"data": [record]})

    assert isinstance(page, Page)
    [entry] = page.entries
    assert (entry.is_manual, entry.subject, entry.created_at) == (manual, subject, at)


@pytest.mark.parametrize("body", ["<html>", {"data": None}, {"data": [{}]}, [], "7"])
def test_what_is_no_page_is_told(body: object) -> None:
    told = Unread("The API's timeline cannot be read.", waiting_helps=False)

    assert shown(body) == told


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_read_is_told(status: int) -> None:
    told = f"The key may not read activities (HTTP {status})."

    assert asked([reads, answers(status)]) == Unread(told, waiting_helps=False)


@pytest.mark.parametrize(
    ("status", "helps"), [(400, False), (404, False), (422, False), (500, True)]
)
def test_a_refusal_is_told_with_its_words_and_without_the_key(
    status: int, *, helps: bool
) -> None:
    answer = answers(status, {"error": {"code": "c", "message": f"No {KEY}"}})
    told = asked([reads, answer])

    assert told == Unread(
        f"The API does not show the timeline (HTTP {status}). It said: No [key]",
        waiting_helps=helps,
        everywhere=helps,
    )


def test_a_key_in_other_letters_is_not_shown_either() -> None:
    escaped = KEY.replace("s", "\\u0073", 1).join(['{"detail":"Bad ', '"}'])
    told = asked([reads, answers(422, escaped)])

    assert isinstance(told, Unread)
    assert told.message.endswith("It said: Bad [key]")


def test_a_wait_that_is_asked_for_is_passed_on() -> None:
    told = asked([reads, answers(429, Retry_After="7")])

    assert isinstance(told, Unread)
    assert (told.waiting_helps, told.retry_after) == (True, 7.0)


def test_a_connection_that_breaks_may_be_tried_again() -> None:
    told = asked([reads, resets])

    assert isinstance(told, Unread)
    assert (told.waiting_helps, told.everywhere) == (True, True)


def test_nobody_listening_is_told() -> None:
    with nobody_listening() as url:
        told = ask(url)

    assert told == Unread(
        "No connection to the API could be made: Connection refused.",
        waiting_helps=True,
    )
