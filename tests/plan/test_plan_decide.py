from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.plan import PLANNED_SCHEMA, decide, without_bodies
from tests.plan.plan_givens import checked, identified, identity, standing
from tests.stages.stage_givens import issue

NOTHING = standing()
REPEATED = "The same record stands earlier in this run."
FIRST_COUNTS = "Nothing to do: the earlier one counts."


def frame(*lines: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(lines), schema=PLANNED_SCHEMA)


def line(row: int, status: str, number: Any = None, **rest: Any) -> dict[str, Any]:
    """A planned row; one with a number has that identity and a body."""
    sound = {} if number is None else {"identity": identity(number)}
    body = {} if number is None else {"body": f"body {row}"}
    return {"row": row, "status": status, **sound, **body, **rest}


def test_a_sound_row_is_to_be_sent() -> None:
    found, issues = decide(checked(2), identified((2, 1, None)), NOTHING)

    assert_frame_equal(found, frame(line(2, "unsent", 1)))
    assert issues.is_empty()


def test_a_row_with_a_warning_is_to_be_sent_and_says_why() -> None:
    warning = issue(
        2, "truncated", severity="warning", column="A", message="Cut.", hint="Look."
    )

    found, issues = decide(
        checked(2, issues=[warning]), identified((2, 1, None)), NOTHING
    )

    told = {"code": "truncated", "column": "A", "message": "Cut.", "hint": "Look."}
    assert_frame_equal(found, frame(line(2, "unsent", 1, **told)))
    assert issues.rows(named=True) == [warning]


def test_a_row_with_an_error_is_invalid() -> None:
    error = issue(2, "required", column="A", message="Empty.", hint="Fill in.")

    found, issues = decide(checked(2, issues=[error]), identified(), NOTHING)

    told = {"code": "required", "column": "A", "message": "Empty.", "hint": "Fill in."}
    assert_frame_equal(found, frame(line(2, "invalid", **told)))
    assert issues.rows(named=True) == [error]


def test_errors_are_told_before_warnings_and_each_text_once() -> None:
    issues = [
        issue(2, "old_time", severity="warning", column="T", message="Old.", hint="A."),
        issue(2, "required", column="S", message="Empty.", hint="B."),
        issue(2, "not_a_uuid", column="I", message="No id.", hint="B."),
        issue(2, "not_a_uuid", column="J", message="No id.", hint="B."),
    ]

    found, all_issues = decide(checked(2, issues=issues), identified(), NOTHING)

    told = {"code": "required", "column": "S"}
    texts = {"message": "Empty. No id. Old.", "hint": "B. A."}
    assert_frame_equal(found, frame(line(2, "invalid", **told, **texts)))
    assert all_issues.rows(named=True) == issues


def test_a_skipped_row_tells_its_rule() -> None:
    rows = checked(2, skipped={2: "A is empty"})

    found, issues = decide(rows, identified(), NOTHING)

    told = {
        "code": "skipped_by_rule",
        "message": "Left out by a rule of the mapping: A is empty.",
    }
    assert_frame_equal(found, frame(line(2, "skipped", **told)))
    assert issues.is_empty()


def test_a_line_that_is_no_record_is_skipped_and_says_what_it_is() -> None:
    rows = checked(2, 3, skipped={2: "A is empty"}, left_out={3: "a total"})

    found, _ = decide(rows, identified(), NOTHING)

    assert found.select("row", "status", "code", "message").rows() == [
        (
            2,
            "skipped",
            "skipped_by_rule",
            "Left out by a rule of the mapping: A is empty.",
        ),
        (3, "skipped", "no_record", "This is no record, but a total."),
    ]


def test_a_skipped_row_stays_skipped_whatever_reading_found() -> None:
    error = issue(2, "extra_cells", message="Too many.", hint="Quote it.")

    found, issues = decide(
        checked(2, skipped={2: "A is empty"}, issues=[error]), identified(), NOTHING
    )

    assert found.select("status", "code", "message", "hint").rows() == [
        (
            "skipped",
            "skipped_by_rule",
            "Left out by a rule of the mapping: A is empty.",
            None,
        )
    ]
    assert issues.rows(named=True) == [error]


def test_a_repeated_row_is_a_duplicate() -> None:
    found, issues = decide(checked(2), identified((2, 1, "repeated")), NOTHING)

    told = {"code": "repeated", "message": REPEATED, "hint": FIRST_COUNTS}
    assert_frame_equal(found, frame(line(2, "duplicate", 1, **told, column="")))
    assert issues.rows(named=True) == [issue(2, severity="warning", **told)]


def test_a_repeated_row_with_another_content_is_a_duplicate_that_says_so() -> None:
    rows = identified((2, 1, "repeated_with_changes"))

    found, issues = decide(checked(2), rows, NOTHING)

    told = {
        "code": "repeated_with_changes",
        "message": "The same record, with another content, stands earlier in this run.",
        "hint": "Check which of the two is right; only the earlier one counts.",
    }
    assert_frame_equal(found, frame(line(2, "duplicate", 1, **told, column="")))
    assert issues.rows(named=True) == [issue(2, severity="warning", **told)]


def test_a_row_that_was_imported_before_is_a_duplicate_with_its_activity() -> None:
    before = standing((1, "created", "act 1", False))

    found, issues = decide(checked(2), identified((2, 1, None)), before)

    told = {"code": "already_imported", "message": "Imported before, in run r1."}
    expected = line(2, "duplicate", 1, activity_id="act 1", **told)
    assert_frame_equal(found, frame(expected))
    assert issues.is_empty()


def test_a_row_that_changed_since_its_import_is_told_not_sent() -> None:
    before = standing((1, "created", "act 1", True))

    found, issues = decide(checked(2), identified((2, 1, None)), before)

    told = {
        "code": "changed_since_import",
        "message": "The record was imported before with another content, in run r1.",
        "hint": "The API offers no update: change the activity in Reevo by hand.",
    }
    expected = line(2, "duplicate", 1, activity_id="act 1", column="", **told)
    assert_frame_equal(found, frame(expected))
    assert issues.rows(named=True) == [issue(2, severity="warning", **told)]


def test_a_row_whose_answer_is_not_known_is_uncertain() -> None:
    before = standing((1, "uncertain", None, False))

    found, issues = decide(checked(2), identified((2, 1, None)), before)

    told = {
        "code": "sent_before_unanswered",
        "message": "The record was sent in run r1, and the answer is not known.",
        "hint": "Settle it first: `activity-import reconcile r1` looks for it in "
        "Reevo.",
    }
    assert_frame_equal(found, frame(line(2, "uncertain", 1, column="", **told)))
    assert issues.rows(named=True) == [issue(2, **told)]


@pytest.mark.parametrize("state", ["created", "uncertain"])
def test_a_repeated_row_is_a_duplicate_of_the_earlier_row_only(state: str) -> None:
    before = standing((1, state, "act 1", True))

    found, issues = decide(checked(2), identified((2, 1, "repeated")), before)

    told = {"code": "repeated", "message": REPEATED, "hint": FIRST_COUNTS}
    assert_frame_equal(found, frame(line(2, "duplicate", 1, **told, column="")))
    assert issues["code"].to_list() == ["repeated"]


def test_every_row_is_planned_in_the_order_of_the_source() -> None:
    error = issue(5, "required")
    rows = checked(2, 3, 5, 8, 9, skipped={3: "A is empty"}, issues=[error])
    known = identified((2, 1, None), (8, 1, "repeated"), (9, 2, None))
    before = standing((2, "created", "act 2", False), (7, "created", "act 7", False))

    found, issues = decide(rows, known, before)

    assert found.select("row", "status").rows() == [
        (2, "unsent"),
        (3, "skipped"),
        (5, "invalid"),
        (8, "duplicate"),
        (9, "duplicate"),
    ]
    assert issues.select("row", "code").rows() == [(5, "required"), (8, "repeated")]


def test_issues_of_the_plan_come_after_those_of_the_row_before() -> None:
    warnings = [issue(row, "truncated", severity="warning") for row in (2, 3)]
    known = identified((2, 1, "repeated"), (3, 2, None))

    _, issues = decide(
        checked(2, 3, issues=warnings), known, standing((2, "created", "a", True))
    )

    assert issues.select("row", "code").rows() == [
        (2, "truncated"),
        (2, "repeated"),
        (3, "truncated"),
        (3, "changed_since_import"),
    ]


def test_an_import_is_told_even_if_the_row_has_a_warning() -> None:
    warning = issue(2, "truncated", severity="warning", message="Cut.")
    before = standing((1, "created", "act 1", False))

    found, _ = decide(checked(2, issues=[warning]), identified((2, 1, None)), before)

    assert "Imported before, in run r1." in found["message"][0]


def test_an_empty_batch_plans_nothing() -> None:
    found, issues = decide(checked(), identified(), NOTHING)

    assert_frame_equal(found, frame())
    assert issues.is_empty()


def test_a_dry_run_keeps_everything_but_the_bodies() -> None:
    found, _ = decide(checked(2), identified((2, 1, None)), NOTHING)

    assert_frame_equal(
        without_bodies(found), frame({**line(2, "unsent", 1), "body": None})
    )


def test_a_row_that_follows_another_is_sent_with_it_and_has_no_body() -> None:
    known = identified((2, 1, None), (3, 1, None)).with_columns(
        follows=pl.Series([None, "row 2"])
    )

    found, _ = decide(checked(2, 3), known, NOTHING)

    assert found.select("row", "status", "code", "message", "body").rows() == [
        (2, "unsent", None, None, "body 2"),
        (3, "unsent", "combined", "One activity with row 2.", None),
    ]
    assert found["identity"].to_list() == [identity(1)] * 2


def test_rows_of_an_activity_that_was_imported_are_all_duplicates() -> None:
    known = identified((2, 1, None), (3, 1, None)).with_columns(
        follows=pl.Series([None, "row 2"])
    )
    before = standing((1, "created", "act 1", False))

    found, _ = decide(checked(2, 3), known, before)

    assert (
        found.select("status", "activity_id", "code").rows()
        == [("duplicate", "act 1", "already_imported")] * 2
    )
