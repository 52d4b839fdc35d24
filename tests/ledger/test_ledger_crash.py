"""A process that is killed at any moment takes back nothing that it said.

`CRASH_SEED=N` plays one sequence of kills again, as far as time can be played again.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ledger import Ledger, State
from tests.ledger import claimer
from tests.ledger.given import identities

ROOT = Path(__file__).parents[2]
ROUNDS = 60
OVERLAP = 50
LONGEST_SECONDS = 0.15
Killer = subprocess.Popen[str]


@pytest.fixture
def killer() -> Iterator[Killer]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.ledger.killer"]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe
    ) as killer:
        yield killer


def killed(
    killer: Killer, path: Path, name: str, first: int, after: float
) -> list[str]:
    """All that a run said which claimed the rows from `first` until it was killed."""
    assert killer.stdin
    assert killer.stdout
    killer.stdin.write(f"{path} {name} {first} {after}\n")
    killer.stdin.flush()
    return list(iter(killer.stdout.readline, "killed\n"))


def said_of(said: list[str], word: str) -> list[int]:
    pairs = [line.split() for line in said]
    return [int(pair[1]) for pair in pairs if pair[:1] == [word]]


def test_what_was_durable_survives_kill_9_at_any_moment(
    path: Path, killer: Killer
) -> None:
    seed = os.environ.get("CRASH_SEED") or str(random.randrange(10**6))
    print(f"CRASH_SEED={seed}")  # noqa: T201
    moments = random.Random(seed)
    claimed: list[int] = []
    settled: list[int] = []
    for number in range(ROUNDS):
        name = f"run-{number}"
        first = max([OVERLAP, *claimed]) - OVERLAP
        said = killed(killer, path, name, first, moments.uniform(0, LONGEST_SECONDS))
        claimed += said_of(said, "claimed")
        settled += said_of(said, "settled")
        check_after(path, name, said)
    assert len(claimed) == len(set(claimed))
    with Ledger.open(path) as ledger:
        created = ledger.standing(identities(*settled)).filter(state=State.CREATED)
        assert set(created["activity_id"]) == {f"a-{number}" for number in settled}
        assert ledger.standing(identities(*claimed)).height == len(claimed)
    assert len(settled) > 10 * ROUNDS


def check_after(path: Path, name: str, said: list[str]) -> None:
    """As `resume` finds the run; only what was in flight is not known."""
    with Ledger.open(path) as ledger:
        assert ledger.check() == []
        found = ledger.find_run(name)
        assert found is not None or "ready\n" not in said
        if found is None:
            return
        run = ledger.number_of(name)
        known = ledger.sendings(run, identities(*said_of(said, "claimed")))
        assert known.height == len(said_of(said, "claimed"))
        assert ledger.settle_intents(run) <= claimer.TASKS
        assert State.INTENT not in ledger.counts(run)
