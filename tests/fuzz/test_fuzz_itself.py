"""The fuzzer sees what it is to see, and each failure can be repeated."""

import time
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import fuzzing
from tests.fuzz.fuzzing import Failure, Keep, TooLong, bounded, broken, tried
from tests.fuzz.subject import Files
from tests.fuzz.subjects import SUBJECTS

FOREVER = time.monotonic() + 3_600


@dataclass(frozen=True)
class Divided:
    """Breaks over every number that three divides."""

    name: str = "divided"

    def make(self, chance: Random) -> Files:
        return {"number": b"%d" % chance.randrange(1_000)}

    def check(self, folder: Path) -> None:
        number = int((folder / "number").read_bytes())
        assert number % 3, number


def failures(folder: Path, seed: int) -> list[Failure]:
    found = tried(Divided(), Keep(folder), seed=seed, trials=range(30), until=FOREVER)
    return [failure for failure in found if failure]


def test_a_failure_leaves_its_input_and_says_how_to_repeat_it(tmp_path: Path) -> None:
    found = failures(tmp_path, seed=7)

    assert 0 < len(found) < 30
    assert sorted(tmp_path.iterdir()) == sorted(failure.folder for failure in found)
    for failure in found:
        assert f"python -m tests.fuzz --again {failure.folder}" in str(failure)
        assert "AssertionError" in broken(Divided(), failure.folder)


def test_the_seed_decides_what_is_tried(tmp_path: Path) -> None:
    trials = [
        [failure.trial for failure in failures(tmp_path, seed)] for seed in (7, 7, 8)
    ]

    assert trials[0] == trials[1] != trials[2]


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_same_seed_gives_the_same_input(name: str) -> None:
    first, second = (SUBJECTS[name].make(Random(5)) for _ in range(2))

    assert first == second


def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "CPU_SECONDS", 0.05)

    with pytest.raises(TooLong), bounded():
        sum(0 for _ in repeat(0))


def test_what_takes_too_much_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "MORE_BYTES", -1)

    with pytest.raises(AssertionError, match="memory"), bounded():
        pass
