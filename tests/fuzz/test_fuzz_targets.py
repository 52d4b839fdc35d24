"""A bounded number of rounds; `python -m tests.fuzz SECONDS` plays more of them."""

import pytest

from tests.fuzz.rounds import Round
from tests.fuzz.targets import TARGETS, Target

SEED = 1
ROUNDS = {"run": 8, "workbook": 60, "csv": 100, "archive": 60, "mapping": 120}
MANY = 300


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_it_is_fed_it_ends_in_a_result_or_in_words(target: Target) -> None:
    for number in range(ROUNDS.get(target.name, MANY)):
        one = Round(target, SEED, number)
        try:
            one.play()
        except BaseException as error:
            error.add_note(f"To see it again: {one.command}")
            raise


def test_the_same_numbers_make_the_same_input() -> None:
    inputs = [
        [Round(target, seed, 3).input for target in TARGETS] for seed in (1, 1, 2)
    ]

    assert inputs[0] == inputs[1] != inputs[2]
