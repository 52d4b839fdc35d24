import errno
import sys
import time

import pytest

from pipeline.progress import Bar, Lines, Progress, Silence, progress_on_stderr


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def work(progress: Bar | Lines, clock: Clock, *steps: tuple[float, int]) -> None:
    for seconds, rows in steps:
        clock.now += seconds
        progress.advance(rows)
        progress.tick()


def test_a_line_every_ten_seconds(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Lines() as lines:
        lines.begin("reading", 12_000)
        work(lines, clock, (5, 1_000), (4.9, 500), (0.1, 500), (9, 1), (1, 999))

    assert capsys.readouterr() == (
        "",
        "reading: 2,000 of 12,000 rows, 200/s, 50 s left\n"
        "reading: 3,000 of 12,000 rows, 150/s, 60 s left\n",
    )


def test_an_unknown_total_is_not_told(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines()
    lines.begin("reading", None)
    work(lines, clock, (10, 5))

    assert capsys.readouterr().err == "reading: 5 rows, 0.5/s\n"


def test_each_piece_of_work_counts_for_itself(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines()
    lines.begin("reading", 10)
    work(lines, clock, (9, 10))
    lines.begin("sending", 20)
    work(lines, clock, (9, 1), (1, 1))

    assert capsys.readouterr().err == "sending: 2 of 20 rows, 0.2/s, 90 s left\n"


def test_short_work_says_nothing(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines()
    lines.begin("reading", 10)
    work(lines, clock, (9.9, 10))

    assert capsys.readouterr() == ("", "")


def test_what_is_said_is_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Lines().say("The API is slow.")

    assert capsys.readouterr() == ("", "The API is slow.\n")


def test_silence_says_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Silence() as silence:
        silence.begin("reading", 10)
        clock.now += 60
        silence.advance(10)
        silence.say("The API is slow.")

    assert capsys.readouterr() == ("", "")


def test_a_bar_shows_how_far_the_work_has_come(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Bar() as bar:
        bar.begin("reading", 10)
        bar.say("The API is slow.")
        bar.advance(10)

    out, err = capsys.readouterr()
    assert out == ""
    assert "reading   0%" in err
    assert "The API is slow.\n" in err


@pytest.mark.parametrize(
    ("quiet", "terminal", "kind"),
    [
        (True, True, Silence),
        (True, False, Silence),
        (False, True, Bar),
        (False, False, Lines),
    ],
)
def test_a_bar_is_for_terminals_and_lines_are_for_logs(
    monkeypatch: pytest.MonkeyPatch,
    quiet: bool,  # noqa: FBT001
    terminal: bool,  # noqa: FBT001
    kind: type[Progress],
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)

    assert type(progress_on_stderr(quiet=quiet)) is kind


class Gone:
    """A terminal whose window was closed."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")

    def flush(self) -> None:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("kind", [Bar, Lines])
def test_a_terminal_that_is_gone_does_not_end_the_work(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, kind: type[Bar | Lines]
) -> None:
    monkeypatch.setattr(sys, "stderr", Gone())

    with kind() as progress:
        progress.begin("reading", 10)
        work(progress, clock, (60, 10))
        progress.say("The API is slow.")

    assert isinstance(sys.stderr, Gone)
