"""Holds the stand-in's reading of a body against the published one, as a schema."""

import copy
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import (
    Draft202012Validator,
    FormatChecker,
)
from pydantic import ValidationError

from pipeline.sandbox.models import ActivityRequest

SCHEMA = json.loads(Path(__file__).with_name("request.schema.json").read_text("utf-8"))
FORMATS = FormatChecker()
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FORMATS)
ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
OTHER_ID = "5f0d8a52-7a3c-4bb4-9f0e-2f7b1d2c9a10"
WHOLE = {
    "attributes": {
        "metadata": {
            "activity_time": "2023-11-07T05:31:56Z",
            "subject": "Call",
            "description": "Spoke about prices",
            "category": "OTHER",
        },
        "account_id": ID,
        "opportunity_id": ID,
        "contact_ids": [ID],
        "sequence_id": ID,
        "pipeline_select_list_value_id": ID,
    }
}
ABSENT = object()


def is_uuid(value: object) -> bool:
    """As RFC 9562 writes it; the library's own check lets hyphens be repeated."""
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


FORMATS.checks("uuid", raises=ValueError)(is_uuid)


def is_taken(body: object) -> bool:
    try:
        ActivityRequest.model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return True


def with_value(name: str, value: object) -> dict[str, Any]:
    body = copy.deepcopy(WHOLE)
    metadata = body["attributes"]["metadata"]
    place: Any = metadata if name in metadata else body["attributes"]
    if value is ABSENT:
        place.pop(name)
    else:
        place[name] = value
    return body


GOOD: list[tuple[str, object]] = [
    ("activity_time", "2024-02-29T23:59:59Z"),
    ("activity_time", "2024-02-29T23:59:59.123456789Z"),
    ("activity_time", "0001-01-01T00:00:00Z"),
    ("activity_time", "2023-11-07t05:31:56Z"),
    ("subject", "x" * 255),
    ("subject", "🎉" * 255),
    ("subject", " "),
    ("description", ""),
    ("description", "é" * 32_000),
    ("category", "WEBINAR"),
    ("category", ABSENT),
    ("account_id", ID.upper()),
    ("account_id", ABSENT),
    ("contact_ids", ABSENT),
    ("contact_ids", [ID, OTHER_ID]),
    ("contact_ids", [f"{n:08x}{ID[8:]}" for n in range(100)]),
]
BAD: list[tuple[str, object]] = [
    ("activity_time", ABSENT),
    ("activity_time", None),
    ("activity_time", 1_699_335_116),
    ("activity_time", "2023-11-07"),
    ("activity_time", "2023-11-07T05:31:56"),
    ("activity_time", "2023-11-07T05:31Z"),
    ("activity_time", "2023-11-07 05:31:56Z"),
    ("activity_time", "2023-11-07T05:31:56z"),
    ("activity_time", "2023-11-07T05:31:56+00:00"),
    ("activity_time", "2023-02-29T05:31:56Z"),
    ("activity_time", "2023-11-07T24:00:00Z"),
    ("activity_time", "2016-12-31T23:59:60Z"),
    ("activity_time", "2023-11-07T05:31:56.Z"),
    ("activity_time", "٢٠٢٣-11-07T05:31:56Z"),
    ("subject", ABSENT),
    ("subject", ""),
    ("subject", "x" * 256),
    ("subject", 7),
    ("description", ABSENT),
    ("description", None),
    ("description", "x" * 32_001),
    ("category", "EMAIL"),
    ("category", "call"),
    ("category", None),
    ("account_id", None),
    ("account_id", ""),
    ("account_id", ID.replace("-", "")),
    ("account_id", f"{{{ID}}}"),
    ("account_id", f"urn:uuid:{ID}"),
    ("opportunity_id", None),
    ("sequence_id", "7"),
    ("pipeline_select_list_value_id", [ID]),
    ("contact_ids", None),
    ("contact_ids", []),
    ("contact_ids", ID),
    ("contact_ids", [ID, ID]),
    ("contact_ids", [ID, None]),
    ("contact_ids", [f"{n:08x}{ID[8:]}" for n in range(101)]),
    ("metadata", ABSENT),
    ("type", "MANUAL_ACTIVITY"),
    ("owner_user_id", ID),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_the_contract_allows_is_taken(name: str, value: object) -> None:
    body = with_value(name, value)
    assert (VALIDATOR.is_valid(body), is_taken(body)) == (True, True)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_what_the_contract_forbids_is_refused(name: str, value: object) -> None:
    body = with_value(name, value)
    assert (VALIDATOR.is_valid(body), is_taken(body)) == (False, False)


def test_a_body_with_a_trailing_line_break_in_its_time_is_refused() -> None:
    assert not is_taken(with_value("activity_time", "2023-11-07T05:31:56Z\n"))


def spoil(text: str) -> st.SearchStrategy[str]:
    """The text as it is, or with one character changed, lost or added."""

    def change(at: int, put: str, width: int) -> str:
        return text[:at] + put + text[at + width :]

    places = st.integers(0, len(text) - 1)
    put = st.sampled_from(["", "0", "9", "Z", "-", ":", "x", " ", "A", "."])
    return st.one_of(st.just(text), st.builds(change, places, put, st.integers(0, 1)))


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)
IDS = st.uuids().map(str).flatmap(spoil) | st.sampled_from([ID, ID.upper()]) | SCALARS
TIMES = (
    st.datetimes().map(lambda moment: moment.isoformat() + "Z").flatmap(spoil)
    | st.from_regex(
        r"[0-2]\d{3}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{0,9})?(Z|z|\+00:00)?",
        fullmatch=True,
    )
    | SCALARS
)
LENGTHS = st.sampled_from([0, 1, 254, 255, 256, 31_999, 32_000, 32_001])
TEXTS = LENGTHS.map("é".__mul__) | st.text() | SCALARS
CATEGORIES = st.sampled_from(["CALL", "TEXT", "SOCIAL_MEDIA", "EMAIL", "Call"])
METADATA = st.fixed_dictionaries(
    {"activity_time": TIMES, "subject": TEXTS},
    optional={
        "description": TEXTS,
        "category": CATEGORIES | SCALARS,
        "duration": SCALARS,
    },
)
ATTRIBUTES = st.fixed_dictionaries(
    {"metadata": METADATA | st.just(WHOLE["attributes"]["metadata"]) | ANYTHING},
    optional={
        "account_id": IDS,
        "opportunity_id": IDS,
        "contact_ids": st.lists(IDS, max_size=4) | ANYTHING,
        "sequence_id": IDS,
        "type": SCALARS,
    },
)
BODIES = st.fixed_dictionaries({"attributes": ATTRIBUTES}) | ANYTHING


@given(BODIES)
def test_any_body_is_taken_exactly_if_the_schema_allows_it(body: object) -> None:
    assert is_taken(body) == VALIDATOR.is_valid(body)


@given(TIMES)
def test_any_time_is_taken_exactly_if_the_schema_allows_it(time: object) -> None:
    body = with_value("activity_time", time)
    assert is_taken(body) == VALIDATOR.is_valid(body)


@given(IDS)
def test_any_id_is_taken_exactly_if_the_schema_allows_it(id_: object) -> None:
    body = with_value("account_id", id_)
    assert is_taken(body) == VALIDATOR.is_valid(body)
