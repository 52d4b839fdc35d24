from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from pipeline.mapping.model import SourceOptions
from tests.stages.stage_givens import Table, from_columns, issue, mapped, values_of


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("trim", "  a b ", "a b"),
        ("collapse_spaces", "a \n\t b  c", "a b c"),
        ("lower", "ÄB", "äb"),
        ("upper", "äß", "ÄSS"),
        ("strip_html", "<p>a &amp; b</p>", "a & b"),
        ("strip_html", "<br>", None),
        ("first_line", "one\ntwo", "one"),
        ("first_line", "one\r\ntwo", "one"),
        ("first_line", None, None),
    ],
)
def test_a_transform_changes_the_text(
    name: str, cell: str | None, expected: str | None
) -> None:
    rule = from_columns("A", transforms=(name,))

    assert values_of({"A": [cell]}, "subject", rule) == [expected]


def test_transforms_apply_in_order() -> None:
    table: Table = {"A": ["<b>One</b><br>two"]}
    steps = ("strip_html", "first_line", "upper")

    forth = from_columns("A", transforms=steps)
    back = from_columns("A", transforms=tuple(reversed(steps)))

    assert values_of(table, "description", forth) == ["ONE"]
    assert values_of(table, "description", back) == ["ONE\nTWO"]


def test_transforms_come_before_the_split() -> None:
    rule = from_columns("A", transforms=("strip_html",), split=";")

    assert values_of({"A": ["x&amp;y;z"]}, "contact_ids", rule) == [["x&y", "z"]]


def test_values_are_compared_whatever_their_case() -> None:
    table: Table = {"A": [" phone CALL ", "ÉMAIL", None]}
    rule = from_columns("A", values={"Phone call": "CALL", " émail": "OTHER"})

    assert values_of(table, "category", rule) == ["CALL", "OTHER", None]


def test_values_that_are_not_listed_become_otherwise() -> None:
    table: Table = {"A": ["call", "fax", None]}
    rule = from_columns("A", values={"Call": "CALL"}, otherwise="OTHER")

    assert values_of(table, "category", rule) == ["CALL", "OTHER", None]


def test_a_value_that_is_not_listed_is_an_issue() -> None:
    rule = from_columns("B", "A", values={"Call": "CALL", "Mail": "OTHER"})

    found = mapped({"A": ["Call", "Fax"], "B": [None, None]}, {"category": rule})

    assert found.fields["category"].to_list() == ["CALL", None]
    assert found.issues.rows(named=True) == [
        issue(
            3,
            "unknown_value",
            column="A",
            field="category",
            value="Fax",
            message="'Fax' in column 'A' is not one of: Call, Mail.",
            hint="Correct the value, or add it to `values` in the mapping, or say "
            "there what it becomes `otherwise`.",
        )
    ]


def test_each_contact_is_translated() -> None:
    rule = from_columns("A", split=",", values={"ann": "1", "bob": "2"})

    assert values_of({"A": ["Bob, Ann,bob"]}, "contact_ids", rule) == [["2", "1"]]


@pytest.mark.parametrize("field", ["subject", "account_id"])
def test_an_empty_cell_takes_the_default(field: str) -> None:
    rule = from_columns("A", default="none")

    assert values_of({"A": ["a", None]}, field, rule) == ["a", "none"]


def test_a_row_without_contacts_takes_the_default() -> None:
    rule = from_columns("A", split=";", default="none")

    found = values_of({"A": ["a;b", None, ";"]}, "contact_ids", rule)

    assert found == [["a", "b"], ["none"], ["none"]]


def test_the_default_of_a_time_is_read_like_a_cell() -> None:
    rule = from_columns("A", default="2024-03-01T10:30:00Z")

    found = mapped({"A": [None]}, {"activity_time": rule})

    assert found.fields["activity_time"].to_list() == [
        datetime(2024, 3, 1, 10, 30, tzinfo=UTC)
    ]


def test_a_long_text_is_cut_with_a_warning_where_the_mapping_says_so() -> None:
    rule = from_columns("A", max_length=3, when_too_long="truncate")

    found = mapped({"A": ["abc", "äöüß", "👍👍👍👍"]}, {"subject": rule})

    told = {
        "severity": "warning",
        "column": "A",
        "field": "subject",
        "message": "The text in column 'A' was cut to 3 characters, as the mapping "
        "says.",
        "hint": "Shorten it yourself if the end matters.",
    }
    assert found.fields["subject"].to_list() == ["abc", "äöü", "👍👍👍"]
    assert found.issues.rows(named=True) == [
        issue(3, "truncated", value="äöüß", **told),
        issue(4, "truncated", value="👍👍👍👍", **told),
    ]


def test_a_long_text_stays_where_the_mapping_does_not_say_cut() -> None:
    rule = from_columns("A", max_length=3)

    assert values_of({"A": ["abcd"]}, "subject", rule) == ["abcd"]


def test_times_are_read_by_the_rule_and_in_the_zone_of_the_mapping() -> None:
    rule = from_columns("A", formats=("%d.%m.%Y",), date_only=time(8))
    options = SourceOptions(timezone="Europe/Berlin")

    found = values_of({"A": ["01.03.2024"]}, "activity_time", rule, source=options)

    assert found == [datetime(2024, 3, 1, 7, tzinfo=UTC)]


def test_a_time_that_cannot_be_read_is_an_issue() -> None:
    found = mapped({"A": ["x"]}, {"activity_time": from_columns("A")})

    assert found.issues.rows(named=True) == [
        issue(
            2,
            "bad_time",
            column="A",
            field="activity_time",
            value="x",
            message="'x' in column 'A' is not a date or time in the expected form: "
            "2024-03-01 or 2024-03-01T10:30:00+01:00.",
            hint="Write it in the expected form, or add its form to `formats` in the "
            "mapping.",
        )
    ]


def test_issues_of_all_fields_stand_in_order_of_rows() -> None:
    fields = {
        "activity_time": from_columns("T"),
        "category": from_columns("A", values={"Call": "CALL"}),
    }

    found = mapped({"T": ["x", "y"], "A": ["Fax", "Fax"]}, fields)

    assert found.issues.select("row", "code").rows() == [
        (2, "bad_time"),
        (2, "unknown_value"),
        (3, "bad_time"),
        (3, "unknown_value"),
    ]


def test_a_value_becomes_what_is_said_of_the_first_text_in_it() -> None:
    table: Table = {"A": ["LinkedIn InMail", "Web call", "call", "Webinar (call)"]}
    rule = from_columns(
        "A",
        values={"Call": "CALL"},
        contains={"webinar": "WEBINAR", " Call": "TEXT", "linkedin": "LINKEDIN"},
    )

    assert values_of(table, "category", rule) == ["LINKEDIN", "TEXT", "CALL", "WEBINAR"]


def test_a_value_with_none_of_the_texts_is_unknown_unless_something_else_is_said() -> (
    None
):
    table: Table = {"A": ["letter", None]}
    rule = from_columns("A", values={"Call": "CALL"}, contains={"web": "WEBINAR"})
    other = replace(rule, otherwise="OTHER")

    assert mapped(table, {"category": rule}).issues.rows(named=True) == [
        issue(
            2,
            "unknown_value",
            column="A",
            field="category",
            value="letter",
            message="'letter' in column 'A' is not one of: Call, ...web....",
            hint="Correct the value, or add it to `values` in the mapping, or say "
            "there what it becomes `otherwise`.",
        )
    ]
    assert values_of(table, "category", other) == ["OTHER", None]
