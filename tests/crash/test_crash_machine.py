"""Too few files, too little memory, folders that may not be written, odd clocks."""

import resource
import shutil
from collections import Counter

import pytest

from tests.commands import Ended
from tests.crash.place import KILLED, Place, check_words, judge, judge_another_run
from tests.crash.seams import Seams

HOURS = 3600.0


def finish(place: Place, ended: Ended) -> None:
    """Whatever the ending, it is resumed where need be, and all of it judged."""
    check_words(ended)
    if ended.code != 0:
        ended = place.go_on().ended()
    judge(place, ended)
    judge_another_run(place)


@pytest.mark.parametrize("files", [8, 16, 20, 24, 32, 40])
def test_few_open_files_end_a_run_in_words_or_slow_it(place: Place, files: int) -> None:
    few = place.run("--concurrency", 60, limits={resource.RLIMIT_NOFILE: files})
    ended = few.ended()

    assert ended.code in {0, 1, 4}, ended
    place.concurrency = 60
    place.kills += 1
    finish(place, ended)


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_a_clock_that_jumps_between_run_and_resume_changes_nothing(
    place: Place, hours: int
) -> None:
    place.run(seams=Seams("an answer is about to be written", 5)).ended()
    place.kills += 1

    finish(place, place.go_on(seams=Seams(clock_seconds=hours * HOURS)).ended())


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_jumps_in_the_middle_of_a_run_changes_nothing(
    place: Place, hours: int
) -> None:
    jumps = Seams(clock_seconds=hours * HOURS, clock_readings=20)
    ended = place.run(seams=jumps).ended()

    assert ended.code == 0, ended
    finish(place, ended)


def test_a_ledger_whose_folder_has_vanished_is_told_of_in_words(place: Place) -> None:
    assert place.run("--limit", 3).ended().code == 0
    run = place.newest
    shutil.rmtree(place.ledger.parent)

    ended = place.start("resume", run, *place.sending).ended()
    check_words(ended)
    assert ended.code == 1
    assert f"There is no run '{run}'." in ended.err


@pytest.mark.parametrize("folder", ["reports", "state"])
def test_a_folder_that_may_not_be_written_sends_nothing(
    place: Place, folder: str
) -> None:
    forbidden = place.folder / folder
    forbidden.mkdir(mode=0o500)
    ended = place.run().ended()

    check_words(ended)
    assert ended.code == 1
    assert place.taken() == {}
    forbidden.chmod(0o700)
    finish(place, place.run().ended())


def test_a_report_that_may_not_be_written_is_written_by_resume(place: Place) -> None:
    seams = Seams("the report is about to be written")
    assert place.run(seams=seams).ended().code == KILLED
    reports = place.folder / "reports" / place.newest
    reports.chmod(0o500)
    ended = place.resume().ended()

    check_words(ended)
    assert ended.code == 1
    assert "You may not write there" in ended.err
    reports.chmod(0o700)
    finish(place, place.resume().ended())


@pytest.mark.parametrize("megabytes", [300, 600, 900, 1200, 1600])
def test_too_little_memory_leaves_a_run_that_can_be_resumed(
    place: Place, megabytes: int
) -> None:
    limits = {resource.RLIMIT_AS: megabytes << 20}
    ended = place.run(limits=limits).ended()

    place.kills += 1
    if ended.code != 0:
        ended = place.go_on().ended()
    judge(place, ended)
    assert Counter(s for s, _ in place.outcomes().values())["created"] >= place.rows - 3
    judge_another_run(place)
