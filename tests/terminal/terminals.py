"""A real terminal to run the program in, and what it shows."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CODES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Shown:
    """How a command left, and all that was written to its terminal."""

    code: int
    text: str

    @property
    def plain(self) -> str:
        return CODES.sub("", self.text)

    @property
    def drawn(self) -> list[str]:
        """Every state of the line that is drawn over and over."""
        return [each.strip() for each in re.split(r"[\r\n]", self.plain) if each]

    @property
    def summary(self) -> str:
        """What stands below the last line of the progress."""
        at = max(self.plain.rfind("\rRun "), self.plain.rfind("\nRun "))
        return self.plain[at + 1 :].replace("\r\n", "\n")


@contextmanager
def terminal(columns: int, lines: int) -> Iterator[tuple[int, int]]:
    """The two ends of a pseudo-terminal of that size."""
    ours, theirs = pty.openpty()
    try:
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        yield ours, theirs
    finally:
        os.close(ours)


def shown_on_terminal(
    *words: object, columns: int = 80, lines: int = 24, **environment: str
) -> Shown:
    """Types a command on a terminal of that size."""
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    given = {"TERM": "xterm", **environment}
    with terminal(columns, lines) as (ours, theirs):
        process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **given},
        )
        os.close(theirs)
        text = b"".join(_read(ours)).decode()
        return Shown(process.wait(60), text)


def _read(end: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(end, 65_536)
        except OSError:  # Linux says so that the other end is closed
            return
        if not part:
            return
        yield part
