from typing import Any

import polars as pl

from tests.stages.stage_givens import codes, from_columns, issue, mapped, values_of

PAIRS = {"ids": [("a", "1"), ("b", "2"), ("twin", "3"), ("twin", "4")]}
PLACE = {"column": "A", "field": "account_id"}
LISTS = "`activity-import lookups` lists all such values."
TWIN = issue(
    2,
    "lookup_ambiguous",
    column="A",
    field="account_id",
    value="twin",
    message="'twin' in column 'A' has several answers in ids.csv: 3 | 4.",
    hint=f"Leave one answer in the lookup, or choose one: {LISTS}",
)


def looked_up(cells: list[str | None], **steps: Any) -> tuple[list[Any], pl.DataFrame]:
    rule = from_columns("A", lookup="ids", **steps)
    found = mapped({"A": cells}, {"account_id": rule}, PAIRS)
    return found.fields["account_id"].to_list(), found.issues


def test_a_lookup_gives_its_answer() -> None:
    found, issues = looked_up(["a", " b ", None])

    assert found == ["1", "2", None]
    assert issues.is_empty()


def test_a_lookup_compares_exactly() -> None:
    found, issues = looked_up(["A"])

    assert found == [None]
    assert issues["code"].to_list() == ["lookup_no_match"]


def test_a_value_that_the_lookup_does_not_know_is_an_issue() -> None:
    found, issues = looked_up(["x"])

    assert found == [None]
    assert issues.rows(named=True) == [
        issue(
            2,
            "lookup_no_match",
            **PLACE,
            value="x",
            message="'x' in column 'A' is not in ids.csv.",
            hint=f"Correct the cell, or add the value to the lookup; {LISTS}",
        )
    ]


def test_a_link_without_a_match_can_be_dropped_with_a_warning() -> None:
    found, issues = looked_up(["x", "a"], when_missing="drop")

    assert found == [None, "1"]
    assert issues.rows(named=True) == [
        issue(
            2,
            "lookup_dropped",
            **PLACE,
            severity="warning",
            value="x",
            message="'x' in column 'A' is not in ids.csv; the link was left out, as "
            "the mapping says.",
            hint=f"If the link matters, add the value to the lookup: {LISTS}",
        )
    ]


def test_several_answers_are_an_issue() -> None:
    found, issues = looked_up(["twin"])

    assert found == [None]
    assert issues.rows(named=True) == [TWIN]


def test_several_answers_are_never_dropped() -> None:
    _, issues = looked_up(["twin"], when_missing="drop")

    assert issues.rows(named=True) == [TWIN]


def test_values_come_before_the_lookup() -> None:
    found, issues = looked_up(["Ann"], values={"ann": "a"})

    assert found == ["1"]
    assert issues.is_empty()


def test_the_default_is_not_looked_up() -> None:
    found, issues = looked_up([None, "a"], default="b")

    assert found == ["b", "1"]
    assert issues.is_empty()


def test_a_dropped_link_takes_the_default() -> None:
    found, issues = looked_up(["x"], when_missing="drop", default="D")

    assert found == ["D"]
    assert issues["code"].to_list() == ["lookup_dropped"]


def test_each_contact_is_looked_up() -> None:
    rule = from_columns("A", "B", split=(";",), lookup="ids")
    table: dict[str, list[str | None]] = {"A": ["b;a"], "B": ["a"]}

    found = mapped(table, {"contact_ids": rule}, PAIRS)

    assert found.fields["contact_ids"].to_list() == [["2", "1"]]


def test_two_contacts_with_one_answer_are_one() -> None:
    rule = from_columns("A", split=(";",), lookup="ids")
    lookups = {"ids": [("ann", "1"), ("ann@x.org", "1")]}

    found = mapped({"A": ["ann;ann@x.org"]}, {"contact_ids": rule}, lookups)

    assert found.fields["contact_ids"].to_list() == [["1"]]


def test_a_contact_that_is_dropped_leaves_the_others() -> None:
    rule = from_columns("A", split=(";",), lookup="ids", when_missing="drop")

    found = mapped({"A": ["a;x;b", "x"]}, {"contact_ids": rule}, PAIRS)

    assert found.fields["contact_ids"].to_list() == [["1", "2"], None]
    assert found.issues.select("row", "code", "value").rows() == [
        (2, "lookup_dropped", "x"),
        (3, "lookup_dropped", "x"),
    ]


def test_the_default_stands_for_no_contact_not_for_a_dropped_one() -> None:
    rule = from_columns(
        "A", split=(";",), lookup="ids", when_missing="drop", default="D"
    )

    found = mapped({"A": ["a;x", "x"]}, {"contact_ids": rule}, PAIRS)

    assert found.fields["contact_ids"].to_list() == [["1"], ["D"]]


def test_issues_name_the_column_that_the_contact_came_from() -> None:
    rule = from_columns("A", "B", lookup="ids")

    found = mapped({"A": ["a"], "B": ["x"]}, {"contact_ids": rule}, PAIRS)

    assert found.issues.select("column", "value").rows() == [("B", "x")]


def test_an_empty_lookup_matches_nothing() -> None:
    rule = from_columns("A", lookup="ids")

    found = mapped({"A": ["a", None]}, {"account_id": rule}, {"ids": []})

    assert found.fields["account_id"].to_list() == [None, None]
    assert found.issues.select("row", "code").rows() == [(2, "lookup_no_match")]


def test_a_lookup_keeps_the_order_of_rows() -> None:
    cells: list[str | None] = ["b", "a"] * 500

    assert (
        values_of(
            {"A": cells}, "account_id", from_columns("A", lookup="ids"), lookups=PAIRS
        )
        == ["2", "1"] * 500
    )


def test_a_link_that_another_field_finds_is_not_told_as_left_out() -> None:
    fields = {
        "account_id": from_columns("A", lookup=("accounts",), when_missing="drop"),
        "opportunity_id": from_columns("A", lookup=("deals",), when_missing="drop"),
    }
    lookups = {"accounts": [("Acme", "a1")], "deals": [("Big deal", "d1")]}

    found = mapped({"A": ["Acme", "Big deal", "Ann"]}, fields, lookups)

    assert found.fields.rows() == [(2, "a1", None), (3, None, "d1"), (4, None, None)]
    assert codes(found.issues) == [
        (4, "lookup_dropped", "account_id"),
        (4, "lookup_dropped", "opportunity_id"),
    ]
