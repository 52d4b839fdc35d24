"""Asking the person at the terminal, if there is one."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipeline.progress import Progress
from pipeline.runs.job import Consent
from pipeline.stopping import Stop


class Beforehand:
    """The person said yes to all on the command line (`--yes`)."""

    def may_begin(self, question: str) -> bool:
        return True

    def may_go_on(self, question: str) -> bool:
        return True


class Unattended:
    """Nobody is there: a run begins, and no pilot goes on."""

    def may_begin(self, question: str) -> bool:
        return True

    def may_go_on(self, question: str) -> bool:
        return False


class AtTerminal:
    """Asks on the terminal; Ctrl-C there is a no, and stops the run."""

    def __init__(self, stop: Stop, progress: Progress) -> None:
        self._stop = stop
        self._progress = progress

    def may_begin(self, question: str) -> bool:
        return self._ask(question)

    def may_go_on(self, question: str) -> bool:
        return self._ask(question)

    def _ask(self, question: str) -> bool:
        self._progress.rest()
        try:
            with ctrl_c_raises():
                return click.confirm(question, default=False, err=True)
        except (click.Abort, KeyboardInterrupt):
            self._stop.request(signal.SIGINT)
            return False


def consent_for(stop: Stop, progress: Progress, *, beforehand: bool) -> Consent:
    if beforehand:
        return Beforehand()
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        return AtTerminal(stop, progress)
    return Unattended()


@contextmanager
def ctrl_c_raises() -> Iterator[None]:
    """Other handlers would let the prompt wait on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
