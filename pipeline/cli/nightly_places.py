"""What nights keep beside the ledger, and whether it can be kept there."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.checkup import Finding
from pipeline.cli.nightly_runner import ledger_path
from pipeline.errors import ReportError
from pipeline.ledger import Ledger
from pipeline.nightly.clock import Clock
from pipeline.nightly.config import Config
from pipeline.nightly.findings import finding
from pipeline.nightly.journal import Journal
from pipeline.nightly.log import NightLog, silence
from pipeline.private_files import private_folder, probe, writing


def journal_path(config: Config) -> Path:
    return _beside_ledger(config, "")


def log_path(config: Config) -> Path:
    """That of the configuration, or the usual one."""
    return config.log or _beside_ledger(config, ".log")


def told_folder(config: Config) -> Path:
    """The private folder of what was told."""
    return _beside_ledger(config, f".{_name_of(config)}.told")


@contextmanager
def alone(config: Config) -> Iterator[bool]:
    """Whether no other process holds a night of this configuration.

    Raises ReportError when that cannot be found out.
    """
    lock = FileLock(_lock_path(config), timeout=0, mode=0o600)
    if not _is_taken(lock):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def open_ledger(config: Config) -> Path:
    """Its path, once it was opened; raises LedgerError."""
    path = ledger_path(config)
    with Ledger.open(path):
        return path


def check_places(config: Config, clock: Clock) -> Iterator[Finding]:
    """That ledger, journal, log and lock can be opened and written."""
    looks = {
        "nightly: ledger": partial(_ledger, config),
        "nightly: journal": partial(_journal, config),
        "nightly: log": partial(_log, config, clock),
        "nightly: lock": partial(_lock, config),
    }
    for check, look in looks.items():
        yield finding(check, look)


def _beside_ledger(config: Config, ending: str) -> Path:
    ledger = ledger_path(config)
    return ledger.with_name(f"{ledger.name}.nightly{ending}")


def _lock_path(config: Config) -> Path:
    return _beside_ledger(config, f".{_name_of(config)}.lock")


def _name_of(config: Config) -> str:
    """What tells the files of one configuration from those of others."""
    return hashlib.sha256(bytes(config.path)).hexdigest()[:8]


def _is_taken(lock: FileLock) -> bool:
    path = Path(lock.lock_file)
    private_folder(path.parent)
    with writing(path):
        try:
            lock.acquire()
        except Timeout:
            return False
    return True


def _ledger(config: Config) -> str:
    path = open_ledger(config)
    return f"{_writable(path)} can be written"


def _journal(config: Config) -> str:
    path = journal_path(config)
    with Journal.open(path):
        return f"{_writable(path)} can be written"


def _log(config: Config, clock: Clock) -> str:
    path = log_path(config)
    with closing(NightLog(path, silence, clock.now)):
        return f"{_writable(path)} can be written"


def _lock(config: Config) -> str:
    with alone(config) as is_alone:
        return "no night is under way" if is_alone else "a night is under way"


def _writable(path: Path) -> Path:
    """Writes beside it, too: databases do, and logs begin anew there."""
    with writing(path):
        probe(path.parent)
    if not os.access(path, os.W_OK):
        raise ReportError(
            "The file cannot be written.",
            where=str(path),
            hint="Does it belong to another user? This program's user needs it.",
            code="file_not_written",
        )
    return path
