"""Every shape that an error body is known or thought to have."""

import unicodedata

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.api.error_bodies import (
    CODE_LENGTH,
    EXCERPT_LENGTH,
    MESSAGE_LENGTH,
    read_error_body,
)

Said = tuple[str, str, str]


def said(content: bytes) -> Said:
    body = read_error_body(content)
    return body.code, body.field, body.message


def detail(*loc: str | int, msg: str = "Bad", kind: str = "value_error") -> object:
    return {"type": kind, "loc": loc, "msg": msg, "input": "secret text"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": {"code": "a", "message": "B"}}, ("a", "", "B")),
        ({"error": {"code": "a", "message": "B", "field": None}}, ("a", "", "B")),
        (
            {"error": {"code": "a", "field": "attributes.account_id"}},
            ("a", "account_id"),
        ),
        ({"error": {"code": "a", "field": "contact_ids[3]"}}, ("a", "contact_ids")),
        ({"error": {"code": "a", "field": "metadata"}}, ("a", "")),
        (
            {"code": "a", "message": "B", "field": "subject"},
            ("a", "subject", "subject: B"),
        ),
        ({"code": 17, "message": "B"}, ("17", "", "B")),
        ({"error": "AError", "message": "B", "details": None}, ("AError", "", "B")),
        ({"error": "AError", "message": "B", "details": "C"}, ("AError", "", "B; C")),
        ({"detail": "Not allowed"}, ("", "", "Not allowed")),
        ({"detail": {"code": "a", "message": "B"}}, ("a", "", "B")),
        ({"errors": [{"code": "a", "message": "B"}, "C"]}, ("a", "", "B; C")),
        (
            {"errors": [{"field": "metadata.subject", "message": "B"}]},
            ("", "subject", "subject: B"),
        ),
        (
            {"code": "a", "message": "B", "field": "/attributes/contact_ids/1"},
            ("a", "contact_ids", "contact_ids[1]: B"),
        ),
        (
            {"errors": [{"path": "$.attributes.contact_ids[1]", "message": "B"}]},
            ("", "contact_ids", "contact_ids[1]: B"),
        ),
        (
            {"errors": [{"pointer": "#/attributes/metadata/subject", "message": "B"}]},
            ("", "subject", "subject: B"),
        ),
        (
            {"errors": [{"field": "attributes.contact_ids.0.id", "message": "B"}]},
            ("", "contact_ids", "contact_ids[0]: B"),
        ),
        (
            {"errors": [{"field": "owner.team", "message": "B"}]},
            ("", "team", "team: B"),
        ),
        ({"message": "B", "error": {"message": "B"}}, ("", "", "B")),
    ],
)
def test_a_shape_is_read(body: object, expected: tuple[str, ...]) -> None:
    assert said(orjson.dumps(body))[: len(expected)] == expected


@pytest.mark.parametrize(
    ("loc", "field", "message"),
    [
        (("body", "attributes", "metadata", "subject"), "subject", "subject: Bad"),
        (("body", "attributes", "account_id"), "account_id", "account_id: Bad"),
        (
            ("body", "attributes", "contact_ids", 0),
            "contact_ids",
            "contact_ids[0]: Bad",
        ),
        (("body", "attributes", "metadata", "Manual", "subject"), "subject", None),
        (("header", "x-api-key"), "x-api-key", "x-api-key: Bad"),
        (("body", "attributes", "metadata"), "", "Bad"),
        (("body", 17), "", "Bad"),
        ((), "", "Bad"),
    ],
)
def test_the_place_of_a_detail_becomes_a_field(
    loc: tuple[str | int, ...], field: str, message: str | None
) -> None:
    found = said(orjson.dumps({"detail": [detail(*loc)]}))
    assert found == ("value_error", field, message or f"{field}: Bad")


def test_all_details_are_told_and_the_first_gives_code_and_field() -> None:
    details = [
        detail(
            "body", "attributes", "metadata", "subject", msg="Too long", kind="long"
        ),
        detail("body", "attributes", "contact_ids", 1, msg="No UUID", kind="uuid"),
    ]
    assert said(orjson.dumps({"detail": details})) == (
        "long",
        "subject",
        "subject: Too long; contact_ids[1]: No UUID",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ""),
        (b"upstream connect error", "upstream connect error"),
        (b"null", "null"),
        (b"[1]", "[1]"),
        (b'{"a":1}', '{"a":1}'),
        (b"<html><head><TITLE>A &amp; B</TITLE></head><p>c</p>", "A & B"),
        (b"<style>x{}</style><script>y</script><h1>Sorry</h1><p>gone", "Sorry gone"),
        (b"\xff\xfe bad bytes", "\ufffd\ufffd bad bytes"),
        (b"a\r\n\x00\x1b[31mb\xe2\x80\xaec", "a [31mb c"),
    ],
)
def test_what_is_no_error_of_the_api_is_told_as_plain_text(
    content: bytes, message: str
) -> None:
    assert said(content) == ("", "", message)


def test_texts_are_cut() -> None:
    long = "x" * 9_000
    found = said(orjson.dumps({"code": long, "field": long, "message": long}))
    assert tuple(map(len, found)) == (CODE_LENGTH, CODE_LENGTH, MESSAGE_LENGTH)
    assert len(said(long.encode())[2]) == EXCERPT_LENGTH


leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.text()
names = st.sampled_from(["error", "detail", "details", "errors", "loc", "msg", "code"])
bodies = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=9
)


def test_marks_that_nobody_sees_are_left_out() -> None:
    assert said("\ufeffToo\u061c late\u202e\ufeff".encode())[2] == "Too late"


@given(bodies.map(orjson.dumps) | st.binary())
def test_no_body_makes_it_fail_or_lets_control_characters_through(
    content: bytes,
) -> None:
    body = read_error_body(content)
    unseen = {unicodedata.category(each) for each in "".join(said(content))}
    assert not unseen & {"Cc", "Zl", "Zp"}
    assert len(body.message) <= MESSAGE_LENGTH
