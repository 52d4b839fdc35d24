"""A few seconds of fuzzing, the same each time: what the test-suite can afford."""

import time
from pathlib import Path

from tests.fuzz.fuzzing import Keep, tried
from tests.fuzz.subjects import SUBJECTS

_SEED = 1
_SECONDS = 2.0
_MOST = range(400)


def no_promise_is_broken(name: str, folder: Path) -> None:
    """Fails with the input that breaks one, and how to repeat it."""
    until = time.monotonic() + _SECONDS
    found = tried(SUBJECTS[name], Keep(folder), seed=_SEED, trials=_MOST, until=until)
    failures = [str(failure) for failure in found if failure]
    assert not failures, "\n".join(failures)
