"""Which files of an inbox are complete."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.nightly.config import NightlyJob, Reading
from pipeline.nightly.inbox import Look, look
from tests.nightly.nights import HandClock


@pytest.fixture
def job(tmp_path: Path) -> NightlyJob:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    away = tmp_path / "away"
    return NightlyJob("calls", inbox, ("*.csv",), Reading("generic"), away, away)


def files(job: NightlyJob, *names: str) -> None:
    for name in names:
        (job.inbox / name).write_text("Id\n1\n", encoding="utf-8")


def names(found: Look) -> list[str]:
    return [one.name for one in found.ready]


def test_files_of_the_pattern_are_taken_in_the_order_of_their_names(
    job: NightlyJob,
) -> None:
    files(job, "b.csv", "a.CSV", "c.txt")
    (job.inbox / "folder.csv").mkdir()

    assert names(look(job, HandClock())) == ["a.CSV", "b.csv"]


def test_or_in_the_order_of_their_times(job: NightlyJob) -> None:
    files(job, "a.csv", "b.csv", "c.csv")
    for name, seconds in {"a.csv": 30, "b.csv": 20, "c.csv": 30}.items():
        os.utime(job.inbox / name, (seconds, seconds))

    assert names(look(replace(job, order="time"), HandClock())) == [
        *("b.csv", "a.csv", "c.csv"),
    ]


def test_files_that_programs_have_not_finished_are_never_taken(
    job: NightlyJob,
) -> None:
    files(job, "a.csv.part", "a.csv.tmp", "a.csv.crdownload", ".a.csv", "~$a.csv")

    assert look(replace(job, patterns=("*",)), HandClock()) == Look()


def test_a_file_that_has_just_changed_is_waited_for(job: NightlyJob) -> None:
    files(job, "a.csv")
    clock = HandClock(datetime.now(UTC))

    found = look(job, clock)

    assert names(found) == ["a.csv"]
    assert [round(seconds) for seconds in clock.waits] == [60]


def test_a_file_that_still_grows_is_left_alone(job: NightlyJob) -> None:
    files(job, "a.csv", "b.csv")
    clock = HandClock(datetime.now(UTC))
    clock.on_wait = lambda: (job.inbox / "a.csv").write_text("Id\n1\n2\n")

    assert look(job, clock) == Look(
        look(replace(job, patterns=("b.csv",)), HandClock()).ready,
        ("'a.csv' still changes; it is left alone.",),
    )


def test_an_old_time_does_not_hide_that_a_file_has_just_changed(
    job: NightlyJob,
) -> None:
    files(job, "a.csv")
    os.utime(job.inbox / "a.csv", (0, 0))
    clock = HandClock(datetime.now(UTC))

    look(job, clock)

    assert [round(seconds) for seconds in clock.waits] == [60]


def test_old_files_are_not_waited_for(job: NightlyJob) -> None:
    files(job, "a.csv")
    clock = HandClock()

    look(job, clock)

    assert clock.waits == []


def test_a_clock_that_is_behind_waits_no_longer_than_settle(job: NightlyJob) -> None:
    files(job, "a.csv")
    clock = HandClock(datetime(2020, 1, 1, tzinfo=UTC))

    assert names(look(job, clock)) == ["a.csv"]
    assert clock.waits == [60]


@pytest.mark.parametrize("marker", ["{name}.done", "{stem}.done.csv"])
def test_a_marker_says_that_a_file_is_complete(job: NightlyJob, marker: str) -> None:
    job = replace(job, marker=marker)
    files(job, "a.csv", "b.csv", marker.format(name="a.csv", stem="a"))

    found = look(job, HandClock())

    assert names(found) == ["a.csv"]
    assert found.notices == ("'b.csv' has no marker file yet; it is left alone.",)


def test_what_can_never_be_taken_needs_a_person(job: NightlyJob) -> None:
    (job.inbox / "a.csv").symlink_to("/etc/passwd")
    os.mkfifo(job.inbox / "b.csv")
    (job.inbox / os.fsdecode(b"\xff.csv")).touch()
    files(job, "a\x1b[31m.csv", "c\n.csv", "d\u202evsc.csv")

    found = look(job, HandClock())

    assert (found.ready, found.notices) == ((), ())
    assert sorted(one.told for one in found.blocked) == [
        "'?.csv' has characters in its name that are no text.",
        "'a.csv' is a link, and no file.",
        r"'a\x1b[31m.csv' has characters in its name that are no text.",
        "'b.csv' is a pipe, and no file.",
        "'c .csv' has characters in its name that are no text.",
        r"'d\u202evsc.csv' has characters in its name that are no text.",
    ]


def test_a_folder_with_the_name_of_a_file_gets_a_word(job: NightlyJob) -> None:
    job = replace(job, archive=job.inbox / "done.csv")
    (job.inbox / "a.csv").mkdir()
    job.archive.mkdir()

    assert look(job, HandClock()) == Look(
        (), ("'a.csv' is a folder, and no file; it is left alone.",)
    )


LOOKING = """
import os, sys
from pathlib import Path
from pipeline.nightly.config import NightlyJob, Reading
from pipeline.nightly.inbox import look
from tests.nightly.nights import HandClock
inbox = Path(sys.argv[1])
os.setuid(65534)
found = look(NightlyJob("c", inbox, ("*",), Reading("m"), inbox, inbox), HandClock())
print([one.name for one in found.ready], [one.told for one in found.blocked])
"""


def test_a_file_that_may_not_be_read_keeps_no_other() -> None:
    if os.getuid() != 0:
        pytest.skip("Only root can become another user.")
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        inbox.chmod(0o755)
        (inbox / "a.csv").touch(mode=0o600)
        (inbox / "b.csv").touch(mode=0o644)
        ended = subprocess.run(
            [sys.executable, "-c", LOOKING, inbox],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (ended.stdout, ended.stderr) == (
        "['b.csv'] [\"'a.csv' cannot be read: not permitted.\"]\n",
        "",
    )


def test_an_inbox_that_is_not_there(job: NightlyJob) -> None:
    job.inbox.rmdir()

    with pytest.raises(SourceError, match="The inbox cannot be read: No such file"):
        look(job, HandClock())
