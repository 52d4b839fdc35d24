"""Starts the program quickly: imports it once, and forks a process per command.

    python -m tests.crash.zygote DESCRIPTOR

DESCRIPTOR is a socket. A line on it is an order (see `Order`), or the id of a process
to wait for; the answer is the id of the process, or how it ended, as `subprocess`
would say it. When the socket is closed, what was started here is killed.

To fork is safe as long as no thread but jemalloc's, which know of forks, was started:
Polars makes its threads when it first works, and here it never does.
"""

import ctypes
import gc
import os
import resource
import signal
import socket
import sys
from dataclasses import asdict, dataclass, field
from io import BufferedRWPair
from pathlib import Path

import orjson

from pipeline.cli import main
from tests.crash.seams import Seams, alter

_LINUX_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Order:
    """A command to run, as its user would: in a folder, with an environment.

    `terminal` is the path of a terminal that becomes its own; without one it reads
    nothing and writes to the files `out` and `err`. `limits` are soft limits of the
    system by their numbers in `resource`.
    """

    words: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    out: str = os.devnull
    err: str = os.devnull
    terminal: str | None = None
    limits: dict[str, int] = field(default_factory=dict)
    seams: Seams = field(default_factory=Seams)

    def line(self) -> bytes:
        return orjson.dumps(asdict(self)) + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Order":
        said = orjson.loads(line)
        return cls(**{**said, "seams": Seams(**said["seams"])})


def serve(control: socket.socket) -> Order | None:
    """Forks until the socket is closed; returns an order in the process that is it."""
    children: set[int] = set()
    with control, control.makefile("rwb") as lines:
        for line in lines:
            if line.startswith(b"{"):
                child = os.fork()
                if not child:
                    return Order.read(line)
                children.add(child)
                _answer(lines, child)
            else:
                _answer(lines, _how_it_ended(int(line)))
                children.discard(int(line))
        for child in children:
            os.kill(child, signal.SIGKILL)
    return None


def become(order: Order) -> None:
    """Puts this process in the place of the user's, and runs the command."""
    os.setsid()
    _lay_down_rights()
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    _redirect(order)
    for number, limit in order.limits.items():
        _, hard = resource.getrlimit(int(number))
        resource.setrlimit(int(number), (limit, hard))
    alter(order.seams)
    sys.argv = ["activity-import", *order.words]
    main()


def _lay_down_rights() -> None:
    """Root without its capabilities meets forbidden folders as anybody does."""
    header, none = (_LINUX_CAPABILITY_VERSION_3, 0), (0,) * 6
    kinds = (ctypes.c_uint32 * 2, ctypes.c_uint32 * 6)
    failed = ctypes.CDLL(None).capset(kinds[0](*header), kinds[1](*none))
    if failed:
        raise SystemExit("The process keeps root's rights.")


def _redirect(order: Order) -> None:
    names = (order.terminal,) * 3
    if order.terminal is None:
        names = (os.devnull, order.out, order.err)
    for descriptor, name in enumerate(names):
        opened = os.open(str(name), os.O_RDWR)
        os.dup2(opened, descriptor)
        os.close(opened)


def _how_it_ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _answer(lines: BufferedRWPair, number: int) -> None:
    lines.write(b"%d\n" % number)
    lines.flush()


if __name__ == "__main__":
    threads = [path.read_text() for path in Path("/proc/self/task").glob("*/comm")]
    if any(name.startswith("polars-") and "ooc" not in name for name in threads):
        raise SystemExit(f"Polars has threads before the fork: {threads}")
    gc.freeze()  # the children share what is imported, and copy little of it
    mine = serve(socket.socket(fileno=int(sys.argv[1])))
    if mine is not None:
        become(mine)
