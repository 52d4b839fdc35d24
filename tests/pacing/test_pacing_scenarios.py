"""Each scenario of the data files through the real pace, in virtual time."""

import pytest

from tests.pacing.simulate import Scenario, load, run

RUNS = [
    pytest.param(scenario, seed, id=f"{scenario.name}-{seed}")
    for scenario in load()
    for seed in range(scenario.seeds)
]


@pytest.mark.parametrize(("scenario", "seed"), RUNS)
def test_what_is_found_lies_within_what_is_expected(
    scenario: Scenario, seed: int
) -> None:
    found = run(scenario, seed)
    outside = {
        name: (lowest, getattr(found, name), highest)
        for name, (lowest, highest) in scenario.expect.items()
        if not lowest <= getattr(found, name) <= highest
    }
    assert outside == {}


def test_a_scenario_runs_in_the_same_way_each_time() -> None:
    scenario = next(each for each in load() if each.name == "bucket-jitter")
    assert run(scenario, 7) == run(scenario, 7)
    assert run(scenario, 7) != run(scenario, 8)
