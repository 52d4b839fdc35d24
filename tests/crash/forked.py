"""The test's side of the zygote: commands as real processes, started in an instant."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRWPair
from pathlib import Path

from tests.commands import ROOT, Ended
from tests.crash.zygote import Order

PATIENCE_SECONDS = 60.0


class Zygote:
    """One process at a time is waited for; others may run meanwhile."""

    def __init__(self, lines: BufferedRWPair) -> None:
        self._lines = lines

    def start(self, order: Order) -> "Running":
        return Running(self._ask(order.line()), order, self)

    def wait(self, process: int) -> int:
        """How it ended; one that takes a minute is killed."""
        too_late = threading.Timer(PATIENCE_SECONDS, os.kill, (process, signal.SIGKILL))
        too_late.start()
        try:
            return self._ask(b"%d\n" % process)
        finally:
            too_late.cancel()

    def _ask(self, line: bytes) -> int:
        self._lines.write(line)
        self._lines.flush()
        return int(self._lines.readline())


@dataclass(frozen=True)
class Running:
    """A process of the program; until it was waited for its id is its own."""

    process: int
    order: Order
    zygote: Zygote

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process, number)

    def ended(self) -> Ended:
        code = self.zygote.wait(self.process)
        return Ended(code, _text(self.order.out), _text(self.order.err))


@contextmanager
def zygote(module: str = "tests.crash.zygote") -> Iterator[Zygote]:
    """Starts one; all that it started is killed at the end."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", module, str(theirs.fileno())]
    with (
        theirs,
        subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()]) as process,
    ):
        theirs.close()
        try:
            with ours, ours.makefile("rwb") as lines:
                yield Zygote(lines)
        finally:
            process.wait(timeout=PATIENCE_SECONDS)


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")
