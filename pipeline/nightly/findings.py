"""`--check`: everything that a night needs is tried, and nothing is sent."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

from pipeline.checkup import Finding, Level
from pipeline.errors import PipelineError, SourceError
from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.inbox import must_be_readable
from pipeline.nightly.moving import can_rename
from pipeline.nightly.patterns import common_name
from pipeline.nightly.runner import Runner
from pipeline.nightly.takes import WORK
from pipeline.private_files import private_folder, writing


def finding(check: str, look: Callable[[], str]) -> Finding:
    """What a look found: its words, or those of the error that it raised."""
    try:
        return Finding(check, Level.OK, look())
    except PipelineError as error:
        told = (mistake.sentence for mistake in error.mistakes)
        message = " ".join([error.sentence, *dict.fromkeys(told)])
        return Finding(check, Level.FAILED, message, error.hint)


def check_night(
    config: Config, jobs: Sequence[NightlyJob], runner: Runner
) -> Iterator[Finding]:
    """All findings, good and bad."""
    for job in jobs:
        yield finding(f"{job.name}: inbox", partial(_inbox, job.inbox))
        for name in ("archive", "quarantine"):
            folder: Path = getattr(job, name)
            look = partial(_folder, folder, job.inbox)
            yield finding(f"{job.name}: {name}", look)
        yield from runner.check(job)
    yield from _shared(jobs)
    yield from runner.check_all()


def _shared(jobs: Sequence[NightlyJob]) -> Iterator[Finding]:
    """Pairs of jobs that would take the same file; the first of them takes it."""
    for one, other in combinations(jobs, 2):
        name = common_name(one.patterns, other.patterns)
        if one.inbox.resolve() != other.inbox.resolve() or name is None:
            continue
        yield Finding(
            f"{one.name}, {other.name}: pattern",
            Level.WARNING,
            f"both fit a file such as '{name}' in {one.inbox}; {one.name} would take "
            "it, being run first",
            "Let each file fit the pattern of one job only.",
        )


def _inbox(inbox: Path) -> str:
    must_be_readable(inbox)
    if not os.access(inbox, os.W_OK | os.X_OK):
        raise SourceError(
            "Files cannot be moved out of the inbox.",
            where=str(inbox),
            hint="This program's user needs the right to write to that folder.",
        )
    return f"files can be taken from {_can_be_written(inbox / WORK).parent}"


def _folder(folder: Path, inbox: Path) -> str:
    _can_be_written(folder)
    work = inbox / WORK
    if work.is_dir() and not can_rename(work, folder):
        return f"{folder} can be written; on another disk or mount: files are copied"
    return f"{folder} can be written"


def _can_be_written(folder: Path) -> Path:
    private_folder(folder)
    with writing(folder), tempfile.TemporaryFile(dir=folder):
        return folder
