"""Killed between any two steps of take, run and archive, a night is made good."""

from pathlib import Path

import pytest

from tests.commands import Ended
from tests.crash.forked import Zygote
from tests.crash.place import KILLED, check_words
from tests.crash.seams import COPYING, NIGHTLY
from tests.nightly.nights import Nights

REASON = "its reason is written"
RUNNING = (
    *("the run is not yet in the ledger", "the run is in the ledger"),
    *("the plan is sealed", "summary.json is renamed", "the end is durable"),
)
POINTS = (*(point for point in NIGHTLY if point != REASON), *RUNNING)
FILES = {"a.csv": range(2, 5), "b.csv": range(4, 7)}


def night(nights: Nights, forks: Zygote, point: str = "") -> Ended:
    return nights.start(forks, point).ended()


def judge(nights: Nights, ended: Ended, *names: str) -> None:
    """Each activity is there once, and each file in exactly one place."""
    check_words(ended)
    assert ended.code == 0, ended
    assert nights.taken() == sorted({row for name in names for row in FILES[name]})
    assert nights.files() == [f"archive/{name}" for name in names]
    assert left_over(nights.folder) == []


def left_over(folder: Path) -> list[Path]:
    """What a dead process left lying about; locks may stay."""
    work = folder / "inbox" / ".activity-import"
    return [
        *(path for path in folder.rglob("*.part")),
        *(path for path in work.iterdir() if path.name != "lock"),
    ]


@pytest.mark.parametrize("point", POINTS)
def test_a_night_that_was_killed_is_made_good_by_the_next(
    nights: Nights, forks: Zygote, point: str
) -> None:
    nights.arrives("a.csv", FILES["a.csv"])
    assert night(nights, forks, point).code == KILLED

    ended = night(nights, forks)

    judge(nights, ended, "a.csv")


def test_a_file_that_the_program_dies_of_keeps_the_others_back_twice_at_most(
    nights: Nights, forks: Zygote
) -> None:
    nights.arrives("a.csv", FILES["a.csv"])
    for _ in range(2):
        assert night(nights, forks, "the plan is not yet sealed").code == KILLED
    nights.arrives("b.csv", FILES["b.csv"])

    ended = night(nights, forks)

    assert ended.code == 1
    assert "The program died each time that it read this file" in ended.out
    assert nights.taken() == [*FILES["b.csv"]]
    assert nights.files() == ["archive/b.csv", "quarantine/a.csv"]
    assert left_over(nights.folder) == []


def test_deaths_after_the_plan_is_whole_are_no_fault_of_the_file(
    nights: Nights, forks: Zygote
) -> None:
    nights.arrives("a.csv", FILES["a.csv"])
    assert night(nights, forks, "the plan is sealed").code == KILLED
    for _ in range(2):
        assert night(nights, forks, "the end is about to be written").code == KILLED

    judge(nights, night(nights, forks), "a.csv")


def test_files_that_came_later_follow_those_that_were_interrupted(
    nights: Nights, forks: Zygote
) -> None:
    nights.arrives("b.csv", FILES["b.csv"])
    assert night(nights, forks, "the plan is sealed").code == KILLED
    nights.arrives("a.csv", FILES["a.csv"])

    judge(nights, night(nights, forks), "a.csv", "b.csv")
    runs = [line["file"] for line in nights.log() if line["event"] == "run"]
    assert runs == ["b.csv", "b.csv", "a.csv"]


def test_rows_in_flight_when_it_was_killed_are_found_or_told(
    nights: Nights, forks: Zygote
) -> None:
    nights.arrives("a.csv", FILES["a.csv"])
    assert night(nights, forks, "the answer is there").code == KILLED

    ended = night(nights, forks)

    check_words(ended)
    assert ended.code in {0, 3}
    assert nights.taken() == [2, 3, 4]
    assert nights.files() == ["archive/a.csv"]


@pytest.mark.parametrize("point", COPYING)
def test_a_file_that_was_being_copied_to_another_disk_is_in_one_place(
    nights: Nights, forks: Zygote, other_disk: Path, point: str
) -> None:
    nights.configure(f"archive: {other_disk}")
    nights.arrives("a.csv", FILES["a.csv"])
    assert night(nights, forks, point).code == KILLED

    assert night(nights, forks).code == 0

    assert nights.taken() == [2, 3, 4]
    assert nights.files() == []
    assert left_over(nights.folder) == []
    found = [path for path in other_disk.rglob("*") if path.is_file()]
    assert [path.name for path in found] == ["a.csv"]


@pytest.mark.parametrize(
    "point",
    ["its ending is written", "the file is put away", REASON],
)
def test_a_file_that_was_being_put_aside_is_put_aside(
    nights: Nights, forks: Zygote, point: str
) -> None:
    nights.configure("min_rows: 10")
    nights.arrives("a.csv", FILES["a.csv"])
    assert night(nights, forks, point).code == KILLED

    night(nights, forks)

    assert nights.taken() == []
    assert nights.files() == ["quarantine/a.csv"]
    assert [path.name for path in nights.folder.glob("quarantine/calls/*.txt")] == [
        "a.csv.reason.txt"
    ]


def test_a_guard_is_asked_again_when_its_word_was_lost(
    nights: Nights, forks: Zygote
) -> None:
    nights.configure("max_invalid: 0")
    with nights.arrives("a.csv", FILES["a.csv"]).open("a") as file:
        file.write("r9,soon,No date\n")
    assert night(nights, forks, "the end is durable").code == KILLED

    ended = night(nights, forks)

    assert ended.code == 4
    assert nights.taken() == []
    assert nights.files() == ["quarantine/a.csv"]


def test_a_marker_is_taken_with_its_file(nights: Nights, forks: Zygote) -> None:
    nights.configure('marker: "{name}.done"')
    nights.arrives("a.csv", FILES["a.csv"])
    (nights.inbox / "a.csv.done").touch()
    assert night(nights, forks, "the file is moved").code == KILLED
    assert not (nights.inbox / "a.csv.done").exists()

    judge(nights, night(nights, forks), "a.csv")
    assert [path.name for path in nights.inbox.iterdir()] == [".activity-import"]
