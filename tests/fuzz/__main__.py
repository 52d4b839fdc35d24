"""Fuzzes the program by hand: python -m tests.fuzz SECONDS [--seed N] [--of SUBJECT]

Each part gets its share of the time. An input that breaks a promise is kept, with
how to repeat it.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.fuzzing import Failure, Keep, broken, tried
from tests.fuzz.subject import Subject
from tests.fuzz.subjects import SUBJECTS

_MOST_FAILURES = 20


def main() -> int:
    asked = _asked()
    os.environ["HOME"] = home = tempfile.mkdtemp(prefix="fuzz-home-")
    os.environ["XDG_STATE_HOME"] = home
    if asked.again:
        return _again(asked.again)
    if asked.seconds is None:
        sys.exit(f"{__doc__}")
    failures = [
        failure
        for subject in _chosen(asked.of)
        for failure in _fuzzed(subject, asked, len(_chosen(asked.of)))
    ]
    return 1 if failures else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--of", action="append", choices=sorted(SUBJECTS))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--again", type=Path, metavar="FOLDER")
    return parser.parse_args()


def _chosen(names: Sequence[str] | None) -> list[Subject]:
    return [SUBJECTS[name] for name in names or SUBJECTS]


def _fuzzed(subject: Subject, asked: argparse.Namespace, parts: int) -> list[Failure]:
    until = time.monotonic() + asked.seconds / parts
    failures, count = [], 0
    found = tried(
        subject, Keep(asked.keep), seed=asked.seed, trials=range(10**9), until=until
    )
    while True:
        try:
            failure = next(found)
        except StopIteration:
            break
        count += 1
        if failure:
            failures.append(failure)
            sys.stdout.write(f"{failure}\n")
        if len(failures) >= _MOST_FAILURES:
            break
    sys.stdout.write(
        f"{subject.name}: {count} inputs, {len(failures)} failures, seed {asked.seed}\n"
    )
    sys.stdout.flush()
    return failures


def _again(folder: Path) -> int:
    trace = broken(SUBJECTS[folder.name.partition("-")[0]], folder)
    sys.stdout.write(trace or "It breaks no promise.\n")
    return 1 if trace else 0


if __name__ == "__main__":
    sys.exit(main())
