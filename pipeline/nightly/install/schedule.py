"""What is to be started, when, as whom, and where it may write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from pipeline.nightly.config import Config


@dataclass(frozen=True)
class Schedule:
    """One night of `config` a day, at `at` of the machine's clock.

    `program` are the words that start the program, the first an absolute path.
    `ledger` is the ledger's file; `key_file` holds the API key, `secrets` are
    VARIABLE=VALUE lines for notifications; `user` is None where the unit is the
    user's own.
    """

    config: Config
    program: tuple[str, ...]
    ledger: Path
    at: time
    user: str | None = None
    key_file: Path | None = None
    secrets: Path | None = None

    @property
    def command(self) -> tuple[str, ...]:
        return (*self.program, "nightly", str(self.config.path))

    @property
    def written(self) -> tuple[Path, ...]:
        """The folders in which a night writes, each once, none inside another."""
        folders = sorted(set(self._folders()))
        return tuple(
            folder
            for folder in folders
            if not any(other in folder.parents for other in folders)
        )

    def _folders(self) -> Iterator[Path]:
        config = self.config
        for job in config.jobs:
            yield from (job.inbox, job.archive, job.quarantine)
        yield config.reports
        yield self.ledger.parent
        if config.log is not None:
            yield config.log.parent
        if config.telling.metrics is not None:
            yield config.telling.metrics.parent
