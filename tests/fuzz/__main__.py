"""Fuzzing by hand: `python -m tests.fuzz SECONDS`, until it finds something."""

import time
from itertools import count
from pathlib import Path

import click

from tests.fuzz.rounds import Round
from tests.fuzz.targets import TARGETS

NAMES = [target.name for target in TARGETS]


@click.command
@click.argument("seconds", type=float, default=60.0)
@click.option("--seed", default=None, type=int, help="Default: another each time.")
@click.option("--target", "name", type=click.Choice(NAMES), help="Default: all.")
@click.option("--round", "number", type=int, help="One round only, as it was told.")
def fuzz(
    seconds: float, seed: int | None, name: str | None, number: int | None
) -> None:
    """Feed readers, loaders and parsers with changed samples, for SECONDS in all.

    An input that breaks something is kept in the working folder.
    """
    seed = time.time_ns() % 1_000_000 if seed is None else seed
    chosen = [target for target in TARGETS if name in (None, target.name)]
    if number is not None:
        for target in chosen:
            _play(Round(target, seed, number))
        return
    for target in chosen:
        ends, played = time.monotonic() + seconds / len(chosen), 0
        for played in count(1):
            _play(Round(target, seed, played))
            if time.monotonic() > ends:
                break
        click.echo(f"{target.name}: {played:,} rounds, seed {seed}")


def _play(one: Round) -> None:
    try:
        one.play()
    except BaseException:
        path = Path(f"fuzz-{one.target.name}-{one.seed}-{one.number}")
        path.write_bytes(one.input)
        click.echo(f"{path} breaks it. To see it again: {one.command}", err=True)
        raise


if __name__ == "__main__":
    fuzz()
