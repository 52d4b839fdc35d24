from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from pipeline.stages.map import map_rows
from pipeline.stages.validate import validate_rows
from tests.stages.stage_givens import (
    NOW,
    RULES,
    Table,
    as_mapped,
    batch,
    bound,
    checked,
    codes,
    fields_of,
    from_columns,
    issue,
    issues_frame,
    mapped,
    mapping,
    refs,
)

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
LINKED = replace(RULES, require_link=True)
UUID = "(a UUID, such as 2d38de7c-3bec-4519-8b67-4d999253f6b7)"
LOOK_UP = "a `lookup` in the mapping turns it into Reevo's id."
USE_ID = "Use the id from Reevo, or a lookup in the mapping."
SHORTEN = "Shorten it, or set `when_too_long: truncate` in the mapping."
FILL = "Fill in the cell, or give the field a `default` in the mapping."


@pytest.mark.parametrize(
    ("field", "value", "code", "told", "message", "hint"),
    [
        (
            "subject",
            None,
            "required",
            "",
            "The field 'subject' is empty: column 'The subject' has no value.",
            FILL,
        ),
        (
            "subject",
            "x" * 256,
            "too_long",
            "x" * 200 + "...",
            "The text in column 'The subject' is longer than 255 characters.",
            SHORTEN,
        ),
        (
            "description",
            "x" * 32_001,
            "too_long",
            "x" * 200 + "...",
            "The text in column 'The description' is longer than 32000 characters.",
            SHORTEN,
        ),
        (
            "account_id",
            "001A",
            "not_a_uuid",
            "001A",
            f"'001A' in column 'The account_id' is not a Reevo id {UUID}. It looks "
            f"like an id of the old system: {LOOK_UP}",
            USE_ID,
        ),
        (
            "contact_ids",
            ["a", ID],
            "not_a_uuid",
            f"a; {ID}",
            f"'a; {ID}' in column 'The contact_ids' is not a Reevo id {UUID}.",
            USE_ID,
        ),
        (
            "opportunity_id",
            "ada@example.com",
            "not_a_uuid",
            "ada@example.com",
            "'ada@example.com' in column 'The opportunity_id' is not a Reevo id "
            f"{UUID}. It looks like an e-mail address: {LOOK_UP}",
            USE_ID,
        ),
        (
            "contact_ids",
            [ID] * 101,
            "too_many_contacts",
            "; ".join([ID] * 101)[:200] + "...",
            "The row names more than 100 contacts in column 'The contact_ids'.",
            "Split the activity into several rows.",
        ),
        (
            "category",
            "call",
            "unknown_value",
            "call",
            "'call' in column 'The category' is not one of: TEXT, LINKEDIN, "
            "SOCIAL_MEDIA, EVENT, CONFERENCE, WEBINAR, CALL, OTHER. Did you mean "
            "'CALL'?",
            "Correct the value, or add it to `values` in the mapping, or say there "
            "what it becomes `otherwise`.",
        ),
        (
            "activity_time",
            NOW + timedelta(seconds=1),
            "future_time",
            "2024-06-01 00:00:01 UTC",
            "The activity's time lies in the future: '2024-06-01 00:00:01 UTC' in "
            "column 'The activity_time'.",
            "Correct the date; or set `allow_future: true` in the mapping's rules.",
        ),
    ],
)
def test_an_issue_says_row_column_value_and_what_to_do(
    field: str, value: Any, code: str, told: str, message: str, hint: str
) -> None:
    found = checked(fields_of({}, {field: value}, {}))

    assert found.issues.rows(named=True) == [
        issue(
            3,
            code,
            column=f"The {field}",
            field=field,
            value=told,
            message=message,
            hint=hint,
        )
    ]
    assert found.bodies["row"].to_list() == [2, 4]


def test_a_row_without_links_is_an_issue_of_the_row() -> None:
    found = checked(fields_of({"account_id": ID}, {}), LINKED)

    assert found.issues.rows(named=True) == [
        issue(
            3,
            "no_link",
            message="The row has no account, no opportunity and no contact.",
            hint="Fill in one of them; or set `require_link: false` in the mapping's "
            "rules.",
        )
    ]


def test_a_row_with_a_warning_still_gets_a_body() -> None:
    old = datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC)

    found = checked(fields_of({"activity_time": old}))

    assert found.bodies["row"].to_list() == [2]
    assert found.issues.rows(named=True) == [
        issue(
            2,
            "old_time",
            severity="warning",
            column="The activity_time",
            field="activity_time",
            value="1989-12-31 23:59:59 UTC",
            message="The activity's time lies before 1990-01-01: '1989-12-31 23:59:59 "
            "UTC' in column 'The activity_time'.",
            hint="Check the century of the date.",
        )
    ]


def test_warnings_of_reading_and_mapping_do_not_stop_a_row() -> None:
    warning = issue(2, "truncated", severity="warning", field="subject")

    found = validate_rows(as_mapped(fields_of({}), issues_frame(warning)), RULES)

    assert found.bodies["row"].to_list() == [2]
    assert found.issues.rows(named=True) == [warning]


def test_errors_of_mapping_stop_their_rows() -> None:
    error = issue(3, "key_missing")

    found = validate_rows(as_mapped(fields_of({}, {}), issues_frame(error)), RULES)

    assert found.bodies.select("row", "key").rows() == [(2, "key 2")]


def test_errors_of_reading_stop_their_rows() -> None:
    cells: Table = {"T": ["2024-03-01"] * 2, "S": ["x"] * 2}
    rows = batch(cells, issues=issues_frame(issue(2, "extra_cells")))
    fields = {"activity_time": from_columns("T"), "subject": from_columns("S")}

    found = validate_rows(map_rows(rows, bound(rows, mapping(fields))), RULES)

    assert found.bodies["row"].to_list() == [3]
    assert codes(found.issues) == [(2, "extra_cells", "")]


def test_issues_of_all_stages_stand_in_order_of_rows() -> None:
    fields = fields_of({"account_id": "x"}, {"account_id": "x"})
    found = as_mapped(fields, issues_frame(issue(3, "key_missing")))
    read = replace(found.batch, issues=issues_frame(issue(3, "cut_off_row")))

    issues = validate_rows(replace(found, batch=read), RULES).issues

    assert codes(issues) == [
        (2, "not_a_uuid", "account_id"),
        (3, "cut_off_row", ""),
        (3, "key_missing", ""),
        (3, "not_a_uuid", "account_id"),
    ]


def test_what_follows_from_an_earlier_error_is_not_told_again() -> None:
    earlier = issues_frame(
        issue(2, "bad_time", field="activity_time"),
        issue(3, "unknown_value", field="category"),
    )
    fields = fields_of({"activity_time": None}, {"activity_time": None})

    found = validate_rows(as_mapped(fields, earlier), RULES)

    assert codes(found.issues) == [
        (2, "bad_time", "activity_time"),
        (3, "unknown_value", "category"),
        (3, "required", "activity_time"),
    ]


@pytest.mark.parametrize("code", ["lookup_no_match", "lookup_ambiguous"])
def test_a_link_that_was_not_found_is_not_told_as_no_link(code: str) -> None:
    earlier = issues_frame(issue(2, code, field="account_id"))

    found = validate_rows(as_mapped(fields_of({}, {}), earlier), LINKED)

    assert codes(found.issues) == [(2, code, "account_id"), (3, "no_link", "")]


def test_a_link_that_was_dropped_is_told_as_no_link() -> None:
    rule = from_columns("A", lookup="ids", when_missing="drop")
    table: Table = {"A": ["x"], "T": ["2024-03-01"], "S": ["x"]}
    fields = {
        "activity_time": from_columns("T"),
        "subject": from_columns("S"),
        "account_id": rule,
    }

    found = validate_rows(mapped(table, fields, {"ids": []}), LINKED)

    assert codes(found.issues) == [
        (2, "lookup_dropped", "account_id"),
        (2, "no_link", ""),
    ]


def test_a_missing_key_does_not_hide_a_missing_link() -> None:
    table: Table = {"Id": [None], "T": ["2024-03-01"], "S": ["x"]}
    fields = {"activity_time": from_columns("T"), "subject": from_columns("S")}

    found = validate_rows(mapped(table, fields, key=refs("Id")), LINKED)

    assert codes(found.issues) == [(2, "key_missing", ""), (2, "no_link", "")]


def test_the_issues_of_a_row_stand_in_the_same_order_every_time() -> None:
    fields = fields_of(
        {"subject": None, "account_id": "x", "sequence_id": "x", "contact_ids": ["x"]}
    )

    orders = {tuple(codes(checked(fields, LINKED).issues)) for _ in range(20)}

    assert len(orders) == 1


def test_an_empty_text_is_no_subject() -> None:
    found = checked(fields_of({"subject": ""}))

    assert codes(found.issues) == [(2, "required", "subject")]
    assert found.bodies.is_empty()


def test_bodies_come_with_rows_and_keys() -> None:
    found = checked(fields_of({"account_id": ID}))

    assert found.bodies.rows(named=True) == [
        {
            "row": 2,
            "key": "key 2",
            "body": '{"attributes":{"metadata":{"activity_time":"2024-06-01T00:00:00Z",'
            f'"subject":"Call","description":""}},"account_id":"{ID}"}}}}',
        }
    ]
    assert found.bodies.schema["row"] == pl.UInt32


def test_an_empty_batch_is_valid() -> None:
    found = checked(fields_of({}).clear())

    assert found.bodies.rows() == []
    assert found.issues.rows() == []


def test_no_row_may_be_sound() -> None:
    found = checked(fields_of({"subject": None}, {"subject": None}))

    assert found.bodies.rows() == []
    assert codes(found.issues) == [
        (2, "required", "subject"),
        (3, "required", "subject"),
    ]
