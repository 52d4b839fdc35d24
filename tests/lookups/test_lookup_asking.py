"""How queries are put, and what becomes of refusals, by an API that is scripted."""

from typing import Any

import httpx
import pytest

from pipeline.errors import ApiError
from pipeline.mapping.model import QueryLookup
from pipeline.stages.lookup import inquiry
from tests.lookups.lookup_givens import EMAILS, NoWait, found, scripted

EXACT = QueryLookup("contact", "primary_email")
MANY = [f"user{number:04}@x.com" for number in range(1000)]


def record(email: str, **changes: object) -> dict[str, Any]:
    envelope = {"value_type": "string", "value": email}
    name = {"value_type": "string", "value": email.partition("@")[0].title()}
    attributes = {"primary_email": envelope, "display_name": name}
    return {"id": f"id-of-{email}", "attributes": attributes, **changes}


def page(*emails: str, cursor: str | None = None) -> httpx.Response:
    records = [record(email) for email in emails]
    return httpx.Response(200, json={"data": records, "next_cursor": cursor})


def refusal(code: str, status: int = 422) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "No."}})


def values_of(body: dict[str, Any]) -> list[str]:
    [condition] = body["filters"]
    values: list[str] = condition["value"]
    return values


def trouble(code: str, status: int = 422, lookup: QueryLookup = EXACT) -> ApiError:
    directory = scripted(lambda _: refusal(code, status))
    with pytest.raises(ApiError) as caught:
        found(directory, lookup, "a@x.com", "b@x.com")
    return caught.value


def test_a_query_is_put_as_the_guides_show_it() -> None:
    bodies = []

    def answer(body: dict[str, Any]) -> httpx.Response:
        bodies.append(body)
        return page("a@x.com") if "cursor" in body else page(cursor="c1")

    assert found(scripted(answer), EXACT, "a@x.com", "b@x.com") == {
        "a@x.com": [("id-of-a@x.com", "A")],
        "b@x.com": [],
    }
    condition = {
        "field": "primary_email",
        "operator": "in",
        "value": ["a@x.com", "b@x.com"],
    }
    assert bodies == [
        {"filters": [condition], "limit": 100},
        {"cursor": "c1", "limit": 100},
    ]


@pytest.mark.parametrize("block", ["meta", "pagination"])
def test_the_next_cursor_may_stand_in_a_block(block: str) -> None:
    first = httpx.Response(200, json={"data": [], block: {"next_cursor": "c1"}})

    def answer(body: dict[str, Any]) -> httpx.Response:
        return page("a@x.com") if "cursor" in body else first

    assert found(scripted(answer), EXACT, "a@x.com")["a@x.com"]


def test_many_values_are_asked_for_together() -> None:
    sizes = []

    def answer(body: dict[str, Any]) -> httpx.Response:
        sizes.append(len(values_of(body)))
        return page(*values_of(body))

    assert len(found(scripted(answer), EXACT, *MANY)) == 1000
    assert sizes == [inquiry.MOST_VALUES] * 10


@pytest.mark.parametrize("refused", [refusal("too_many", 413), refusal("bad", 400)])
def test_a_list_that_is_too_long_is_halved(refused: httpx.Response) -> None:
    sizes = []

    def answer(body: dict[str, Any]) -> httpx.Response:
        values = values_of(body)
        sizes.append(len(values))
        return page(*values) if len(values) <= 30 else refused

    known = found(scripted(answer), EXACT, *MANY)

    assert [value for value, ids in known.items() if len(ids) == 1] == MANY
    assert sizes[:3] == [100, 50, 25]
    assert sum(size > 30 for size in sizes) < 5


def test_a_value_that_the_api_does_not_take_has_no_record() -> None:
    def answer(body: dict[str, Any]) -> httpx.Response:
        values = values_of(body)
        return refusal("invalid_filter_value") if MANY[7] in values else page(*values)

    known = found(scripted(answer), EXACT, *MANY[:100])

    assert [value for value, ids in known.items() if not ids] == [MANY[7]]


def test_capitals_and_kinds_are_compared_here() -> None:
    """Whether the API heeds capitals is not known: here it does not."""

    def answer(body: dict[str, Any]) -> httpx.Response:
        return page("Ada@X.com", "Unasked@x.com")

    assert found(scripted(answer), EMAILS, "ADA <ada@x.COM>") == {
        "ada@x.com": [("id-of-Ada@X.com", "Ada")]
    }
    assert found(scripted(answer), EXACT, "ada@x.com") == {"ada@x.com": []}


def test_a_record_that_two_pages_show_counts_once() -> None:
    def answer(body: dict[str, Any]) -> httpx.Response:
        return page("a@x.com", cursor=None if "cursor" in body else "c1")

    assert found(scripted(answer), EXACT, "a@x.com") == {
        "a@x.com": [("id-of-a@x.com", "A")]
    }


def test_lists_and_dotted_paths_are_read() -> None:
    domains = [{"value_type": "account_domain", "value": {"domain_name": "acme.com"}}]
    account = {"id": "1", "attributes": {"domains": domains, "name": {"value": "Acme"}}}
    lookup = QueryLookup("account", "domains.domain_name", by="domain")
    directory = scripted(lambda _: httpx.Response(200, json={"data": [account]}))

    assert found(directory, lookup, "https://www.acme.com/") == {
        "acme.com": [("1", "Acme")]
    }


def test_a_cursor_that_went_stale_means_to_start_again() -> None:
    cursors = []

    def answer(body: dict[str, Any]) -> httpx.Response:
        cursors.append(body.get("cursor"))
        if "cursor" not in body:
            return page("a@x.com", cursor=f"c{len(cursors)}")
        return refusal("invalid_cursor") if cursors == [None, "c1"] else page("b@x.com")

    known = found(scripted(answer), EXACT, "a@x.com", "b@x.com")

    assert cursors == [None, "c1", None, "c3"]
    assert all(len(ids) == 1 for ids in known.values())


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_asked_again(status: int) -> None:
    pace = NoWait()
    said = [httpx.Response(status), httpx.Response(status)]

    def answer(body: dict[str, Any]) -> httpx.Response:
        return said.pop() if said else page("a@x.com")

    assert found(scripted(answer, pace=pace), EXACT, "a@x.com")["a@x.com"]
    assert pace.statuses == [status, status, 200]
    assert pace.held == 0


def test_a_lost_connection_is_asked_again() -> None:
    lost: list[httpx.RequestError] = [httpx.ReadError("lost"), httpx.ConnectError("no")]

    def answer(body: dict[str, Any]) -> httpx.Response:
        if lost:
            raise lost.pop()
        return page("a@x.com")

    assert found(scripted(answer), EXACT, "a@x.com")["a@x.com"]


def test_patience_ends() -> None:
    directory = scripted(lambda _: httpx.Response(503), patience=0.0)

    with pytest.raises(ApiError, match=r"^Reevo could not be asked for contacts: "):
        found(directory, EXACT, "a@x.com")


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        (
            "invalid_filter_field",
            422,
            "Reevo cannot find contacts by 'primary_email' (invalid_filter_field). "
            "It said: No.",
        ),
        (
            "invalid_filter_operator",
            400,
            "Reevo cannot find contacts by 'primary_email' (invalid_filter_operator). "
            "It said: No.",
        ),
        ("forbidden", 403, "The key may not read contacts (HTTP 403)."),
    ],
)
def test_what_no_value_can_mend_is_explained(
    code: str, status: int, message: str
) -> None:
    assert trouble(code, status).message == message


def test_a_refused_key_is_told() -> None:
    assert "The API refused the key" in trouble("unauthorized", 401).message


def test_a_field_that_takes_no_value_at_all_is_explained() -> None:
    directory = scripted(lambda _: refusal("invalid_filter_value"))

    with pytest.raises(ApiError, match=r"cannot find contacts by 'primary_email'"):
        found(directory, EXACT, *MANY[:8])


def test_a_field_that_records_do_not_show_is_explained() -> None:
    directory = scripted(
        lambda _: httpx.Response(200, json={"data": [record("x", attributes={})]})
    )

    with pytest.raises(ApiError, match=r"does not show that field"):
        found(directory, EXACT, "a@x.com")


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"data": [1]}', b'{"data":1}'])
def test_an_answer_that_is_none_is_told(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiry, "backoff_seconds", lambda *_: 0.0)
    directory = scripted(lambda _: httpx.Response(200, content=content))

    with pytest.raises(ApiError, match=r"^Reevo could not be asked for contacts: "):
        found(directory, EXACT, "a@x.com")


def test_cursors_without_end_are_not_followed_for_ever() -> None:
    directory = scripted(lambda _: page(cursor="again"))

    with pytest.raises(ApiError, match=r"far too many contacts"):
        found(directory, EXACT, "a@x.com")


def test_the_key_is_in_no_message() -> None:
    said = {"error": {"code": "invalid_filter_field", "message": "Bearer secret-key"}}
    directory = scripted(lambda _: httpx.Response(422, json=said))

    with pytest.raises(ApiError) as caught:
        found(directory, EXACT, "a@x.com")

    assert "secret-key" not in caught.value.message
    assert "[key]" in caught.value.message


def test_nothing_is_asked_when_nothing_can_be() -> None:
    directory = scripted(lambda _: pytest.fail("asked"))

    assert found(directory, EMAILS, "n/a", "unknown") == {}
