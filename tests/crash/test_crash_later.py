"""Killed with requests on the way, while looking for rows, and in a pilot."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from pipeline.sandbox.process import running_sandbox
from tests.crash.forked import Zygote
from tests.crash.place import (
    KILLED,
    Place,
    check_files,
    eventually,
    judge_another_run,
    judge_reconciled,
    processes_of,
    see_to_the_end,
)
from tests.crash.seams import PILOTING, RECONCILING, Seams

ROWS = 30
SCENARIOS = Path(__file__).parent / "scenarios"
LOOKS = ("--look-again", "0s", "--timeout", "1s")


@pytest.mark.parametrize("point", RECONCILING)
def test_a_run_killed_while_looking_for_rows_finds_them_when_resumed(
    tmp_path: Path, forks: Zygote, point: str
) -> None:
    with running_sandbox(scenario=SCENARIOS / "every-sixth-dropped.toml") as sandbox:
        place = Place(tmp_path / "place", forks, sandbox, habits=LOOKS)
        assert place.run(seams=Seams(point)).ended().code == KILLED
        assert len(place.taken()) == ROWS
        ended = place.resume().ended()

        assert ended.code == 0, ended
        told = place.outcomes()
        assert {s: ("created", id_) for s, id_ in place.taken().items()} == told
        check_files(place)
        judge_another_run(place)


@pytest.mark.parametrize(
    ("point", "nth"),
    [*((point, 1) for point in PILOTING), ("an intent is durable", 2)],
)
def test_a_run_killed_in_its_pilot_is_resumed(
    place: Place, point: str, nth: int
) -> None:
    killed = place.run("--pilot", 4, "--yes", seams=Seams(point, nth)).ended()

    assert killed.code == KILLED
    assert len(place.taken()) <= 4
    place.kills += 1
    see_to_the_end(place)
    judge_reconciled(place)
    judge_another_run(place)


def test_what_was_taken_and_not_answered_when_killed_is_uncertain_then_found(
    tmp_path: Path, forks: Zygote
) -> None:
    with running_sandbox(scenario=SCENARIOS / "two-unanswered.toml") as sandbox:
        place = Place(tmp_path / "place", forks, sandbox)
        process = place.run()
        assert eventually(lambda: len(place.taken()) == ROWS)
        process.signal(signal.SIGKILL)
        assert process.ended().code == KILLED
        place.kills += 1

        see_to_the_end(place)
        counts = Counter(status for status, _ in place.outcomes().values())
        assert counts["uncertain"] >= 2
        judge_reconciled(place)
        counts = Counter(status for status, _ in place.outcomes().values())
        assert counts == {"created": ROWS}
        judge_another_run(place)


@pytest.mark.parametrize(
    "point", ["the run is not yet in the ledger", "the bytes are about to leave"]
)
def test_the_stand_in_of_a_killed_run_ends_with_it(
    tmp_path: Path, forks: Zygote, point: str
) -> None:
    place = Place(tmp_path / "place", forks)
    killed = place.run("--sandbox", seams=Seams(point)).ended()

    assert killed.code == KILLED
    assert eventually(lambda: processes_of(place) == [])
