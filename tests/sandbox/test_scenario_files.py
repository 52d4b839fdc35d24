"""Scenario files: how they are read, and what the command line says of them."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from pipeline.sandbox.front.scenario import Scenario, load_scenario
from pipeline.sandbox.front.when import When
from pipeline.sandbox.process import SandboxError, running_sandbox
from pipeline.sandbox.scenarios import (
    ScenarioError,
    describe_scenarios,
    find_scenario,
    scenario_names,
)
from tests.commands import activity_import


def loaded(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "mine.toml"
    path.write_text(f'description = "mine"\n{text}', encoding="utf-8")
    return load_scenario(path)


@pytest.mark.parametrize(
    ("when", "numbers"),
    [
        ({}, list(range(1, 13))),
        ({"at": [2, 5]}, [2, 5]),
        ({"every": 5}, [5, 10]),
        ({"from": 3, "every": 4}, [3, 7, 11]),
        ({"from": 10}, [10, 11, 12]),
        ({"to": 2}, [1, 2]),
        ({"from": 2, "to": 4}, [2, 3, 4]),
        ({"from": 4, "at": [2, 5]}, [5]),
        ({"from": 4, "to": 12, "every": 6}, [4, 10]),
    ],
)
def test_numbers_are_chosen(when: dict[str, object], numbers: list[int]) -> None:
    chosen = TypeAdapter(When).validate_python(when)
    assert [each for each in range(1, 13) if chosen.holds(each)] == numbers


def test_the_first_fault_that_fits_happens(tmp_path: Path) -> None:
    text = """
    [[faults]]
    kind = "commit-then-drop"
    every = 4
    [[faults]]
    kind = "half-body"
    every = 2
    """
    scenario = loaded(tmp_path, text)
    labels = [
        fault.label if (fault := scenario.fault_for(number)) else None
        for number in range(1, 9)
    ]
    pair = [None, "half-body", None, "commit-then-drop"]
    assert labels == pair * 2


SHARES = """
seed = 3
[[faults]]
kind = "commit-then-drop"
share = 0.2
[[faults]]
kind = "half-body"
share = 0.3
"""


def counted(scenario: Scenario) -> dict[str | None, int]:
    faults = [scenario.fault_for(number) for number in range(1, 10_001)]
    return Counter(fault.label if fault else None for fault in faults)


def test_shares_add_up_and_fall_alike_each_time(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, SHARES)
    first = counted(scenario)
    assert first == {
        "commit-then-drop": pytest.approx(2_000, rel=0.1),
        "half-body": pytest.approx(3_000, rel=0.1),
        None: pytest.approx(5_000, rel=0.1),
    }
    assert counted(loaded(tmp_path, SHARES)) == first
    assert counted(loaded(tmp_path, SHARES.replace("3", "4", 1))) != first


def test_a_share_of_the_connections_is_reset(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "[[resets_on_connect]]\nfrom = 101\nshare = 0.25")
    reset = [number for number in range(1, 10_101) if scenario.resets(number)]
    assert len(reset) == pytest.approx(2_500, rel=0.1)
    assert min(reset) > 100


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[faults]]\nkind = 'commit-then-lie'", "commit-then-lie"),
        ("[[faults]]\nkind = 'half-body'\nevery = 0", "faults.0.half-body.every"),
        ("[[faults]]\nkind = 'half-body'\neach = 2", "faults.0.half-body.each"),
        ("[[faults]]\nkind = 'half-body'\nfrom = 4\nto = 3", "`to` should not be less"),
        ("[[faults]]\nkind = 'refuse'", "faults.0.refuse.status"),
        ("[[outages]]\nkind = 'hang'", "Give one of `after_requests`"),
        ("[limit]\nkind = 'token-bucket'\nrate = 0\nburst = 1", "token-bucket.rate"),
        ("door = 'closed'", "door"),
        ("[timeline]\nlate = 1", "timeline.late"),
        ("colour = 'red'", "colour"),
        ("[[", "mine.toml"),
        ("a = " + "[" * 10_000, "it is nested too deeply."),
        ("a" + ".a" * 10_000 + " = 1", "it is larger than 16,384 bytes."),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ScenarioError, match=r"mine\.toml") as caught:
        loaded(tmp_path, text)
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"seed: .*; colour: "):
        loaded(tmp_path, "seed = 'x'\ncolour = 'red'")


def test_a_stand_in_does_not_start_in_a_wrong_scenario(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("door = 7\n", encoding="utf-8")
    with (
        pytest.raises(SandboxError, match=r"mine\.toml: description: Field required"),
        running_sandbox(scenario=path),
    ):
        pytest.fail("it started")


def test_a_scenario_is_a_name_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("", encoding="utf-8")
    assert find_scenario(str(path)) == path
    assert find_scenario("outage").name == "outage.toml"
    with pytest.raises(ScenarioError, match=r"There is no scenario nonsense\."):
        find_scenario("nonsense")
    with pytest.raises(ScenarioError, match=r"There is no file nonsense\.toml\."):
        find_scenario("nonsense.toml")


def test_every_description_says_what_to_expect_in_one_sentence() -> None:
    told = dict(describe_scenarios())
    assert tuple(told) == scenario_names() == tuple(sorted(told))
    bad = [
        name
        for name, text in told.items()
        if text.count(": expect ") != 1 or not text.endswith(".") or ". " in text
    ]
    assert bad == []


def test_listing_scenarios_loads_neither_framework_nor_models() -> None:
    code = (
        "import sys\n"
        "from pipeline.sandbox.scenarios import describe_scenarios\n"
        "describe_scenarios()\n"
        "print({'fastapi', 'pydantic', 'asyncio'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, text=True) == "set()\n"


def test_the_command_lists_the_scenarios() -> None:
    ended = activity_import("sandbox", "--scenarios")
    lines = ended.out.splitlines()
    names = scenario_names()
    listed = [tuple(line.split(maxsplit=1)) for line in lines[: len(names)]]
    assert listed == list(describe_scenarios())
    assert lines[len(names) :] == [
        "",
        "Next:",
        "  activity-import sandbox --scenario NAME",
    ]
    assert ended.code == 0


def test_an_unknown_scenario_is_wrong_usage_and_the_nearest_is_named() -> None:
    ended = activity_import("sandbox", "--scenario", "slow-comit")
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        "Error: Invalid value for '--scenario': There is no scenario slow-comit. "
        "Did you mean 'slow-commit'? All of them: activity-import sandbox --scenarios"
    )
