"""Fuzzes the program by hand, each part for its share of the time."""

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
_ENDLESS = range(10**9)


def main() -> int:
    """The exit code: 0 when no promise was broken."""
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="fuzz-home-") as home:
        os.environ |= {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        return _again(asked.again) if asked.again else _try_all(asked)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("seconds", nargs="?", type=float, help="for all parts together")
    what.add_argument(
        "--again", type=Path, metavar="FOLDER", help="try the input in FOLDER"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--of", action="append", choices=sorted(SUBJECTS), help="only this part"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path("fuzz-failures"),
        metavar="FOLDER",
        help="where inputs stay that break a promise",
    )
    return parser.parse_args()


def _again(folder: Path) -> int:
    trace = broken(SUBJECTS[folder.resolve().name.partition("-")[0]], folder)
    _say(trace or "It breaks no promise.")
    return 1 if trace else 0


def _try_all(asked: argparse.Namespace) -> int:
    chosen = _chosen(asked.of)
    keep = Keep(asked.keep.absolute())
    seconds = asked.seconds / len(chosen)
    failures = [
        failure
        for subject in chosen
        for failure in _try(subject, keep, asked.seed, seconds)
    ]
    return 1 if failures else 0


def _chosen(names: Sequence[str] | None) -> list[Subject]:
    return [SUBJECTS[name] for name in names or SUBJECTS]


def _try(subject: Subject, keep: Keep, seed: int, seconds: float) -> list[Failure]:
    """Tries a part until its time is up, or enough is broken."""
    until = time.monotonic() + seconds
    found = tried(subject, keep, seed=seed, trials=_ENDLESS, until=until)
    count, failures = 0, []
    for failure in found:
        count += 1
        if failure:
            failures.append(failure)
            _say(str(failure))
        if len(failures) == _MOST_FAILURES:
            break
    _say(f"{subject.name}: {count:,} inputs, {len(failures)} failures, seed {seed}")
    return failures


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
