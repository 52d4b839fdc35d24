"""The night's log: a JSON line per event in a file, a plain line on stderr.

It names jobs, files and runs, and counts rows; what stands in cells, and the key,
are never in it.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final, Protocol

from pipeline.printable import on_one_line
from pipeline.private_files import private_folder, writing

LOG_BYTES: Final = 10_000_000
LOG_FILES: Final = 5
_JOURNAL_LEVELS: Final = {"info": "<6>", "warning": "<4>", "error": "<3>"}


class Log(Protocol):
    """Tells events: `text` is for people, `facts` are for programs."""

    def tell(self, event: str, text: str, level: str = "info", **facts: object) -> None:
        """One event; never raises."""


class NightLog:
    """Writes to a file, and says the text. `now` is asked for the time of an event.

    Raises ReportError when the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        say: Callable[[str, str], None],
        now: Callable[[], datetime],
    ) -> None:
        private_folder(path.parent)
        with writing(path):
            self._file = _PrivateFile(path)
        self._say = say
        self._now = now

    def tell(self, event: str, text: str, level: str = "info", **facts: object) -> None:
        at = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        known = {name: fact for name, fact in facts.items() if fact not in (None, "")}
        line = {"at": at, "level": level, "event": event, **known}
        self._file.write(json.dumps(line, ensure_ascii=False, default=str))
        self._say(level, text)

    def close(self) -> None:
        self._file.close()


class SpokenLog:
    """Only says the text, where there is no file to write to."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say

    def tell(self, event: str, text: str, level: str = "info", **facts: object) -> None:
        del event, facts
        self._say(level, text)


def on_stderr(level: str, text: str) -> None:
    """A line per event; systemd's journal is told how grave it is."""
    mark = _JOURNAL_LEVELS[level] if os.environ.get("JOURNAL_STREAM") else ""
    try:
        sys.stderr.write(f"{mark}{on_one_line(text)}\n")
        sys.stderr.flush()
    except OSError:  # nobody reads it any more: the file has it
        return


def silence(level: str, text: str) -> None:
    """`-q`."""


class _PrivateFile(RotatingFileHandler):
    """Files that only their owner may read; a full disk does not end a night."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )

    def write(self, line: str) -> None:
        self.emit(logging.makeLogRecord({"msg": "%s", "args": (line,)}))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's
        del record

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self.baseFilename, flags, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")
