import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.mapping.model import (
    ColumnRef,
    Constant,
    FieldRule,
    Filtered,
    FromColumns,
    SourceOptions,
    Template,
)
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

    assert values_of(table, "description", from_columns("A")) == ["two  words", "a"]


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
    assert values_of({"A": ["a", None]}, "description", template("Call\n2")) == [
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
    rule = from_columns("A", "B", split=(";",))

    assert values_of(table, "contact_ids", rule) == [["x", "y", "w"], None, ["z"]]


def test_contacts_are_split_at_each_of_several_separators() -> None:
    table: Table = {"A": ["x, y z", "x  y", ","]}
    rule = from_columns("A", split=(",", " "))

    assert values_of(table, "contact_ids", rule) == [["x", "y", "z"], ["x", "y"], None]


def test_a_template_can_be_split_too() -> None:
    rule = FieldRule(template(A, ";", B).origin, split=(";",))

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


DUE = Template((A, " ", B))


def test_an_item_of_from_may_be_made_of_several_columns() -> None:
    table: Table = {
        "Done": ["1 May", None, None, None],
        "A": ["2 May", "2 May", None, None],
        "B": ["10:00", "10:00", "10:00", None],
    }
    rule = FieldRule(FromColumns((*refs("Done"), DUE)))

    assert values_of(table, "subject", rule) == ["1 May", "2 May 10:00", "10:00", None]


def test_an_issue_names_all_columns_of_such_an_item() -> None:
    table: Table = {"Done": [None], "A": ["2 May"], "B": ["10:00"]}
    rule = FieldRule(FromColumns((*refs("Done"), DUE)))

    found = mapped(table, {"activity_time": rule}).issues

    assert found.select("code", "column", "value").rows() == [
        ("bad_time", "A, B", "2 May 10:00")
    ]


def test_a_list_takes_the_value_of_such_an_item_too() -> None:
    table: Table = {"A": ["a", None], "B": ["b", None], "C": ["c", "c"]}
    rule = FieldRule(FromColumns((Template((A, "@", B)), *refs("C"))))

    assert values_of(table, "contact_ids", rule) == [["a@b", "c"], ["c"]]


@pytest.mark.parametrize(
    ("unit", "cells", "written"),
    [
        (
            "seconds",
            ["0", "59", "60", "3600", "3912", "90061", "12.6", "12,6"],
            ["0 s", "59 s", "1 min", "1 h", "1 h 5 min 12 s", "25 h 1 min 1 s"]
            + ["13 s"] * 2,
        ),
        ("milliseconds", ["312000", "499", "501"], ["5 min 12 s", "0 s", "1 s"]),
        ("minutes", ["30", "90", "0.5"], ["30 min", "1 h 30 min", "30 s"]),
        ("seconds", ["05:12", "-3", "soon", "inf"], ["05:12", "-3", "soon", "inf"]),
    ],
)
def test_a_number_of_units_is_written_as_a_length_of_time(
    unit: str, cells: list[str], written: list[str]
) -> None:
    rule = FieldRule(Template(("Length: ", Filtered(A, unit))))
    table: Table = {"A": [*cells, None]}

    assert values_of(table, "description", rule) == [
        *(f"Length: {text}" for text in written),
        None,
    ]


def test_a_template_can_hold_the_text_of_html_beside_plain_text() -> None:
    rule = FieldRule(Template((Filtered(A, "html"), "\n", B)))
    table: Table = {
        "A": ["<p>x &amp; <b>y</b></p>", "no\n\nHTML:\nx &lt; y &copy=1", None],
        "B": ["a <b>", "c", None],
    }

    assert values_of(table, "description", rule) == [
        "x & y\na <b>",
        "no\n\nHTML:\nx < y &copy=1\nc",
        None,
    ]


def test_a_template_with_html_from_a_column_that_the_file_lacks() -> None:
    rule = FieldRule(Template((Filtered(ColumnRef("Gone"), "html"), "\n", B)))
    options = SourceOptions(optional_columns=("Gone",))

    found = values_of({"B": ["a", "b"]}, "description", rule, source=options)

    assert found == ["a", "b"]
