"""Ctrl-C, and worse, in the middle of a run."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from tests.commands import activity_import, ended, outcomes, started
from tests.misbehaving import CREATED, Step, Talk, answers, misbehaving, reads, stalls
from tests.runs.givens import HEALTHY, TAKEN, converses, source

ROWS = 30


class Sending:
    """A run in a process of its own, against a server that does things to it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def signalled(self, number: signal.Signals) -> Step:
        """A step that sends the program a signal, as the person before it would."""

        def step(talk: Talk) -> None:
            del talk
            assert self.process
            os.kill(self.process.pid, number)

        return step

    def says_that_it_stops(self, talk: Talk) -> None:
        """A step that waits until the program has noticed the signal."""
        del talk
        assert self.process
        assert self.process.stderr
        assert self.process.stderr.readline().startswith("Stopping: ")


@pytest.fixture
def sending(here: Path, monkeypatch: pytest.MonkeyPatch) -> Sending:
    monkeypatch.setenv("REEVO_API_KEY", "secret-key")
    source(ROWS)
    return Sending()


@contextmanager
def run_of(sending: Sending, url: str, concurrency: int) -> Iterator[None]:
    words = ["run", "rows.csv", "-m", "plain.yaml", "--base-url", url]
    with started(*words, "--concurrency", concurrency) as process:
        sending.process = process
        yield


def resumed(run: str, url: str) -> int:
    words = ["resume", run, "--base-url", url, "--concurrency", "1"]
    return activity_import(*words).code


def only_run() -> str:
    [folder] = Path("reports").iterdir()
    return folder.name


def statuses(run: str) -> Counter[str]:
    return Counter(status for status, _ in outcomes(run).values())


def sent(bodies: list[bytes]) -> list[str]:
    found = [orjson.loads(body) for body in bodies if body]
    return [each["attributes"]["metadata"]["subject"] for each in found]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_first_signal_finishes_what_is_in_flight(
    sending: Sending, number: signal.Signals, code: int
) -> None:
    third = [reads, sending.signalled(number), answers(201, CREATED)]
    script = [*HEALTHY, *TAKEN * 2, *third, *TAKEN]
    with misbehaving(script, [*HEALTHY, *TAKEN * ROWS]) as server:
        with run_of(sending, server.url, concurrency=1):
            assert sending.process
            stopped = ended(sending.process)

        assert stopped.code == code
        assert statuses(stopped.run) in (
            {"created": 3, "unsent": ROWS - 3},
            {"created": 4, "unsent": ROWS - 4},  # the answer was faster than the signal
        )
        assert "Stopping: what is in flight is finished first." in stopped.err
        assert f"activity-import resume {stopped.run}" in stopped.out

        assert resumed(stopped.run, server.url) == 0
        assert statuses(stopped.run) == {"created": ROWS}
        once = Counter(sent([each.body for each in server.requests]))
        assert set(once.values()) == {1}


def test_a_second_signal_leaves_at_once_and_resume_goes_on(sending: Sending) -> None:
    interrupt = sending.signalled(signal.SIGINT)
    twice = [interrupt, sending.says_that_it_stops, interrupt]
    script = [*HEALTHY, *TAKEN * 2, reads, *twice, stalls]
    with misbehaving(script, [*HEALTHY, *TAKEN * ROWS]) as server:
        with run_of(sending, server.url, concurrency=1):
            assert sending.process
            left = ended(sending.process)

        assert (left.code, left.out) == (130, "")
        assert left.err == (
            "Left at once. `activity-import history` names the run to resume.\n"
        )
        assert resumed(only_run(), server.url) == 3
        assert statuses(only_run()) == {"created": ROWS - 1, "uncertain": 1}
        assert len(sent([each.body for each in server.requests])) == ROWS


@pytest.mark.parametrize("at", [1, 2, 5, 17, ROWS])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_killed_run_is_resumed_and_nothing_is_sent_twice(
    sending: Sending, at: int, concurrency: int
) -> None:
    killer = KillerAt(at, sending)
    with misbehaving(killer.script) as server:
        with run_of(sending, server.url, concurrency):
            assert sending.process
            assert ended(sending.process).code == -signal.SIGKILL
        killer.over = True
        run = only_run()
        told = activity_import("history").out
        assert "cut off" in told
        assert f"activity-import resume {run}" in told
        code = resumed(run, server.url)
        again = resumed(run, server.url)

    once = Counter(sent([each.body for each in server.requests]))
    assert set(once.values()) == {1}
    assert sum(statuses(run).values()) == ROWS
    assert statuses(run)["uncertain"] in range(concurrency + 1)
    assert statuses(run)["unsent"] == 0
    assert code == again == (3 if statuses(run)["uncertain"] else 0)


class KillerAt:
    """A script that takes activities, and kills the program at the nth."""

    def __init__(self, number: int, sending: Sending) -> None:
        self.number = number
        self.sending = sending
        self.over = False
        self.script = [converses(self.answer)] * (2 * ROWS)

    def answer(self, talk: Talk) -> None:
        posts = [each for each in talk.requests if each.line.startswith("POST")]
        if not self.over and len(posts) >= self.number:
            assert self.sending.process
            self.sending.process.kill()
        answers(201, CREATED)(talk)


def test_a_run_goes_on_at_its_own_target_only(sending: Sending) -> None:
    interrupt = sending.signalled(signal.SIGINT)
    script = [*HEALTHY, reads, interrupt, answers(201, CREATED), *TAKEN]
    with misbehaving(script) as server, run_of(sending, server.url, concurrency=1):
        assert sending.process
        stopped = ended(sending.process)

    elsewhere = activity_import("resume", stopped.run, "--base-url", "https://x.test")
    assert (elsewhere.code, elsewhere.out) == (1, "")
    assert f"was sent to {server.url}, and goes on there only." in elsewhere.err


def test_ctrl_c_while_the_program_loads_ends_it_without_a_word() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "pipeline", "demo"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdout=pipe, stderr=pipe) as process:
        assert process.stderr
        next(line for line in process.stderr if line.split()[-1] == "polars")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
