"""The clock of a night, which can be waited on."""

import threading
from datetime import UTC, datetime
from typing import Protocol

from pipeline.stopping import Stop

_HEEDED_WITHIN_SECONDS = 0.5


class Clock(Protocol):
    """`now` is in UTC; `wait` may return early when the user asks to stop."""

    def now(self) -> datetime: ...

    def wait(self, seconds: float) -> None: ...


class WallClock:
    """The machine's."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        until = self.now().timestamp() + seconds
        never = threading.Event()
        while not self._stop.is_requested():
            left = until - self.now().timestamp()
            if left <= 0:
                return
            never.wait(min(left, _HEEDED_WITHIN_SECONDS))
