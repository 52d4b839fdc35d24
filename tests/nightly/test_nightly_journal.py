"""The journal gives back what was written, and says what is wrong with it."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import LedgerError
from pipeline.nightly.endings import FileEnding, NightStatus, worst
from pipeline.nightly.journal import Journal
from pipeline.nightly.takes import Exit, Kind, Step, Take

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
INBOX = Path("/srv/inbox")
TAKE = Take(0, "calls", INBOX, "ü.csv", Step.TAKING, NOON, 7, 123, "ü.csv.done")
ENDING = FileEnding(
    name="ü.csv",
    sha256="abc",
    status=NightStatus.ATTENTION,
    now_at=Path("/srv/archive/ü.csv"),
    run="20261124-1200-ab12",
    counts={"created": 3},
    requests={"sent": 3, "per_second": 1.5},
    issues={"bad_time": 1},
    reports=Path("/srv/reports/20261124-1200-ab12"),
    reason="why",
    hint="what now",
    next=("activity-import history",),
)


def test_a_take_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "private" / "journal"
    with Journal.open(path) as journal:
        begun = journal.begin(TAKE)
        leaving = Exit(Kind.IMPORTED, ENDING.now_at, ENDING)
        written = replace(begun, step=Step.LEAVING, sha256="abc", exit=leaving)
        journal.write(replace(written, rows=3))

    with Journal.open(path) as journal:
        [take] = journal.under_way("calls", INBOX)
        assert journal.usual_rows("calls", INBOX, 5) == [3]
        assert journal.imported("calls", INBOX, "abc") == take
        assert journal.imported("calls", INBOX, "other") is None
        assert journal.newest("calls", INBOX) == NOON
        assert journal.under_way("calls", Path("/elsewhere")) == []

    assert take == replace(written, number=1, rows=3)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal") as journal:
        first = journal.begin(TAKE)
        journal.forget(first)

        assert journal.begin(TAKE).number == first.number + 1


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()

    with pytest.raises(LedgerError, match="a newer version of the program made it"):
        Journal.open(path)


def test_a_file_that_is_no_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("x" * 4096, encoding="utf-8")

    with pytest.raises(LedgerError, match="file is not a database"):
        Journal.open(tmp_path / "journal")


def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal.open(path):
        pass
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA max_page_count = 1")  # no more than there are

    with Journal(path, connection) as journal, pytest.raises(LedgerError) as caught:
        journal.begin(replace(TAKE, name="a" * 10_000))

    assert (caught.value.code, caught.value.message) == (
        "disk_full",
        "The journal of the nightly jobs cannot be used: the disk is full.",
    )
    assert caught.value.hint.startswith("Make room on the disk. Do not delete it")
    with Journal.open(path) as journal:
        assert journal.under_way("calls", INBOX) == []


def test_the_worst_of_several_statuses_counts() -> None:
    assert worst([]) is NightStatus.NOTHING
    assert worst([NightStatus.NOTHING, NightStatus.OK]) is NightStatus.OK
    assert worst(NightStatus) is NightStatus.FAILED
