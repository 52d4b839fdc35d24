"""Windows, files that are late, and what is kept how long: on a clock of hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.ledger import Ledger
from pipeline.nightly.endings import NightStatus
from tests.nightly.nights import HandClock, Nights

TWO = datetime(2100, 3, 1, 2, tzinfo=UTC)  # a Monday, later than any file


def at(nights: Nights, moment: datetime) -> None:
    nights.clock.at = moment


def test_outside_its_window_no_file_is_started(nights: Nights) -> None:
    nights.configure("window: 22:00-02:00")
    nights.clock = HandClock(TWO)
    nights.arrives("a.csv", range(2, 4))

    [job] = nights.held().jobs

    assert (job.status, job.notices) == (
        NightStatus.NOTHING,
        ("Outside the window 22:00-02:00: 1 file waiting.",),
    )
    assert nights.files() == ["inbox/a.csv"]


def test_a_window_that_closes_lets_the_running_file_come_to_its_end(
    nights: Nights,
) -> None:
    nights.configure("window: 22:00-02:00")
    nights.arrives("a.csv", range(2, 4))
    nights.arrives("b.csv", range(4, 6))

    class Passing(HandClock):
        """A second passes at each look."""

        def now(self) -> datetime:
            self.at += timedelta(seconds=1)
            return self.at

    nights.clock = Passing(TWO - timedelta(seconds=8))
    [job] = nights.held().jobs

    assert [file.name for file in job.files] == ["a.csv"]
    assert job.notices == ("Outside the window 22:00-02:00: 1 file waiting.",)
    assert nights.files() == ["archive/a.csv", "inbox/b.csv"]


def test_a_file_that_does_not_come_by_its_time_is_missing(nights: Nights) -> None:
    nights.configure('expect_by: "06:00"')
    nights.clock = HandClock(TWO)
    statuses = []
    for hours, arrives in ((0, True), (5, False), (24, False), (29, False), (53, True)):
        at(nights, TWO + timedelta(hours=hours))
        if arrives:
            nights.arrives(f"{hours}.csv", range(hours, hours + 2))
        statuses.append(nights.held().status.value)

    assert statuses == ["ok", "nothing", "nothing", "missing", "ok"]


def test_it_is_told_when_the_last_one_came(nights: Nights) -> None:
    nights.configure("expect_by: 06:00\nexpect_on: [mon, tue]")
    nights.clock = HandClock(TWO)
    nights.held()
    at(nights, TWO + timedelta(hours=5))
    [job] = nights.held().jobs
    assert job.reason == "No file came by 2100-03-01 06:00. None has come yet."
    assert job.hint == f"Did the export run, and does it write to {nights.inbox}?"

    at(nights, TWO + timedelta(days=3))

    assert nights.held().jobs[0].reason == (
        "No file came by 2100-03-02 06:00. None has come yet."
    )


def test_a_file_that_waits_for_its_turn_is_not_missing(nights: Nights) -> None:
    nights.configure('expect_by: "06:00"\nwindow: "22:00-05:00"')
    nights.clock = HandClock(TWO)
    nights.held()
    at(nights, TWO + timedelta(hours=28, minutes=30))
    nights.arrives("a.csv", range(2, 4))

    [job] = nights.held().jobs

    assert (job.status, job.notices) == (
        NightStatus.NOTHING,
        ("Outside the window 22:00-05:00: 1 file waiting.",),
    )


@pytest.fixture
def kept(nights: Nights) -> Nights:
    """A night with one file of each kind, and a job that keeps them a week."""
    nights.clock = HandClock(TWO)
    nights.arrives("good.csv", range(2, 4))
    nights.arrives("bad.csv", range(0))
    nights.held()
    days = ", ".join(f"{what}: 7d" for what in ("reports", "plans", "archive"))
    nights.configure(f"keep: {{{days}, quarantine: 7d}}")
    return nights


def lying_about(nights: Nights) -> dict[str, int]:
    """How many files there are of each kind."""
    globs = {
        "reports": "reports/*",
        "plans": "state/*.runs/*",
        "archive": "archive/calls/*/*",
        "quarantine": "quarantine/calls/*",
    }
    return {what: len(list(nights.folder.glob(glob))) for what, glob in globs.items()}


def test_what_is_kept_a_week_is_there_for_a_week(kept: Nights) -> None:
    before = lying_about(kept)
    at(kept, TWO + timedelta(days=7))

    kept.held()

    assert before == lying_about(kept)
    assert before == {"reports": 2, "plans": 2, "archive": 1, "quarantine": 2}


def test_then_it_is_removed_but_what_was_never_sent_keeps_its_plan(
    kept: Nights,
) -> None:
    at(kept, TWO + timedelta(days=8))

    kept.held()

    assert lying_about(kept) == {
        "reports": 1,
        "plans": 1,  # of the file that was put aside: not settled
        "archive": 0,
        "quarantine": 0,
    }
    assert not list(kept.folder.glob("archive/calls/*"))


def test_rows_without_an_answer_keep_their_plan_and_report(kept: Nights) -> None:
    with Ledger.open(kept.ledger) as ledger:
        [good] = [run for run in ledger.runs() if run.status == "ok"]
        number = ledger.number_of(good.name)
        ledger._connection.execute(
            "UPDATE sending SET state = 3 WHERE run = ?", (number,)
        )
    at(kept, TWO + timedelta(days=8))

    kept.held()

    assert lying_about(kept)["plans"] == 2
    assert (kept.folder / "reports" / good.name).is_dir()


def test_what_is_not_ours_is_never_removed(kept: Nights) -> None:
    [archived] = kept.folder.glob("archive/calls/*/good.csv")
    archived.write_text("somebody else's", encoding="utf-8")
    stranger = archived.with_name("stranger.csv")
    stranger.touch()
    (kept.folder / "reports" / "mine").mkdir()
    at(kept, TWO + timedelta(days=8))

    kept.held()

    assert archived.exists()
    assert stranger.exists()
    assert Path(kept.folder, "reports", "mine").is_dir()


def test_a_content_is_known_although_its_file_was_removed(kept: Nights) -> None:
    at(kept, TWO + timedelta(days=8))
    kept.held()
    kept.arrives("again.csv", range(2, 4))

    [job] = kept.held().jobs

    assert job.status is NightStatus.NOTHING
    assert "the very content of 'good.csv'" in job.notices[0]
