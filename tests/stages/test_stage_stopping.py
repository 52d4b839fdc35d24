import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.stopping import Interrupted, Stop, stopping_in_order

SIGNALS = pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
ONCE = "Stopping: what is in flight is finished first. Again: leave at once."
TWICE = """
import signal, sys
from pipeline.stopping import Stop, stopping_in_order
with stopping_in_order(Stop(), print):
    signal.raise_signal(signal.{first})
    print("still here", flush=True)
    signal.raise_signal(signal.{second})
    print("too late", flush=True)
"""


@SIGNALS
def test_the_first_signal_asks_to_end_in_order(
    number: signal.Signals, code: int
) -> None:
    stop, said, heard = Stop(), list[str](), list[str]()
    stop.on_request(lambda: heard.append("first"))
    stop.on_request(lambda: heard.append("second"))

    with stopping_in_order(stop, said.append):
        signal.raise_signal(number)

    assert (stop.signal, stop.exit_code) == (number, code)
    assert heard == ["first", "second"]
    assert said == [ONCE]


@SIGNALS
def test_a_stop_before_anything_was_sent_is_an_error_with_its_exit_code(
    number: signal.Signals, code: int
) -> None:
    stop = Stop()
    stop.request(number)

    with pytest.raises(Interrupted) as caught:
        stop.raise_if_requested()

    assert caught.value.exit_code == code
    assert caught.value.message == "You stopped the run before anything was sent."
    assert caught.value.hint == "Run the import again when you are ready."


def test_without_a_signal_the_work_goes_on() -> None:
    stop = Stop()

    stop.raise_if_requested()

    assert stop.signal is None


def handlers() -> list[object]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return [signal.getsignal(number) for number in numbers]


def fail() -> None:
    with stopping_in_order(Stop(), print):
        raise ZeroDivisionError


def test_handlers_are_as_before_when_the_work_is_done() -> None:
    before = handlers()

    with stopping_in_order(Stop(), print):
        assert set(handlers()).isdisjoint(before)

    assert handlers() == before


def test_handlers_are_as_before_when_the_work_fails() -> None:
    before = handlers()

    with pytest.raises(ZeroDivisionError):
        fail()

    assert handlers() == before


def test_a_hangup_that_nohup_has_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = Stop()
    try:
        with stopping_in_order(stop, print):
            signal.raise_signal(signal.SIGHUP)
        assert stop.signal is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("SIGINT", "SIGINT", 130),
        ("SIGTERM", "SIGINT", 130),
        ("SIGINT", "SIGTERM", 143),
        ("SIGINT", "SIGHUP", 129),
    ],
)
def test_the_second_signal_leaves_at_once(first: str, second: str, code: int) -> None:
    program = TWICE.format(first=first, second=second)

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == [ONCE, "still here"]
    left = "Left at once. `activity-import history` names the run to resume.\n"
    assert (done.returncode, done.stderr) == (code, left)
