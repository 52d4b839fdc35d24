"""Which activity of a timeline is which row: found only when nothing else can be."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.api import Entry
from pipeline.rows import Link, Unanswered
from pipeline.stages.reconcile.match import (
    AFTER,
    BEFORE,
    Finding,
    Reading,
    match,
    readings_of,
)
from tests.reconcile.reconcile_givens import (
    ADA,
    BOB,
    HELD,
    SENT,
    entry,
    row,
    witness,
)

GIVEN_UP = SENT + timedelta(minutes=1)


def seen(
    *rows: Unanswered,
    shows: Sequence[Entry] = (),
    others: Sequence[Unanswered] | None = (),
    claimed: Sequence[str] = (),
    link: Link = ADA,
    readings: frozenset[Reading] = frozenset(Reading),
) -> list[tuple[Finding, list[str]]]:
    found = match(rows, others, {link: shows}, claimed, lambda _: readings)
    return [
        (found[each.identity].finding, [one.id for one in found[each.identity].entries])
        for each in rows
    ]


FOUND = (Finding.FOUND, ["e"])
ABSENT: tuple[Finding, list[str]] = (Finding.ABSENT, [])


def test_an_activity_with_the_subject_at_the_time_of_the_call_is_the_row() -> None:
    assert seen(row("a"), shows=[entry("e")]) == [FOUND]


def test_nothing_in_the_timeline_is_absence() -> None:
    assert seen(row("a")) == [ABSENT]


@pytest.mark.parametrize(
    "other",
    [
        entry("e", "Another call"),
        entry("e", is_manual=False),
        entry("e", created_at=None),
        entry("e", created_at=SENT - BEFORE - timedelta(seconds=1)),
        entry("e", created_at=GIVEN_UP + AFTER + timedelta(seconds=1)),
        entry("e", created_at=HELD + timedelta(seconds=2)),
    ],
)
def test_what_differs_is_another_activity(other: Entry) -> None:
    assert seen(row("a"), shows=[other]) == [ABSENT]


@pytest.mark.parametrize(
    "at", [SENT - BEFORE, GIVEN_UP + AFTER, HELD, HELD + timedelta(seconds=1)]
)
def test_either_reading_of_created_at_will_do(at: object) -> None:
    assert seen(row("a"), shows=[entry("e", created_at=at)]) == [FOUND]


def test_only_the_readings_that_hold_count() -> None:
    by_call, by_activity = entry("e"), entry("e", created_at=HELD)
    call, activity = frozenset({Reading.CALL}), frozenset({Reading.ACTIVITY})

    assert seen(row("a"), shows=[by_activity], readings=call) == [ABSENT]
    assert seen(row("a"), shows=[by_call], readings=activity) == [ABSENT]
    assert seen(row("a"), shows=[by_activity], readings=activity) == [FOUND]


def test_white_space_may_differ_in_subjects() -> None:
    assert seen(row("a", "Call  Ada "), shows=[entry("e", "Call Ada")]) == [FOUND]


def test_an_activity_that_another_row_bears_is_not_the_row() -> None:
    assert seen(row("a"), shows=[entry("E")], claimed=["e"]) == [ABSENT]


def test_two_candidates_are_not_told_apart() -> None:
    found = seen(row("a"), shows=[entry("e"), entry("f")])

    assert found == [(Finding.SEVERAL, ["e", "f"])]


def test_two_rows_that_one_activity_may_be_are_not_told_apart() -> None:
    found = seen(row("a"), row("b"), shows=[entry("e")])

    assert found == [(Finding.SEVERAL, ["e"]), (Finding.SEVERAL, ["e"])]


def test_a_row_of_another_run_may_own_the_activity_too() -> None:
    later = row("b", claimed_at=SENT + timedelta(hours=1))
    at_once = row("c")

    assert seen(row("a"), others=[later], shows=[entry("e")]) == [FOUND]
    assert seen(row("a"), others=[at_once], shows=[entry("e")]) == [
        (Finding.SEVERAL, ["e"])
    ]


def test_with_rivals_unknown_only_a_mark_tells() -> None:
    marked = entry("e", texts=("Call [m1]",))

    assert seen(row("a"), shows=[entry("e")], others=None) == [(Finding.SEVERAL, ["e"])]
    assert seen(row("a", mark="[m1]"), shows=[marked], others=None) == [FOUND]
    assert seen(row("a"), others=None) == [ABSENT]


def test_rows_with_other_subjects_do_not_stand_in_the_way() -> None:
    shows = [entry("e", "One"), entry("f", "Two")]

    assert seen(row("a", "One"), row("b", "Two"), shows=shows) == [
        (Finding.FOUND, ["e"]),
        (Finding.FOUND, ["f"]),
    ]


def test_an_activity_is_looked_for_in_the_timelines_of_its_own_links() -> None:
    assert seen(row("a"), shows=[entry("e")], link=BOB) == [ABSENT]
    assert seen(row("a", links=(ADA, BOB)), shows=[entry("e")], link=BOB) == [FOUND]


def test_a_mark_is_exact_whatever_else_there_is() -> None:
    marked = entry("e", "Renamed", created_at=None, texts=("x", "text [m1] end"))
    rows = row("a", mark="[m1]"), row("b", mark="[m2]")

    assert seen(*rows, shows=[marked, entry("f")]) == [
        FOUND,
        (Finding.FOUND, ["f"]),
    ]


def test_a_witness_tells_how_to_read_created_at() -> None:
    known = witness()

    assert readings_of(known, entry("w", created_at=SENT)) == {Reading.CALL}
    assert readings_of(known, entry("w", created_at=HELD)) == {Reading.ACTIVITY}
    assert readings_of(known, entry("w", created_at=None)) == frozenset()
    fresh = witness(activity_time=SENT)
    assert readings_of(fresh, entry("w", created_at=SENT)) == set(Reading)


names = st.lists(st.sampled_from("abcdef"), unique=True)
subjects = st.sampled_from(["Call", "Mail"])


@given(st.data(), names, names)
def test_no_activity_is_ever_given_to_two_rows(
    data: st.DataObject, rows: list[str], entries: list[str]
) -> None:
    found = seen(
        *(row(name, data.draw(subjects)) for name in rows),
        shows=[entry(name, data.draw(subjects)) for name in entries],
        claimed=data.draw(names),
        others=[row(f"o{name}", data.draw(subjects)) for name in data.draw(names)],
    )
    given_away = [ids for finding, ids in found if finding is Finding.FOUND]

    assert all(len(ids) == 1 for ids in given_away)
    assert len({ids[0] for ids in given_away}) == len(given_away)
