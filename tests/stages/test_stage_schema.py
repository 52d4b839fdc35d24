from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.activity import (
    FIELDS,
    ActivityRules,
    complete,
    request_schema,
    warning_schema,
)
from tests.stages.stage_givens import NOW, RULES, TIME, fields_of

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
SOUND: dict[str, Any] = {
    "description": "",
    "category": "CALL",
    "account_id": ID,
    "opportunity_id": ID.upper(),
    "contact_ids": [ID] * 100,
    "sequence_id": ID,
    "pipeline_select_list_value_id": ID,
}


def violations(
    fields: pl.DataFrame, rules: ActivityRules = RULES
) -> set[tuple[str, str, int]]:
    """What pandera finds: the check, the column and the place in the frame."""
    return failures(fields, request_schema(rules))


def failures(
    fields: pl.DataFrame, schema: pa.DataFrameSchema
) -> set[tuple[str, str, int]]:
    try:
        schema.validate(complete(fields), lazy=True)
    except pa.errors.SchemaErrors as error:
        return set(error.failure_cases.select("check", "column", "index").rows())
    return set()


def test_a_sound_row_passes() -> None:
    rules = replace(RULES, require_link=True)

    assert violations(fields_of(SOUND), rules) == set()


def test_a_row_with_time_and_subject_only_passes() -> None:
    assert violations(fields_of({})) == set()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("activity_time", None, "not_nullable"),
        ("subject", None, "not_nullable"),
        ("subject", "x" * 256, "too_long"),
        ("subject", "👍" * 256, "too_long"),
        ("description", "x" * 32_001, "too_long"),
        ("category", "call", "unknown_value"),
        ("category", "EMAIL", "unknown_value"),
        ("account_id", "001A", "not_a_uuid"),
        ("opportunity_id", f"{ID}\n", "not_a_uuid"),
        ("sequence_id", f"{{{ID}}}", "not_a_uuid"),
        ("pipeline_select_list_value_id", ID.replace("-", ""), "not_a_uuid"),
        ("contact_ids", [ID, "x"], "not_a_uuid"),
        ("contact_ids", [f"{ID} "], "not_a_uuid"),
        ("contact_ids", [ID] * 101, "too_many_contacts"),
        ("activity_time", NOW + timedelta(microseconds=1), "future_time"),
    ],
)
def test_each_violation_is_found_at_its_row(field: str, value: Any, code: str) -> None:
    fields = fields_of(SOUND, {field: value}, SOUND, {field: value})

    assert violations(fields) == {(code, field, 1), (code, field, 3)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "👍" * 255),
        ("description", "x" * 32_000),
        ("contact_ids", [ID] * 100),
        ("activity_time", NOW),
        ("activity_time", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_what_is_just_within_its_bound_passes(field: str, value: Any) -> None:
    assert violations(fields_of({field: value})) == set()


def test_the_mapping_can_ask_for_shorter_texts() -> None:
    rules = replace(RULES, subject_length=3, description_length=4)
    fields = fields_of({"subject": "1234", "description": "12345"})

    assert violations(fields, rules) == {
        ("too_long", "subject", 0),
        ("too_long", "description", 0),
    }


def test_the_mapping_can_allow_the_future() -> None:
    fields = fields_of({"activity_time": NOW + timedelta(days=1)})

    assert violations(fields, replace(RULES, allow_future=True)) == set()


@pytest.mark.parametrize("link", ["account_id", "opportunity_id", "contact_ids"])
def test_one_link_is_enough_where_one_is_asked_for(link: str) -> None:
    rules = replace(RULES, require_link=True)
    fields = fields_of({link: [ID] if link == "contact_ids" else ID})

    assert violations(fields, rules) == set()


def test_a_row_without_links_is_found_where_one_is_asked_for() -> None:
    schema = request_schema(replace(RULES, require_link=True))
    fields = complete(fields_of({"account_id": ID}, {"sequence_id": ID}))

    with pytest.raises(pa.errors.SchemaErrors) as caught:
        schema.validate(fields, lazy=True)

    cases = caught.value.failure_cases
    assert cases.select("check", "index").rows() == [("no_link", 1)]


def test_all_violations_of_a_row_are_found_at_once() -> None:
    fields = fields_of({"subject": None, "account_id": "x", "contact_ids": ["x"] * 101})

    assert violations(fields) == {
        ("not_nullable", "subject", 0),
        ("not_a_uuid", "account_id", 0),
        ("not_a_uuid", "contact_ids", 0),
        ("too_many_contacts", "contact_ids", 0),
    }


def test_the_frame_must_be_collected_or_bad_values_pass() -> None:
    bad = complete(fields_of({"subject": None, "account_id": "x", "category": "x"}))
    schema = request_schema(RULES)

    passed = schema.validate(bad.lazy(), lazy=True).collect()

    assert_frame_equal(passed, bad)
    with pytest.raises(pa.errors.SchemaErrors):
        schema.validate(bad, lazy=True)


def test_a_time_before_1990_is_only_worth_a_warning() -> None:
    first = datetime(1990, 1, 1, tzinfo=UTC)
    last = first - timedelta(microseconds=1)
    fields = fields_of(
        {"activity_time": first}, {"activity_time": last}, {"activity_time": None}
    )

    assert failures(fields, warning_schema()) == {("old_time", "activity_time", 1)}


def test_fields_that_are_not_mapped_are_nulls_of_their_type() -> None:
    found = complete(pl.DataFrame({"row": [2], "subject": ["x"]}))

    text = dict.fromkeys(FIELDS, pl.String())
    assert found.rows() == [(2, None, "x", *[None] * 7)]
    assert dict(found.schema) == {
        "row": pl.Int64(),
        **text,
        "activity_time": TIME,
        "contact_ids": pl.List(pl.String()),
    }
