"""A start of a night as a process of its own, on a clock of hand.

    python -m tests.nightly.month_start AT CONFIG
    python -m tests.nightly.month_start DESCRIPTOR

The first is one start that begins at AT. The second forks starts in an instant, as
`tests.crash.zygote` does; each begins at what its environment calls NIGHT_AT.
"""

import gc
import socket
import sys
from datetime import datetime

import pipeline.cli.nightly
from pipeline.cli import main
from tests.crash.zygote import become, serve
from tests.nightly.nights import HandClock

NIGHT_AT = "NIGHT_AT"


def begin_at(at: str) -> None:
    """From now on nights of this process begin at that moment."""
    clock = HandClock(datetime.fromisoformat(at))
    vars(pipeline.cli.nightly)["WallClock"] = lambda _stop: clock


def _start(at: str, config: str) -> None:
    begin_at(at)
    sys.argv = ["activity-import", "nightly", config]
    main()


def _serve(descriptor: str) -> None:
    gc.freeze()
    if (order := serve(socket.socket(fileno=int(descriptor)))) is not None:
        begin_at(order.environment[NIGHT_AT])
        become(order)


if __name__ == "__main__":
    (_serve if len(sys.argv) == 2 else _start)(*sys.argv[1:])
