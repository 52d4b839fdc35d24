import io
import sys
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.api import PaceState
from pipeline.progress import Bar, Lines, Situation, duration, waiting
from pipeline.progress.line import log_line, terminal_line
from pipeline.progress.situation import Course, Speed

BUSY = Course("sending", 20_500, 50_000, 51.0, Situation(20_312, 188))
TEXTS = st.text(max_size=60)
COUNTS = st.none() | st.integers(0, 10**9)
SITUATIONS = st.builds(
    Situation,
    created=COUNTS,
    needy=COUNTS,
    pace=st.sampled_from(["", "at most 20/s (--rate)"]),
    waiting=st.just("") | st.builds(waiting, st.floats(0, 9e5), TEXTS),
)
COURSES = st.builds(
    Course,
    what=st.just("sending"),
    done=st.integers(0, 10**9),
    total=COUNTS,
    per_second=st.none() | st.floats(0, 1e7),
    situation=SITUATIONS,
)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (15, "sending  41%"),
        (28, "sending  41%  10 min left"),
        (39, "sending  41%  10 min left  need you 188"),
        (55, "sending  41%  20,500/50,000  10 min left  need you 188"),
        (
            79,
            "sending  41%  20,500/50,000  51/s  10 min left  created 20,312  "
            "need you 188",
        ),
        (
            120,
            "sending  41% [########------------]  20,500/50,000  51/s  10 min left  "
            "created 20,312  need you 188",
        ),
    ],
)
def test_a_narrow_terminal_leaves_out_what_matters_least(width: int, line: str) -> None:
    assert terminal_line(BUSY, width) == line


def test_a_wait_is_told_on_the_narrowest_terminal_and_no_rate_or_time_with_it() -> None:
    waits = replace(
        BUSY, situation=Situation(20_312, 188, waiting=waiting(12, "the API is down"))
    )

    assert terminal_line(waits, 45) == "sending  41%  waiting 12 s: the API is down"
    assert terminal_line(waits, 30) == "sending  41%  waiting 12 s: th"
    assert log_line(waits) == (
        "sending: 20,500 of 50,000 rows, created 20,312, need you 188; "
        "waiting 12 s: the API is down"
    )


def test_what_holds_the_pace_down_is_told() -> None:
    slow = replace(BUSY, situation=Situation(pace="at most 20/s (--rate)"))

    assert terminal_line(slow, 79) == (
        "sending  41%  20,500/50,000  51/s  10 min left  at most 20/s (--rate)"
    )


def test_a_single_row_is_one() -> None:
    one = Course("reading", 1, None, None, Situation())

    assert log_line(one) == "reading: 1 row"
    assert log_line(replace(one, total=1)) == "reading: 1 of 1 row"


def test_work_of_unknown_length_has_no_share_and_no_end() -> None:
    assert terminal_line(Course("checking", 5_000, None, 2_500.0), 79) == (
        "checking  5,000 rows  2,500/s"
    )


@given(COURSES, st.integers(1, 200))
@settings(deadline=None, max_examples=50)
def test_a_line_is_printable_ascii_and_never_too_long(
    course: Course, width: int
) -> None:
    line = terminal_line(course, width)

    assert len(line) <= width
    assert line.isascii()
    assert line.isprintable()
    assert line.startswith("sending"[:width])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (119.0, "119 s"),
        (150, "3 min"),
        (7_100, "119 min"),
        (7_300, "2 h 2 min"),
    ],
)
def test_durations_are_told_in_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("state", "situation"),
    [
        (PaceState(None, 64, 0.0, ""), Situation()),
        (PaceState(20.0, 64, 0.0, ""), Situation(pace="at most 20/s (--rate)")),
        (
            PaceState(49.1, 64, 0.3, "the API allows no more"),
            Situation(pace="at most 49.1/s: the API allows no more"),
        ),
        (
            PaceState(49.1, 64, 11.2, "the API asked to wait"),
            Situation(waiting="waiting 12 s: the API asked to wait"),
        ),
    ],
)
def test_a_pace_has_words(state: PaceState, situation: Situation) -> None:
    assert state.situation == situation


def test_the_rate_is_that_of_the_last_seconds() -> None:
    speed = Speed()
    for now, done in [(0, 0), (10, 10_000), (20, 10_100), (30, 10_200), (40, 10_300)]:
        speed.note(now, done)

    assert speed.per_second == 10


def test_a_bar_moves_while_the_work_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    left = iter(range(60, 0, -1))
    enough = threading.Event()

    def ask() -> Situation:
        seconds = next(left)
        if seconds == 57:
            enough.set()
        return Situation(waiting=waiting(seconds, "the API is down"))

    with Bar() as bar:
        bar.begin("sending", 10)
        bar.watch(ask)
        assert enough.wait(20)
    said = terminal.getvalue()

    assert "waiting 60 s: the API is down" in said
    assert "waiting 58 s: the API is down" in said


def test_nothing_is_drawn_while_a_person_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bar = Bar()
    bar.begin("checking", None)
    bar.rest()
    capsys.readouterr()
    bar.tick()
    bar.advance(5)
    bar.tick()

    assert capsys.readouterr().err == ""


def test_lines_tell_what_bars_tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    lines = Lines()
    lines.begin("sending", 1_000)
    lines.watch(lambda: Situation(90, 10, pace="at most 10/s (--rate)"))
    lines.advance(100)
    now[0] = 10.0
    lines.tick()

    assert capsys.readouterr().err == (
        "sending: 100 of 1,000 rows, 10/s, 90 s left, created 90, need you 10; "
        "at most 10/s (--rate)\n"
    )
