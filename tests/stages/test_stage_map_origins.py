import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.mapping.model import Constant, FieldRule, SourceOptions
from tests.stages.stage_givens import (
    Table,
    from_columns,
    mapped,
    refs,
    template,
    values_of,
)

A, B = refs("A", "B")
PAIR: Table = {"A": ["a", None, " \t", None], "B": ["b", "b", "b", None]}


def test_the_first_column_that_is_not_empty_counts() -> None:
    assert values_of(PAIR, "subject", from_columns("A", "B")) == ["a", "b", "b", None]


def test_white_space_at_the_ends_of_a_cell_goes() -> None:
    table: Table = {"A": ["  two  words\n", "\u00a0a\u2003"]}

    assert values_of(table, "subject", from_columns("A")) == ["two  words", "a"]


def test_a_constant_stands_in_every_row() -> None:
    found = values_of(PAIR, "category", FieldRule(Constant("CALL")))

    assert found == ["CALL"] * 4


def test_a_constant_null_leaves_the_field_out() -> None:
    for field in ("sequence_id", "contact_ids", "activity_time"):
        assert values_of(PAIR, field, FieldRule(Constant(None))) == [None] * 4


def test_a_template_fills_its_placeholders() -> None:
    rule = template(A, " by ", B)
    table: Table = {"A": ["Call", "Mail"], "B": ["Ann", "Bob"]}

    assert values_of(table, "description", rule) == ["Call by Ann", "Mail by Bob"]


def test_an_empty_placeholder_is_empty_text() -> None:
    rule = template(A, "/", B)
    table: Table = {"A": ["a", None], "B": [None, "b"]}

    assert values_of(table, "description", rule) == ["a/", "/b"]


def test_a_template_whose_placeholders_are_all_empty_is_empty() -> None:
    rule = template("From ", A, " to ", B)

    assert values_of({"A": [None], "B": [" "]}, "description", rule) == [None]


def test_a_line_whose_placeholders_are_all_empty_is_left_out() -> None:
    rule = template(A, "\nLogged by ", B, "\nend")
    table: Table = {"A": ["a", "a", None], "B": ["b", None, "b"]}

    assert values_of(table, "description", rule) == [
        "a\nLogged by b\nend",
        "a\nend",
        "Logged by b\nend",
    ]


def test_left_out_lines_leave_one_blank_line_at_most() -> None:
    rule = template("Top\n\n", A, "\n\n", B)

    found = values_of({"A": [None], "B": ["b"]}, "description", rule)

    assert found == ["Top\n\nb"]


def test_a_template_without_placeholders_stands_in_every_row() -> None:
    assert values_of({"A": ["a", None]}, "subject", template("Call\n2")) == [
        "Call\n2",
        "Call\n2",
    ]


def test_contacts_are_the_union_of_all_columns_in_order_without_repeats() -> None:
    table: Table = {"A": ["x", None, "x", None], "B": ["y", "y", "x", None]}

    assert values_of(table, "contact_ids", from_columns("A", "B")) == [
        ["x", "y"],
        ["y"],
        ["x"],
        None,
    ]


def test_contacts_are_split_and_trimmed_and_empty_parts_go() -> None:
    table: Table = {"A": ["x; y ;;x;", ";", "z"], "B": ["y;w", None, None]}
    rule = from_columns("A", "B", split=";")

    assert values_of(table, "contact_ids", rule) == [["x", "y", "w"], None, ["z"]]


def test_a_template_can_be_split_too() -> None:
    rule = FieldRule(template(A, ";", B).origin, split=";")

    assert values_of({"A": ["x", None], "B": ["y", "y"]}, "contact_ids", rule) == [
        ["x", "y"],
        ["y"],
    ]


def test_cells_that_the_mapping_calls_empty_are_empty() -> None:
    table: Table = {"A": ["N/A", " - ", "n/a", ""], "B": ["b", "b", "b", "N/A"]}
    options = SourceOptions(empty_values=("N/A", "-"))

    found = values_of(table, "subject", from_columns("A", "B"), source=options)

    assert found == ["b", "b", "n/a", None]


def test_an_optional_column_that_is_absent_counts_as_empty() -> None:
    options = SourceOptions(optional_columns=("Extra",))
    table: Table = {"A": ["a", None]}
    (extra,) = refs("Extra")

    for rule, expected in (
        (from_columns("Extra", "A"), ["a", None]),
        (template(extra, "!\n", A), ["a", None]),
        (from_columns("Extra"), [None, None]),
    ):
        assert values_of(table, "description", rule, source=options) == expected


def test_columns_are_found_whatever_their_case_and_white_space() -> None:
    table: Table = {" First  NAME ": ["Ann"]}

    assert values_of(table, "subject", from_columns("first name")) == ["Ann"]


def test_mapped_fields_come_with_rows_types_and_labels() -> None:
    found = mapped(
        {"A": ["2024-03-01T10:30:00Z"], "B": ["x"]},
        {
            "activity_time": from_columns("A", "B"),
            "subject": template(B, " at ", A),
            "contact_ids": from_columns("B"),
            "category": FieldRule(Constant("CALL")),
        },
    )

    expected = pl.DataFrame(
        {
            "row": pl.Series([2], dtype=pl.UInt32),
            "activity_time": pl.Series(["2024-03-01T10:30:00Z"]).str.to_datetime(
                "%Y-%m-%dT%H:%M:%S%#z", time_unit="us"
            ),
            "subject": ["x at 2024-03-01T10:30:00Z"],
            "contact_ids": [["x"]],
            "category": ["CALL"],
        }
    )
    assert_frame_equal(found.fields, expected)
    assert found.labels == {
        "activity_time": "A, B",
        "subject": "B, A",
        "contact_ids": "B",
        "category": "",
    }


@pytest.mark.parametrize("field", ["subject", "contact_ids", "activity_time"])
def test_an_empty_batch_maps_to_nothing(field: str) -> None:
    assert values_of({"A": []}, field, from_columns("A")) == []


def test_an_empty_template_is_an_empty_field() -> None:
    assert values_of({"A": ["a"]}, "description", template()) == [None]
