"""Killed at each point between two durable steps, a run is resumed."""

import pytest

from tests.crash.place import (
    KILLED,
    Place,
    judge_another_run,
    judge_reconciled,
    see_to_the_end,
)
from tests.crash.seams import PLANNING, REPORTING, SENDING, Seams

ROWS = 30


def killed(place: Place, point: str, nth: int = 1) -> None:
    assert place.run(seams=Seams(point, nth)).ended().code == KILLED
    place.kills += 1


@pytest.mark.parametrize("point", PLANNING)
def test_a_run_killed_while_planning_sent_nothing(place: Place, point: str) -> None:
    killed(place, point)

    assert place.taken() == {}
    see_to_the_end(place)
    assert len(place.taken()) == ROWS
    judge_another_run(place)


@pytest.mark.parametrize("nth", [1, 8])
@pytest.mark.parametrize("point", SENDING)
def test_a_run_killed_while_sending_is_resumed(
    place: Place, point: str, nth: int
) -> None:
    killed(place, point, nth)
    see_to_the_end(place)
    judge_reconciled(place)
    judge_another_run(place)


@pytest.mark.parametrize("point", REPORTING)
def test_a_run_killed_while_reporting_has_a_whole_report_when_resumed(
    place: Place, point: str
) -> None:
    killed(place, point)

    assert len(place.taken()) == ROWS
    see_to_the_end(place)
    assert {status for status, _ in place.outcomes().values()} == {"created"}
    judge_another_run(place)
