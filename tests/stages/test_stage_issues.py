import re

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.catalogue import ISSUES, Level
from pipeline.issues import all_issues, issue_rows
from pipeline.rows import ISSUE_SCHEMA, no_issues
from tests.stages.stage_givens import issue, issues_frame


def test_an_issue_is_told_for_each_row_of_the_frame() -> None:
    frame = pl.DataFrame({"row": [3, 5], "cell": ["x", "y"], "head": ["A", "B"]})

    found = issue_rows(
        "not_a_uuid",
        frame,
        column=pl.col("head"),
        field="account_id",
        value=pl.col("cell"),
    )

    hint = "Use the id from Reevo, or a lookup in the mapping."
    expected = [
        issue(
            row,
            "not_a_uuid",
            column=head,
            field="account_id",
            value=cell,
            message=f"'{cell}' in column '{head}' is not a Reevo id (a UUID, such as "
            "2d38de7c-3bec-4519-8b67-4d999253f6b7).",
            hint=hint,
        )
        for row, cell, head in ((3, "x", "A"), (5, "y", "B"))
    ]
    assert_frame_equal(found, issues_frame(*expected))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "..."),
        ("👍" * 200, "👍" * 200),
        ("👍" * 201, "👍" * 200 + "..."),
    ],
)
def test_a_long_value_is_shortened_in_the_value_and_the_message(
    value: str, told: str
) -> None:
    frame = pl.DataFrame({"row": [2], "cell": [value]})

    found = issue_rows("bad_time", frame, value=pl.col("cell"))

    assert found["value"][0] == told
    assert found["message"][0].startswith(f"'{told}' in column ''")


def test_no_rows_have_no_issues() -> None:
    frame = pl.DataFrame(schema={"row": pl.UInt32})

    assert_frame_equal(issue_rows("required", frame), no_issues())


def test_braces_in_a_value_are_only_text() -> None:
    frame = pl.DataFrame({"row": [2]})

    found = issue_rows("bad_time", frame, value="{column}{}", column="A", detail="iso")

    assert found["message"][0] == (
        "'{column}{}' in column 'A' is not a date or time in the expected form: iso."
    )


@pytest.mark.parametrize("code", ISSUES)
def test_every_kind_can_be_told(code: str) -> None:
    kind = ISSUES[code]
    frame = pl.DataFrame({"row": [2]})

    (told,) = issue_rows(
        code, frame, column="C", field="F", value="V", detail="D"
    ).iter_rows(named=True)

    facts = {"column": "C", "field": "F", "value": "V", "detail": "D", "near": ""}
    assert told == issue(
        2,
        code,
        severity=kind.level.value,
        column="C",
        field="F",
        value="V",
        message=kind.message.format(**facts),
        hint=kind.hint.format(**facts),
    )


@pytest.mark.parametrize("code", ISSUES)
def test_every_kind_is_named_in_words_that_end_like_sentences(code: str) -> None:
    kind = ISSUES[code]

    assert re.fullmatch(r"[a-z_]+", kind.code)
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert kind.message.removesuffix("{near}").endswith(".")
    assert kind.hint.endswith(".")


def test_issues_stand_in_order_of_rows_and_as_found_within_a_row() -> None:
    first = issues_frame(issue(3, "required"), issue(2, "too_long"))
    second = issues_frame(issue(3, "bad_time"), issue(2, "no_link"))

    found = all_issues([first, second])

    assert found.select("row", "code").rows() == [
        (2, "too_long"),
        (2, "no_link"),
        (3, "required"),
        (3, "bad_time"),
    ]


def test_no_frames_are_no_issues() -> None:
    assert_frame_equal(all_issues([]), no_issues())
    assert all_issues([]).schema == ISSUE_SCHEMA


def test_only_these_are_warnings() -> None:
    warnings = {c for c, kind in ISSUES.items() if kind.level is Level.WARNING}

    assert warnings == {
        "missing_cells",
        "nul_dropped",
        "lookup_dropped",
        "truncated",
        "old_time",
        "repeated",
        "repeated_with_changes",
        "changed_since_import",
    }
