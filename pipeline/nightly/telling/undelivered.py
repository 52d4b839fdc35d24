"""Why a message did not arrive, and a bound for how long is tried."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

TRANSIENT: Final = "This may pass by itself; if not, ask whoever runs that server."
Result = TypeVar("Result")


class NotSent(Exception):
    """A message did not arrive.

    `lasting`: trying again soon is of no use. `this_one`: others may well arrive.
    """

    def __init__(
        self,
        reason: str,
        *,
        hint: str = "",
        lasting: bool = False,
        this_one: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.lasting = lasting
        self.this_one = this_one


def within(seconds: float, work: Callable[[], Result], *, late: str) -> Result:
    """What `work` returns or raises; NotSent with the reason `late` if it takes longer.

    Time-outs of sockets count from byte to byte, and a slow server could keep a
    night for hours. Work that takes longer is left to itself, and ends with the
    process.
    """
    future: Future[Result] = Future()
    threading.Thread(target=_fulfil, args=(future, work), daemon=True).start()
    if not wait([future], timeout=seconds).done:
        raise NotSent(late, hint=TRANSIENT)
    return future.result()


def _fulfil(future: Future[Result], work: Callable[[], Result]) -> None:
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
