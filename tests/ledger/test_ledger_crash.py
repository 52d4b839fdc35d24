"""A process that is killed at any moment takes back nothing that it said.

`CRASH_SEED=N` plays one sequence of kills again, as far as time can be played again.
"""

import os
import random
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.ledger import Ledger, State
from tests.ledger import claimer
from tests.ledger.given import identities

ROUNDS = 60
ROWS = 1_000_000
OVERLAP = 50
LONGEST_SECONDS = 0.15
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["pipeline.ledger", claimer.__name__])


def work(said: Connection, path: Path, name: str, first: int) -> None:
    """A run that claims the rows; on `said` comes what it is told is durable."""
    os.dup2(said.fileno(), 1)
    claimer.main(path, name, first, ROWS)


def killed(path: Path, name: str, first: int, seconds: float) -> list[str]:
    """All that such a run said until it was killed."""
    ours, theirs = CONTEXT.Pipe(duplex=False)
    with ours:
        child = CONTEXT.Process(target=work, args=(theirs, path, name, first))
        child.start()
        theirs.close()
        time.sleep(seconds)
        child.kill()
        said = b"".join(iter(lambda: os.read(ours.fileno(), 1 << 16), b""))
        child.join()
        child.close()
    return said.decode().split("\n")[:-1]


def said_of(said: list[str], word: str) -> list[int]:
    pairs = [line.split() for line in said]
    return [int(pair[1]) for pair in pairs if pair[0] == word]


def test_what_was_durable_survives_kill_9_at_any_moment(path: Path) -> None:
    seed = os.environ.get("CRASH_SEED") or str(random.randrange(10**6))
    print(f"CRASH_SEED={seed}")  # noqa: T201
    moments = random.Random(seed)
    claimed: list[int] = []
    settled: list[int] = []
    for number in range(ROUNDS):
        name = f"run-{number}"
        first = max([OVERLAP, *claimed]) - OVERLAP
        said = killed(path, name, first, moments.uniform(0, LONGEST_SECONDS))
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
        assert found is not None or "ready" not in said
        if found is None:
            return
        run = ledger.number_of(name)
        known = ledger.sendings(run, identities(*said_of(said, "claimed")))
        assert known.height == len(said_of(said, "claimed"))
        assert ledger.settle_intents(run) <= claimer.TASKS
        assert State.INTENT not in ledger.counts(run)
