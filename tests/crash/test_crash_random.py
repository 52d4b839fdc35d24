"""Killed at any moment, once or several times in a row, a run is resumed.

ACTIVITY_IMPORT_SEED=N has the moments of N again, as far as moments can be had again.
"""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from pipeline.sandbox.process import Sandbox, running_sandbox
from tests.commands import Ended
from tests.crash.forked import Running, zygote
from tests.crash.place import (
    KILLED,
    Place,
    check_words,
    judge,
    judge_another_run,
    judge_reconciled,
)

KILLS = 200
PROCESSES = 2
LONGEST_SECONDS = 0.5
MOST_IN_A_ROW = 4
SCENARIO = Path(__file__).parent / "scenarios" / "a-little-slow.toml"


def killed_within(process: Running, seconds: float) -> Ended:
    """Killed after so long, unless it ended before."""
    killer = threading.Timer(seconds, process.signal, (signal.SIGKILL,))
    killer.start()
    ended = process.ended()
    killer.cancel()
    killer.join()
    return ended


def night(place: Place, dice: Random) -> None:
    """Kills one run, and whoever goes on with it; then judges it."""
    for _ in range(dice.randint(1, MOST_IN_A_ROW)):
        longest = dice.uniform(0, LONGEST_SECONDS)
        ended = killed_within(place.go_on(), dice.uniform(0, longest))
        check_words(ended)
        place.kills += ended.code == KILLED
    judge(place, place.go_on().ended())
    if dice.random() < 0.25:
        judge_reconciled(place)
        judge_another_run(place)


def nights(folder: Path, sandbox: Sandbox, seed: int, kills: int) -> int:
    """So many kills, one night after the other."""
    done = number = 0
    with zygote() as forks:
        while done < kills:
            number += 1
            dice = Random(f"{seed} {number}")
            place = Place(
                folder / str(number),
                forks,
                sandbox,
                rows=dice.randint(30, 60),
                concurrency=dice.randint(1, 5),
            )
            telling(lambda: night(place, dice), f"seed {seed}, night {number}")  # noqa: B023
            done += place.kills
    return done


def telling(work: Callable[[], None], what: str) -> None:
    try:
        work()
    except AssertionError as error:
        error.add_note(f"ACTIVITY_IMPORT_SEED: {what}")
        raise


def test_a_run_killed_at_any_moment_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    chosen = os.environ.get("ACTIVITY_IMPORT_SEED") or Random().randrange(10**9)
    with (
        running_sandbox(scenario=SCENARIO) as sandbox,
        ThreadPoolExecutor(PROCESSES) as threads,
    ):
        done = [
            threads.submit(
                nights,
                tmp_path / str(thread),
                sandbox,
                int(chosen) + thread,
                KILLS // PROCESSES,
            )
            for thread in range(PROCESSES)
        ]
        assert sum(each.result() for each in done) >= KILLS
