"""Thousands of nights on a virtual clock: whatever goes wrong, the promise holds.

A seed that fails is named; `python -m tests.simulation.night SEED` runs it alone.
"""

from pathlib import Path

import pytest

from pipeline.ledger import Ledger
from tests.simulation.night import play

CHUNKS, SEEDS = 20, 150


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_night_breaks_the_promise(tmp_path: Path, chunk: int) -> None:
    """The nights of a chunk share a ledger, as those of a year do."""
    failures = []
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        for seed in range(chunk * SEEDS, (chunk + 1) * SEEDS):
            try:
                play(seed, ledger)
            except Exception as error:
                failures.append(f"seed {seed}: {type(error).__name__} {error}")

    assert failures == []
