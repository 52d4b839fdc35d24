"""The folders of all jobs: none is taken for another."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.nightly.config import NightlyJob
from pipeline.yaml_file import Section

_KEYS = ("archive", "quarantine")


def keep_apart(
    sections: Sequence[Section], defaults: Section | None, jobs: Sequence[NightlyJob]
) -> None:
    """Tells of archives and quarantines that lie in inboxes, or in one another."""
    pairs = list(zip(sections, jobs, strict=True))
    with_inbox = [job for section, job in pairs if _says("inbox", section, defaults)]
    for section, job in pairs:
        written = [key for key in _KEYS if _says(key, section, defaults)]
        for key, mistake in _mistakes(job, written, with_inbox):
            section.complain(mistake, key)


def _says(key: str, section: Section, defaults: Section | None) -> bool:
    return key in section or (defaults is not None and key in defaults)


def _mistakes(
    job: NightlyJob, written: Sequence[str], jobs: Sequence[NightlyJob]
) -> Iterator[tuple[str, str]]:
    for key in written:
        place: Path = getattr(job, key)
        if place == job.inbox:
            yield key, f"'{key}' is the inbox itself."
        for other in jobs:
            if other.inbox != job.inbox and _lies_in(place, other.inbox):
                yield key, f"'{key}' lies in the inbox of the job '{other.name}'."
    archive, quarantine = job.archive, job.quarantine
    if archive.resolve() == quarantine.resolve():
        yield "quarantine", "'quarantine' is the folder of 'archive', too."
    elif _lies_in(quarantine, archive):
        yield "quarantine", "'quarantine' lies in 'archive'."
    elif _lies_in(archive, quarantine):
        yield "archive", "'archive' lies in 'quarantine'."


def _lies_in(place: Path, folder: Path) -> bool:
    return place.resolve().is_relative_to(folder.resolve())
