"""One round: an input by target, seed and number, fed twice."""

import hashlib
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz.mutations import Mutator
from tests.fuzz.targets import Target

LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Round:
    """The same numbers make the same input, on any machine."""

    target: Target
    seed: int
    number: int

    @property
    def input(self) -> bytes:
        name = f"{self.target.name} {self.seed} {self.number}"
        random = Random(hashlib.sha256(name.encode()).digest())
        samples = self.target.samples()
        return Mutator(random).changed(random.choice(samples), samples)

    @property
    def command(self) -> str:
        """What to type to have it again."""
        return (
            f"python -m tests.fuzz --target {self.target.name} --seed {self.seed} "
            f"--round {self.number}"
        )

    def play(self) -> None:
        """Raises whatever is wrong; the same input comes to the same twice."""
        data, started = self.input, time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            first, second = (self._fed(data, Path(folder, "place")) for _ in range(2))
        took = time.monotonic() - started
        assert first == second, "the same input came to two ends"
        assert took < LONGEST_SECONDS, f"it took {took:.0f} s"

    def _fed(self, data: bytes, place: Path) -> object:
        place.mkdir()
        try:
            return self.target.feed(data, place)
        finally:
            shutil.rmtree(place)
