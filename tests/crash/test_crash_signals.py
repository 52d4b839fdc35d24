"""Signals and lost terminals, at moments when the program does something else."""

import os
import pty
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.sandbox.process import running_sandbox
from tests.crash.forked import Running, Zygote
from tests.crash.place import (
    Place,
    check_words,
    eventually,
    judge,
    judge_another_run,
    processes_of,
)
from tests.crash.seams import Seams

SCENARIOS = Path(__file__).parent / "scenarios"
SIGNALS = pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)


@contextmanager
def at(folder: Path, forks: Zygote, scenario: str) -> Iterator[Place]:
    """A place whose stand-in plays a scenario."""
    with running_sandbox(scenario=SCENARIOS / scenario) as sandbox:
        yield Place(folder / "place", forks, sandbox)


def says(process: Running, words: str) -> bool:
    """Whether it does, before long."""
    return eventually(lambda: words in Path(process.order.err).read_text())


def statuses(place: Place) -> Counter[str]:
    return Counter(status for status, _ in place.outcomes().values())


@SIGNALS
def test_a_request_that_hangs_at_the_stop_is_given_up_and_uncertain(
    tmp_path: Path, forks: Zygote, number: signal.Signals, code: int
) -> None:
    with at(tmp_path, forks, "one-hangs.toml") as place:
        process = place.run(seams=Seams(finish_seconds=0.3))
        assert eventually(lambda: len(place.taken()) == place.rows)
        process.signal(number)
        ended = process.ended()

        assert ended.code == code, ended
        check_words(ended)
        told = statuses(place)
        assert told["uncertain"] >= 1
        assert told.total() == place.rows
        place.kills += 1
        judge(place, place.resume().ended())
        judge_another_run(place)


@SIGNALS
def test_a_run_that_waits_for_an_api_that_is_down_stops_at_a_signal(
    place: Place, number: signal.Signals, code: int
) -> None:
    words = ["run", "rows.csv", "-m", "plain.yaml", "--base-url", "http://127.0.0.1:9"]
    process = place.start(*words)
    assert says(process, "Trying again")
    process.signal(number)
    ended = process.ended()

    assert ended.code == code, ended
    check_words(ended)
    assert statuses(place) == {"unsent": place.rows}


def test_a_second_signal_leaves_no_stand_in_behind(
    tmp_path: Path, forks: Zygote
) -> None:
    place = Place(tmp_path / "place", forks)
    words = ["run", "rows.csv", "-m", "plain.yaml", "--sandbox", "--scenario"]
    process = place.start(*words, SCENARIOS / "one-hangs.toml", "--concurrency", 1)
    assert eventually(lambda: any("pipeline.sandbox" in p for p in processes_of(place)))
    assert eventually(lambda: place.ledger.exists() and place.is_planned())
    process.signal(signal.SIGINT)
    assert says(process, "Stopping: ")
    process.signal(signal.SIGINT)

    assert process.ended().code == 130
    assert eventually(lambda: processes_of(place) == [])


def test_a_wait_for_a_second_look_ends_at_a_signal(
    tmp_path: Path, forks: Zygote
) -> None:
    place_rows = 4
    with at(tmp_path, forks, "closed-unanswered.toml") as place:
        process = place.start(
            *("run", "rows.csv", "-m", "plain.yaml", "--limit", place_rows)
        )
        assert says(process, "looking again")
        process.signal(signal.SIGTERM)
        ended = process.ended()

        check_words(ended)
        assert ended.code in {3, 143}
        told = statuses(place)
        assert (told["created"], told["uncertain"]) == (place_rows - 1, 1)


def test_a_terminal_that_is_gone_does_not_keep_the_report_from_being_written(
    tmp_path: Path, forks: Zygote
) -> None:
    with at(tmp_path, forks, "slow.toml") as place:
        ours, theirs = pty.openpty()
        words = ["run", "rows.csv", "-m", "plain.yaml", "--yes", "--no-reconcile"]
        process = place.start(*words, "--concurrency", 3, terminal=os.ttyname(theirs))
        assert eventually(lambda: len(place.taken()) >= 3)
        os.close(theirs)
        os.close(ours)
        ended = process.ended()

        assert ended.code == 129
        assert set(statuses(place)) <= {"created", "unsent"}
        assert statuses(place)["created"] == len(place.taken()) >= 3
        judge(place, place.resume("--concurrency", 30).ended())


def test_ctrl_c_at_the_question_of_the_pilot_stops_the_run(place: Place) -> None:
    ours, theirs = pty.openpty()
    words = ["run", "rows.csv", "-m", "plain.yaml", "--pilot", 3, *place.sending]
    process = place.start(*words, terminal=os.ttyname(theirs))
    said = b""
    while b"undo. Send them?" not in said:
        said += os.read(ours, 4096)
    os.close(theirs)  # the process has it by now
    os.write(ours, b"y\n")
    while b"Send the other 27 rows?" not in said:
        said += os.read(ours, 4096)
    os.write(ours, b"\x03")
    ended = process.ended()
    os.close(ours)

    assert ended.code == 130
    assert statuses(place) == {"created": 3, "unsent": place.rows - 3}
    judge(place, place.resume().ended())
