"""Tries a subject again and again; a failure leaves its input behind."""

import faulthandler
import resource
import shutil
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.subject import Subject

CPU_SECONDS = 20
STUCK_SECONDS = 120
"""By the clock: what hangs outside of Python can only be ended with the process."""
MORE_BYTES = 512 << 20


class TooLong(Exception):
    """A trial took more of the processor than any input is worth."""


@dataclass(frozen=True)
class Failure:
    """`trial` of `subject` broke a promise; its input lies in `folder`."""

    subject: str
    seed: int
    trial: int
    folder: Path
    trace: str

    def __str__(self) -> str:
        return (
            f"{self.trace}\n{self.subject}, seed {self.seed}, trial {self.trial}.\n"
            f"The input is in {self.folder}. To repeat it:\n"
            f"  python -m tests.fuzz --again {self.folder}\n"
        )


@dataclass(frozen=True)
class Keep:
    """Where inputs lie while they are tried, and stay when they fail."""

    folder: Path

    def place(self, subject: str, seed: int, trial: int) -> Path:
        path = self.folder / f"{subject}-{seed}-{trial}"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path


def tried(
    subject: Subject, keep: Keep, *, seed: int, trials: range, until: float
) -> Iterator[Failure | None]:
    """Tries one input after the other, until the clock (monotonic) says `until`.

    A trial depends on `seed` and its number only. Its input is on disk before it
    begins, so that it is there even if the process dies of it.
    """
    for trial in trials:
        if time.monotonic() > until:
            return
        place = keep.place(subject.name, seed, trial)
        chance = Random(f"{subject.name} {seed} {trial}")
        for name, content in subject.make(chance).items():
            (place / name).write_bytes(content)
        trace = broken(subject, place)
        if trace:
            yield Failure(subject.name, seed, trial, place, trace)
            continue
        shutil.rmtree(place)
        yield None


def broken(subject: Subject, folder: Path) -> str:
    """The traceback of a promise that this input breaks; empty if it breaks none."""
    try:
        with bounded():
            subject.check(folder)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        return traceback.format_exc()
    return ""


@contextmanager
def bounded() -> Iterator[None]:
    """Raises TooLong, or AssertionError for memory, when a trial takes too much."""
    before = signal.signal(signal.SIGPROF, _too_long)
    peak = _peak_bytes()
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    assert _peak_bytes() - peak < MORE_BYTES, "It took too much memory."


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLong(f"It took more than {CPU_SECONDS} s of the processor.")


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
