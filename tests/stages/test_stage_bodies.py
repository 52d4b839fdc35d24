import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline.activity import CATEGORIES, FIELDS, METADATA, complete, encode_bodies
from tests.stages.stage_givens import NOW, checked, fields_of

ID, OTHER = (
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
)
SCHEMA = Path(__file__).parent.parent / "sandbox" / "request.schema.json"
CONTRACT = Draft202012Validator(
    json.loads(SCHEMA.read_text()), format_checker=Draft202012Validator.FORMAT_CHECKER
)
FIRST = datetime(1900, 1, 1)  # noqa: DTZ001  (hypothesis wants it without a zone)
UUIDS = st.uuids().map(str)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\/\x00\n')
)
ROWS: Any = st.fixed_dictionaries(
    {
        "activity_time": st.datetimes(
            FIRST, NOW.replace(tzinfo=None), timezones=st.just(UTC)
        ),
        "subject": TEXTS.map(str.strip).filter(len).map(lambda text: text[:255]),
    },
    optional={
        "description": TEXTS,
        "category": st.sampled_from(CATEGORIES),
        "account_id": UUIDS,
        "opportunity_id": UUIDS,
        "contact_ids": st.lists(UUIDS, min_size=1, max_size=5, unique=True),
        "sequence_id": UUIDS,
        "pipeline_select_list_value_id": UUIDS,
    },
)


def body(**fields: Any) -> str:
    frame = complete(fields_of({"subject": "Call", **fields}))
    return str(encode_bodies(frame)["body"][0])


def as_sent(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the decoded body should be."""
    metadata = {name: row[name] for name in METADATA if name in row}
    ids = {name: row[name] for name in FIELDS if name in row and name not in METADATA}
    return {"attributes": {"metadata": {"description": "", **metadata}, **ids}}


def decoded(text: str) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(text)
    metadata = sent["attributes"]["metadata"]
    metadata["activity_time"] = datetime.fromisoformat(metadata["activity_time"])
    return sent


def test_absent_fields_are_left_out_but_the_description() -> None:
    assert body() == (
        '{"attributes":{"metadata":{"activity_time":"2024-06-01T00:00:00Z",'
        '"subject":"Call","description":""}}}'
    )


def test_all_fields_are_encoded() -> None:
    found = body(
        description="Text",
        category="CALL",
        account_id=ID,
        opportunity_id=OTHER,
        contact_ids=[ID, OTHER],
        sequence_id=ID,
        pipeline_select_list_value_id=OTHER,
    )

    assert found == (
        '{"attributes":{"metadata":{"activity_time":"2024-06-01T00:00:00Z",'
        '"subject":"Call","description":"Text","category":"CALL"},'
        f'"account_id":"{ID}","opportunity_id":"{OTHER}",'
        f'"contact_ids":["{ID}","{OTHER}"],"sequence_id":"{ID}",'
        f'"pipeline_select_list_value_id":"{OTHER}"}}}}'
    )


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2024, 3, 1, 10, 30, 5, tzinfo=UTC), "2024-03-01T10:30:05Z"),
        (
            datetime(2024, 3, 1, 0, 0, 0, 250_000, tzinfo=UTC),
            "2024-03-01T00:00:00.250Z",
        ),
        (datetime(1900, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "1900-01-01T00:00:00.000001Z"),
    ],
)
def test_times_are_rfc_3339_in_utc(time: datetime, text: str) -> None:
    found = json.loads(body(activity_time=time))

    assert found["attributes"]["metadata"]["activity_time"] == text


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("a\nb\tc\r", r'"a\nb\tc\r"'),
        ("\x00\x1f", r'"\u0000\u001f"'),
        ("é 日本 😀", '"é 日本 😀"'),
        ("}", '"}"'),
        ("</script>", '"</script>"'),
    ],
)
def test_texts_are_escaped_as_json_asks(text: str, encoded: str) -> None:
    assert f'"subject":{encoded},"description":{encoded}}}' in body(
        subject=text, description=text
    )


def test_a_body_per_row_in_order() -> None:
    rows = fields_of({"subject": "one"}, {"subject": "two"})

    found = encode_bodies(complete(rows))

    subjects = [
        json.loads(text)["attributes"]["metadata"]["subject"] for text in found["body"]
    ]
    assert found["row"].to_list() == [2, 3]
    assert subjects == ["one", "two"]
    assert found.schema == {"row": pl.UInt32(), "body": pl.String()}


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_every_valid_row_becomes_a_body_of_the_contract_that_says_the_same(
    rows: list[dict[str, Any]],
) -> None:
    found = checked(fields_of(*rows))

    bodies = found.bodies["body"].to_list()
    assert [decoded(text) for text in bodies] == [as_sent(row) for row in rows]
    assert [
        error for text in bodies for error in CONTRACT.iter_errors(json.loads(text))
    ] == []


def test_the_contract_checks_formats() -> None:
    bad = json.loads(body(account_id="001A", activity_time=NOW))
    bad["attributes"]["metadata"]["activity_time"] = "yesterdayZ"

    found = {error.validator for error in CONTRACT.iter_errors(bad)}

    assert found == {"format"}
