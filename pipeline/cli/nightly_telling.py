"""Who is told of nights, as a configuration says; also of one that cannot begin."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.checkup import Finding, Level
from pipeline.cli.ending import in_words
from pipeline.cli.nightly_places import told_folder
from pipeline.cli.nightly_texts import failed_night, with_mistakes
from pipeline.nightly.clock import Clock
from pipeline.nightly.config import Config
from pipeline.nightly.hints import without_resume
from pipeline.nightly.journal import Journal
from pipeline.nightly.load import load_config
from pipeline.nightly.log import Log
from pipeline.nightly.telling import Surroundings, Telling

_NOT_HELD = "The night could not be held."


def telling_of(
    config: Config, say: Callable[[str], None], sleep: Callable[[float], None]
) -> Telling:
    """Whoever is to be told; what was told is remembered beside the ledger."""
    return Telling(config.telling, _around(config, say, sleep))


def telling_of_files(
    config: Config, log: Log, clock: Clock, journal: Journal
) -> Telling:
    """As `telling_of`, and it knows which files are under way."""
    around = _around(config, partial(_said, log), clock.wait)
    waiting = partial(_under_way, config, journal)
    return Telling(config.telling, around, waiting)


@contextmanager
def failing_aloud(config: Config | None, log: Log, clock: Clock) -> Iterator[None]:
    """Tells of whatever keeps a night from being held, then raises it in words.

    Nothing but the network is needed for that. None: nobody is known who could be
    told.
    """
    try:
        yield
    except Exception as error:
        trouble = in_words(error)
        trouble.hint = without_resume(trouble.hint)
        log.tell("failed", _NOT_HELD, "error", code=trouble.code)
        if config is not None:
            night = with_mistakes(failed_night(trouble, clock.now()), trouble)
            telling_of(config, partial(_said, log), clock.wait).ended(night)
        raise trouble from error


def test_messages(path: Path, say: Callable[[str], None]) -> tuple[Finding, ...]:
    """Sends a test message by each way; raises NightlyError for a wrong file."""
    telling = telling_of(load_config(path, os.environ), say, time.sleep)
    found = telling.send_test(datetime.now(UTC))
    if found:
        return found
    message = "The configuration names nobody who is to be told."
    return (Finding("notify", Level.WARNING, message, "Name some under `notify`."),)


def _around(
    config: Config, say: Callable[[str], None], sleep: Callable[[float], None]
) -> Surroundings:
    return Surroundings(told_folder(config), say, sleep, config.clock)


def _said(log: Log, text: str) -> None:
    """What is said of messages holds nothing of the files."""
    log.tell("telling", text, said=text)


def _under_way(config: Config, journal: Journal) -> dict[str, int]:
    found = {job.name: journal.under_way(job.name, job.inbox) for job in config.jobs}
    return {job: len(takes) for job, takes in found.items() if takes}
