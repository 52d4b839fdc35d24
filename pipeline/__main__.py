"""`python -m pipeline` is `activity-import`."""

import os
import signal
from types import FrameType

_INTERRUPTED = 128 + signal.SIGINT


def main() -> None:
    """The console script. Ctrl-C ends it without a word while it still loads."""
    heeding = signal.getsignal(signal.SIGINT)
    if heeding is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)
    from pipeline.cli import main as begin  # noqa: PLC0415

    signal.signal(signal.SIGINT, heeding)
    begin()


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(_INTERRUPTED)  # nothing has begun; an exception may be lost in an import


if __name__ == "__main__":
    main()
