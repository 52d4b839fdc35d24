"""Old things of a job are removed: only what the journal and the ledger know."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pipeline.nightly.config import Config, NightlyJob
from pipeline.nightly.moving import reason_file
from pipeline.nightly.passage import NightTools
from pipeline.nightly.takes import Kind, Take


def clear_old(config: Config, job: NightlyJob, tools: NightTools) -> None:
    """Removes what is older than the job keeps it.

    A file is removed only as it was put there, and of a run only what belongs to one
    that is settled.
    """
    if not job.keep:
        return
    for take in tools.journal.done(job.name, job.inbox):
        for what, path in _of(config, job, tools, take):
            if _is_old(job, tools, take, what) and _remove(path):
                _remove_day(path.parent, job.archive)
                tools.log.tell(
                    "removed",
                    f"{job.name}: {path} was removed; {what} are kept "
                    f"{job.keep[what] / 86_400:g} days.",
                    job=job.name,
                    file=take.name,
                    run=take.run,
                    path=str(path),
                )


def _of(
    config: Config, job: NightlyJob, tools: NightTools, take: Take
) -> Iterator[tuple[str, Path]]:
    """What there is of a file that came to its end, each by what it counts as."""
    if take.exit is not None and _is_ours(take):
        quarantined = take.exit.kind is Kind.QUARANTINED
        kept = "quarantine" if quarantined else "archive"
        folder = job.quarantine if quarantined else job.archive
        if take.exit.goes_to.is_relative_to(folder):
            yield kept, take.exit.goes_to
    if take.run and tools.runner.is_settled(take.run):
        yield "reports", config.reports / take.run
        yield "plans", tools.runner.plan_folder(take.run)


def _is_ours(take: Take) -> bool:
    """Whether what lies there is what was put there, as far as its size tells."""
    with suppress(OSError):
        return take.exit is not None and take.exit.goes_to.lstat().st_size == take.size
    return False


def _is_old(job: NightlyJob, tools: NightTools, take: Take, what: str) -> bool:
    if what not in job.keep or take.done_at is None:
        return False
    age = tools.clock.now() - take.done_at
    return age > timedelta(seconds=job.keep[what])


def _remove(path: Path) -> bool:
    """Whether it was there, and is not any more."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return not path.exists()
    if not path.is_file() or path.is_symlink():
        return False
    with suppress(OSError):
        path.unlink()
        reason_file(path).unlink(missing_ok=True)
        return True
    return False


def _remove_day(folder: Path, archive: Path) -> None:
    """The folder of a day of which nothing is left."""
    if folder.parent == archive:
        with suppress(OSError):
            folder.rmdir()
