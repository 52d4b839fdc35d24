"""An id whose last digits a spreadsheet took away is told, and goes nowhere."""

from typing import Any

import pytest

from tests.stages.stage_givens import from_columns, issue, mapped, refs

SUBJECT = {"subject": from_columns("A")}
HINT = (
    "Take the id from the original export again, and format the column as text before "
    "you save it in a spreadsheet."
)


def mangled(row: int, value: str, column: str, field: str) -> dict[str, Any]:
    return issue(
        row,
        "mangled_id",
        column=column,
        field=field,
        value=value,
        message=f"'{value}' in column '{column}' is an id that a spreadsheet took for "
        "a number: its last digits are lost.",
        hint=HINT,
    )


@pytest.mark.parametrize(
    "text", ["3.01188E+11", "3,01188E+11", "1.2e+17", "3E+17", "-1.5E+20"]
)
def test_a_shortened_key_is_told(text: str) -> None:
    found = mapped({"A": ["a", text]}, SUBJECT, key=refs("A"))

    assert found.issues.rows(named=True) == [mangled(3, text, "A", "")]


@pytest.mark.parametrize(
    "text",
    [
        "300118812345678000",
        "123456789012345678",
        "12E4567",
        "1E5",
        "3.5",
        "E+11",
        "12.5E+3",
        "00T5E+000001",
    ],
)
def test_what_may_be_whole_is_not_told(text: str) -> None:
    assert mapped({"A": [text]}, SUBJECT, key=refs("A")).issues.is_empty()


def test_each_shortened_part_of_a_key_is_told_with_its_column() -> None:
    table: dict[str, list[str | None]] = {"A": ["3E+17", "x"], "B": ["4E+17", "5E+17"]}
    found = mapped(table, SUBJECT, key=refs("A", "B"))

    assert found.issues.rows(named=True) == [
        mangled(2, "3E+17", "A", ""),
        mangled(2, "4E+17", "B", ""),
        mangled(3, "5E+17", "B", ""),
    ]


@pytest.mark.parametrize("when_missing", ["invalid", "drop"])
def test_a_shortened_id_is_never_looked_up(when_missing: str) -> None:
    rule = from_columns("A", lookup="ids", when_missing=when_missing)
    pairs = {"ids": [("3E+17", "1"), ("b", "2")]}
    found = mapped({"A": ["3E+17", "b"]}, {"account_id": rule}, pairs)

    assert found.fields["account_id"].to_list() == [None, "2"]
    assert found.issues.rows(named=True) == [mangled(2, "3E+17", "A", "account_id")]


def test_a_shortened_id_of_several_is_told() -> None:
    found = mapped({"A": ["b;3E+17"]}, {"contact_ids": from_columns("A", split=";")})

    assert found.fields["contact_ids"].to_list() == [["b"]]
    assert found.issues.rows(named=True) == [mangled(2, "3E+17", "A", "contact_ids")]


def test_a_shortened_number_in_a_text_is_left_alone() -> None:
    found = mapped({"A": ["3E+17"]}, SUBJECT)

    assert found.fields["subject"].to_list() == ["3E+17"]
    assert found.issues.is_empty()
