"""Ctrl-C and its kin: the first asks the run to end in order, the second ends it."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from pipeline.errors import PipelineError

_LEFT = b"Left at once. `activity-import history` names the run to resume.\n"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(PipelineError):
    """The user stopped the run before anything was sent."""

    code = "interrupted"

    def __init__(self, exit_code: int) -> None:
        super().__init__(
            "You stopped the run before anything was sent.",
            hint="Run the import again when you are ready.",
        )
        self.exit_code = exit_code


class Stop:
    """Whether the user asked the run to end, and by which signal."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def exit_code(self) -> int:
        """The shell's convention: 128 and the signal's number."""
        return 128 + (self.signal or signal.SIGINT)

    def is_requested(self) -> bool:
        """Asked again where a signal may have come meanwhile."""
        return self.signal is not None

    def raise_if_requested(self) -> None:
        if self.is_requested():
            raise Interrupted(self.exit_code)

    def on_request(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def on_request_in(
        self, loop: asyncio.AbstractEventLoop, listener: Callable[[], object]
    ) -> None:
        """The listener is called in the loop, if that is still there."""

        def call() -> None:
            with suppress(RuntimeError):  # the loop is closed: its work was done
                loop.call_soon_threadsafe(listener)

        self.on_request(call)

    def request(self, number: int) -> None:
        if self.signal is not None:
            os.write(2, _LEFT)  # nothing else may run any more
            os._exit(128 + number)
        self.signal = number
        for listener in self._listeners:
            listener()


@contextmanager
def stopping_in_order(stop: Stop, say: Callable[[str], None]) -> Iterator[None]:
    """Turns the first SIGINT, SIGTERM or SIGHUP into `stop.request`.

    A SIGHUP that is ignored, as `nohup` has it, stays ignored.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        # In this order: a second signal may come while the first is being told.
        stop.request(number)
        say("Stopping: what is in flight is finished first. Again: leave at once.")

    before = {number: signal.signal(number, handle) for number in _heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> tuple[signal.Signals, ...]:
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return tuple(number for number in _SIGNALS if number is not signal.SIGHUP)
    return _SIGNALS
