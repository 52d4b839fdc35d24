import pytest

from pipeline.mapping.model import SkipRule, SourceOptions
from pipeline.stages.map import KEY_SEPARATOR
from tests.stages.stage_givens import (
    Table,
    codes,
    from_columns,
    issue,
    mapped,
    refs,
)

TABLE: Table = {"A": [" Yes", "no", None, "N/A"]}
EMPTY_NA = SourceOptions(empty_values=("N/A",))
(A,) = refs("A")
(GONE,) = refs("Gone")


@pytest.mark.parametrize(
    ("rule", "text", "rows"),
    [
        (SkipRule(A, "in", ("YES ", "maybe")), "A is one of: YES , maybe", [2]),
        (SkipRule(A, "in", ("",)), "A is one of: ", [4, 5]),
        (SkipRule(A, "not_in", ("yes", "No")), "A is none of: yes, No", [4, 5]),
        (SkipRule(A, "not_in", ("yes", "")), "A is none of: yes, ", [3]),
        (SkipRule(A, "in", ("no",), "not done"), "not done (A is one of: no)", [3]),
        (SkipRule(A, "empty"), "A is empty", [4, 5]),
        (SkipRule(A, "not_empty"), "A is not empty", [2, 3]),
    ],
)
def test_a_rule_skips_its_rows(rule: SkipRule, text: str, rows: list[int]) -> None:
    found = mapped(TABLE, {}, skip=(rule,), source=EMPTY_NA)

    assert found.skipped.rows() == [(row, text) for row in rows]
    assert found.fields["row"].to_list() == [r for r in range(2, 6) if r not in rows]


def test_the_first_rule_that_applies_is_told() -> None:
    rules = (SkipRule(A, "in", ("no",)), SkipRule(A, "not_empty"))

    found = mapped(TABLE, {}, skip=rules, source=EMPTY_NA)

    assert found.skipped.rows() == [(2, "A is not empty"), (3, "A is one of: no")]


def test_without_rules_no_row_is_skipped() -> None:
    found = mapped(TABLE, {})

    assert found.skipped.rows() == []
    assert found.fields["row"].to_list() == [2, 3, 4, 5]


def test_a_skipped_row_has_no_issues_and_no_key() -> None:
    found = mapped(
        {"A": ["x", "2024-03-01"]},
        {"activity_time": from_columns("A")},
        skip=(SkipRule(A, "in", ("x",)),),
        key=(A,),
    )

    assert found.issues.is_empty()
    assert found.keys.rows() == [(3, "2024-03-01")]


def test_all_rows_can_be_skipped() -> None:
    fields = {
        "activity_time": from_columns("A"),
        "category": from_columns("A", values={"a": "CALL"}, transforms=("strip_html",)),
        "contact_ids": from_columns("A", lookup="ids", split=";"),
    }
    rule = SkipRule(A, "empty")

    found = mapped({"A": [None, ""]}, fields, {"ids": []}, skip=(rule,))

    assert found.fields.rows() == []
    assert found.issues.is_empty()
    assert found.skipped["row"].to_list() == [2, 3]


def test_an_absent_optional_column_is_empty_for_a_rule() -> None:
    options = SourceOptions(optional_columns=("Gone",))
    rules = (SkipRule(GONE, "not_empty"), SkipRule(GONE, "in", ("x",)))

    assert mapped(TABLE, {}, skip=rules, source=options).skipped.is_empty()


def test_a_key_is_the_trimmed_text_of_its_column() -> None:
    found = mapped({"A": [" 00T1 ", "00t1"]}, {}, key=(A,))

    assert found.keys.rows() == [(2, "00T1"), (3, "00t1")]


def test_several_key_columns_are_joined() -> None:
    table: Table = {"A": ["a", "a", None], "B": ["b", None, "b"]}

    found = mapped(table, {}, key=refs("A", "B"))

    parts = [("a", "b"), ("a", ""), ("", "b")]
    assert found.keys["key"].to_list() == [KEY_SEPARATOR.join(p) for p in parts]
    assert found.issues.is_empty()


def test_a_row_whose_key_cells_are_all_empty_is_an_issue() -> None:
    found = mapped({"A": ["a", " "], "B": [None, None]}, {}, key=refs("A", "B"))

    assert found.keys.rows() == [(2, f"a{KEY_SEPARATOR}"), (3, None)]
    assert found.issues.rows(named=True) == [
        issue(
            3,
            "key_missing",
            column="A, B",
            message="The cells that identify the record are empty: A, B.",
            hint="Fill in the id of the record in the old system.",
        )
    ]


def test_without_key_columns_keys_are_null() -> None:
    found = mapped(TABLE, {})

    assert found.keys.rows() == [(row, None) for row in range(2, 6)]
    assert found.issues.is_empty()


def test_keys_are_compared_by_their_kind() -> None:
    table: Table = {"A": ["00T5g00000R0001", "00T5g00000R0001EAB", "other", None]}
    found = mapped(
        table, {"subject": from_columns("A")}, key=refs("A"), key_by="salesforce_id"
    )

    keys = found.keys["key"].to_list()
    assert keys[0] == keys[1] != keys[2] == "other"
    assert codes(found.issues) == [(5, "key_missing", "")]
