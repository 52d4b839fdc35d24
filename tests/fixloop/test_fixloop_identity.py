"""Which rows of a corrected report are new, where only their content tells."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.held import free_ordinals
from tests.fixloop.fixloop_givens import (
    Api,
    corrected,
    counts,
    fix_me_of,
    mapping,
    recording,
    report_book,
    source,
)

pytestmark = pytest.mark.usefixtures("here")
GOOD = ("2024-03-01", "Call")
BAD = ("soon", "Call")
PLAIN = ("-m", "plain.yaml")


@pytest.fixture
def api() -> Iterator[Api]:
    mapping()
    with recording() as server:
        yield server


def right(cells: dict[str, str]) -> None:
    cells["When"], cells["What"] = GOOD


def test_a_corrected_row_that_equals_an_imported_one_is_another(api: Api) -> None:
    first = api.run(source(GOOD, BAD), *PLAIN)
    fixed = corrected(fix_me_of(first), right)

    assert counts(api.run(fixed)) == {"created": 1}
    assert counts(api.run(fixed)) == {"duplicate": 1}
    assert api.taken == {"Call": 2}


def test_a_later_round_counts_what_all_rounds_before_it_hold(api: Api) -> None:
    first = api.run(source(GOOD, BAD, ("later", "Call")), *PLAIN)

    def one(cells: dict[str, str]) -> None:
        if cells["When"] == "soon":
            right(cells)

    second = api.run(corrected(fix_me_of(first), one))
    third = api.run(corrected(fix_me_of(second), right))
    assert (counts(second), counts(third)) == (
        {"created": 1, "invalid": 1},
        {"created": 1},
    )
    assert counts(api.run(corrected(fix_me_of(first), right))) == {"duplicate": 2}
    assert api.taken == {"Call": 3}


def test_a_part_of_the_rows_to_correct_comes_with_a_warning(api: Api) -> None:
    first = api.run(source(BAD, ("later", "Call")), *PLAIN)
    fixed = corrected(fix_me_of(first), right)
    whole = fixed.read_text("utf-8-sig").splitlines(keepends=True)
    fixed.write_text("".join(whole[:2]), encoding="utf-8")

    told = "The file has 1 of the 2 rows to correct, and the mapping has no `key`"
    assert told in api.run(fixed).out

    fixed.write_text("".join(whole), encoding="utf-8")
    again = api.run(fixed)
    assert told not in again.out
    assert counts(again) == {"created": 1, "duplicate": 1}


def test_reports_are_not_compared_with_one_another(api: Api) -> None:
    first = api.run(source(GOOD, BAD), *PLAIN)
    fixed = corrected(fix_me_of(first), right)
    api.run(fixed)
    text = fixed.read_text("utf-8-sig").replace("When,What", "When,What,More")
    fixed.write_text(text.replace("2024-03-01,Call", "2024-03-01,Call,m"), "utf-8")

    assert "Changed:" not in api.run(fixed).err


def test_a_refused_row_that_is_not_changed_stays_the_record_it_is(api: Api) -> None:
    refused = ("2024-03-01", "refuse")
    first = api.run(source(refused, GOOD), *PLAIN)
    again = api.run(fix_me_of(first))

    assert counts(again) == {"rejected": 1}
    assert fix_me_of(again).read_bytes() == fix_me_of(first).read_bytes()


def test_a_dry_run_s_report_leaves_the_good_rows_their_places(api: Api) -> None:
    whole = source(GOOD, BAD)
    first = api.run(whole, *PLAIN, "--dry-run")
    fixed = corrected(fix_me_of(first), right)

    assert counts(api.run(fixed)) == {"created": 1}
    assert counts(api.run(whole, *PLAIN)) == {"created": 1, "invalid": 1}


def test_a_rehearsal_s_report_leaves_the_good_rows_their_places(api: Api) -> None:
    whole = source(GOOD, BAD)
    first = api.run(whole, *PLAIN)
    fixed = corrected(fix_me_of(first), right)
    api.taken.clear()
    orders = ("--ledger", "real.sqlite", *PLAIN)

    assert counts(api.run(whole, *orders)) == {"created": 1, "invalid": 1}
    assert counts(api.run(fixed, *orders)) == {"created": 1}
    assert api.taken == {"Call": 2}


def test_a_workbook_with_all_rows_counts_from_the_first(api: Api) -> None:
    first = api.run(source(BAD, GOOD, GOOD), *PLAIN)
    second = api.run(report_book(first, right))
    third = api.run(report_book(second, right))

    assert (counts(second), counts(third)) == (
        {"created": 1, "duplicate": 2},
        {"duplicate": 3},
    )
    assert api.taken == {"Call": 3}


def test_equal_rows_of_several_files_stay_one_record_in_a_workbook(api: Api) -> None:
    files = source(GOOD, path="a.csv"), source(GOOD, BAD, path="b.csv")
    first = api.run(*files, *PLAIN)
    second = api.run(report_book(first, right))

    assert counts(second) == {"created": 1, "duplicate": 2}
    refused = api.run(report_book(second, right))
    assert (refused.code, api.taken) == (1, {"Call": 2})
    assert f"Correct the report of the run {first.run} further" in refused.err


def test_without_the_plan_of_the_run_before_it_is_told(api: Api) -> None:
    first = api.run(source(GOOD, BAD), *PLAIN, "--ledger", "l.sqlite")
    shutil.rmtree(Path("l.sqlite.runs", first.run))
    ended = api.run(corrected(fix_me_of(first), right), "--ledger", "l.sqlite")

    assert counts(ended) == {"duplicate": 1}
    assert f"Note: The plan of the run {first.run}, whose report was" in ended.out


@given(
    held=st.sets(st.tuples(st.integers(1, 3), st.integers(1, 12))),
    wanted=st.lists(st.integers(1, 4), max_size=12),
)
def test_rows_take_the_ordinals_that_are_free_in_their_order(
    held: set[tuple[int, int]], wanted: list[int]
) -> None:
    places = [wanted[: n + 1].count(each) for n, each in enumerate(wanted)]
    counted = pl.DataFrame(
        {"content": wanted, "place": places},
        schema={"content": pl.UInt64, "place": pl.UInt32},
    )
    taken = pl.DataFrame(
        list(held), schema={"content": pl.UInt64, "ordinal": pl.UInt32}, orient="row"
    )
    free = [
        [n for n in range(1, 40) if (content, n) not in held] for content in range(5)
    ]

    assert free_ordinals(counted, taken).to_list() == [
        free[content][place - 1] for content, place in zip(wanted, places, strict=True)
    ]
