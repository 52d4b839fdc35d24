"""Looking twice, asking a witness, and saying what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.api import Page, TimelineQuery, Unread
from pipeline.ledger import Settled, State
from pipeline.rows import Link, Unanswered
from pipeline.stages.reconcile import Case
from pipeline.stages.reconcile.inquiry import Inquiry, SecondLook
from pipeline.stages.reconcile.timelines import MOST_PAGES, TRIES, Timelines
from tests.reconcile.reconcile_givens import (
    ADA,
    BOB,
    HELD,
    KNOWN,
    SENT,
    Shows,
    case,
    entry,
    row,
    witness,
)

FORBIDDEN = Unread("The key may not read activities (HTTP 403).", waiting_helps=False)
GONE = Unread("Gone (HTTP 404).", waiting_helps=False, everywhere=False)
DOWN = Unread("Down (HTTP 503).", waiting_helps=True)


def settled(
    of: Case,
    shows: Shows,
    *,
    between: Callable[[], object] = lambda: None,
    waits: bool = True,
    over: Callable[[], bool] = bool,
) -> list[Settled]:
    """What an inquiry writes down; `between` happens before the second look."""

    async def wait(seconds: float) -> bool:
        assert seconds == 60.0
        between()
        return waits

    async def pause(seconds: float) -> None:
        del seconds

    second_look = SecondLook(
        60.0, 60.0, lambda: SENT + timedelta(minutes=9), wait, over
    )
    return asyncio.run(Inquiry(Timelines(shows, pause), of, second_look).settle())


def codes(found: list[Settled]) -> dict[bytes, str]:
    return {each.identity: each.code for each in found}


def test_a_row_that_is_found_counts_as_created() -> None:
    [found] = settled(case(row("a")), Shows({ADA: [entry("e")]}))

    assert found == Settled(
        b"a",
        State.CREATED,
        activity_id="e",
        code="reconciled",
        message="Found in Reevo, in the timeline of contact ada, created 2026-11-23 "
        "02:00:30 UTC.",
    )


def test_a_row_that_is_missed_twice_is_not_found_and_stays_uncertain() -> None:
    shows = Shows()
    [found] = settled(case(row("a")), shows)

    assert found == Settled(
        b"a",
        State.UNCERTAIN,
        code="not_found",
        message="Whether the API took it is not known: looked for twice in the "
        "timeline of contact ada, and not found.",
    )
    assert len(shows.asked) == 2


def test_a_row_that_comes_late_is_found_by_the_second_look() -> None:
    shows = Shows({ADA: []})
    found = settled(
        case(row("a")), shows, between=lambda: shows.entries[ADA].append(entry("e"))
    )

    assert codes(found) == {b"a": "reconciled"}


def test_a_stop_while_waiting_leaves_the_missed_row_as_it_was() -> None:
    rows = case(row("a"), row("b", "Mail"))

    found = settled(rows, Shows({ADA: [entry("e")]}), waits=False)

    assert codes(found) == {b"a": "reconciled"}


@pytest.mark.parametrize(
    ("since", "waited"), [(0, 150), (70, 140), (149, 61), (150, 60), (-9_000, 150)]
)
def test_a_row_has_time_to_be_taken_before_the_second_look(
    since: int, waited: int
) -> None:
    """The one whose sender was killed, too: it is looked for soon after it was sent."""
    seconds: list[float] = []

    async def wait(some: float) -> bool:
        seconds.append(some)
        return True

    now = SENT + timedelta(seconds=since)
    rows = [row("a", claimed_at=SENT - timedelta(days=1)), row("b")]

    assert asyncio.run(SecondLook(60.0, 90.0, lambda: now, wait).comes(rows))
    assert seconds == [waited]


def test_a_row_that_was_missed_twice_before_is_looked_for_once() -> None:
    shows = Shows()
    found = settled(case(row("a", code="not_found")), shows, between=pytest.fail)

    assert codes(found) == {b"a": "not_found"}
    assert len(shows.asked) == 1


def test_a_row_without_a_link_cannot_be_looked_for() -> None:
    shows = Shows()
    [found] = settled(case(row("a", links=())), shows)

    assert (found.state, found.code) == (State.UNCERTAIN, "no_link_to_look_in")
    assert shows.asked == []


def test_several_candidates_are_named() -> None:
    [found] = settled(case(row("a")), Shows({ADA: [entry("e"), entry("f")]}))

    assert (found.state, found.code) == (State.UNCERTAIN, "several_found")
    assert found.message == (
        "Whether the API took it is not known: 2 activities in the timeline of "
        "contact ada may be the row: e, f."
    )


def test_one_activity_that_two_rows_may_be_is_named_to_both() -> None:
    found = settled(case(row("a"), row("b")), Shows({ADA: [entry("e")]}))

    assert codes(found) == {b"a": "several_found", b"b": "several_found"}
    assert "may be the row, or another row whose answer" in found[0].message


def test_a_row_whose_activity_is_given_to_it_is_no_rival_any_more() -> None:
    """The second look is for the missed rows, and the found ones still count."""
    rows = case(row("a"), row("b", "Mail"))
    shows = Shows({ADA: [entry("e")]})
    found = settled(
        rows, shows, between=lambda: shows.entries[ADA].append(entry("f", "Mail"))
    )

    assert {each.identity: each.activity_id for each in found} == {b"a": "e", b"b": "f"}


def test_a_key_that_may_not_read_leaves_all_uncertain_and_asks_once() -> None:
    shows = Shows(unread={ADA: FORBIDDEN, BOB: FORBIDDEN})
    found = settled(case(row("a"), row("b", links=(BOB,))), shows)

    assert codes(found) == {b"a": "timeline_unread", b"b": "timeline_unread"}
    assert found[0].message.endswith("The key may not read activities (HTTP 403).")
    assert len(shows.asked) == 1


def test_a_record_that_is_gone_hides_its_own_rows_only() -> None:
    shows = Shows({BOB: [entry("e")]}, unread={ADA: GONE})
    found = settled(case(row("a"), row("b", links=(BOB,))), shows)

    assert codes(found) == {b"a": "timeline_unread", b"b": "reconciled"}


def test_an_api_that_is_down_is_asked_again_and_then_given_up() -> None:
    shows = Shows(unread={ADA: DOWN})
    found = settled(case(row("a")), shows)

    assert codes(found) == {b"a": "timeline_unread"}
    assert len(shows.asked) == TRIES


def test_absence_counts_when_the_witness_is_seen() -> None:
    shows = Shows({KNOWN: [entry("W", "Known", created_at=SENT)]})

    assert codes(settled(case(row("a"), known=witness()), shows)) == {b"a": "not_found"}


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [entry("w", "Something else", created_at=SENT)],
        [entry("w", "Known", created_at=None)],
    ],
)
def test_absence_proves_nothing_when_the_witness_is_not_seen_as_it_is(
    shown: list[object],
) -> None:
    found = settled(case(row("a"), known=witness()), Shows({KNOWN: shown}))  # type: ignore[dict-item]

    assert codes(found) == {b"a": "absence_unproven"}
    assert found[0].message.endswith(
        "was seen in such a timeline either, so that it proves nothing."
    )


def test_absence_proves_nothing_where_no_row_of_the_kind_is_known() -> None:
    rows = case(row("a", links=(Link("account", "acme"),)))

    assert codes(settled(rows, Shows())) == {b"a": "absence_unproven"}


def test_a_stop_leaves_rows_that_were_not_reached_as_they_were() -> None:
    looked = Shows({ADA: [entry("e")]})
    rows = case(row("a"), row("b", links=(BOB,)))

    assert codes(settled(rows, looked, over=lambda: bool(looked.asked))) == {
        b"a": "reconciled"
    }


def test_a_row_may_be_found_although_the_witness_is_not() -> None:
    found = settled(
        case(row("a"), known=witness()), Shows({ADA: [entry("e")], KNOWN: []})
    )

    assert codes(found) == {b"a": "reconciled"}


def test_the_witness_rules_out_the_reading_that_does_not_hold() -> None:
    """The old activity was there before: its time is that of the row by chance."""
    old = entry("old", created_at=HELD)
    by_call = Shows({ADA: [old], KNOWN: [entry("w", "Known", created_at=SENT)]})
    by_activity = Shows({ADA: [old], KNOWN: [entry("w", "Known", created_at=HELD)]})
    rows = case(row("a"), known=witness())

    assert codes(settled(rows, by_call)) == {b"a": "not_found"}
    assert codes(settled(rows, by_activity)) == {b"a": "reconciled"}


def test_a_witness_that_cannot_be_read_hides_everything_when_no_timeline_can() -> None:
    shows = Shows({ADA: [entry("e")]}, unread={KNOWN: FORBIDDEN})

    assert codes(settled(case(row("a"), known=witness()), shows)) == {
        b"a": "timeline_unread"
    }


def test_what_another_row_of_the_ledger_bears_is_not_found_again() -> None:
    rows = case(row("a"), claimed=["e"])

    assert codes(settled(rows, Shows({ADA: [entry("e")]}))) == {b"a": "not_found"}


def test_a_row_that_another_process_sends_meanwhile_may_own_what_is_seen() -> None:
    """It is in the ledger before it leaves: who asks after looking sees it."""
    looked = Shows({ADA: [entry("e")]})

    def others() -> tuple[Unanswered, ...]:
        return (row("b"),) if looked.asked else ()

    rows = replace(case(row("a")), others=others)

    assert codes(settled(rows, looked)) == {b"a": "several_found"}


def test_one_question_serves_all_rows_of_a_record() -> None:
    shows = Shows({ADA: [entry("e", "1"), entry("f", "2")]})
    late = SENT + timedelta(minutes=2)
    rows = row("a", "1"), row("b", "2", claimed_at=late, given_up_at=late)
    settled(case(*rows), shows)

    assert len(shows.asked) == 1
    assert shows.asked[0].created_from < SENT < late < shows.asked[0].created_to


def test_a_timeline_without_an_end_is_given_up() -> None:
    class Endless(Shows):
        async def timeline(
            self, query: TimelineQuery, cursor: str | None = None
        ) -> Page:
            del query
            return Page((), str(int(cursor or 0) + 1))

    [found] = settled(case(row("a")), Endless())

    assert f"More than {MOST_PAGES} pages" in found.message
