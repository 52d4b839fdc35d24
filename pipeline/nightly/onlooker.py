"""Who looks on as a night begins and ends."""

from datetime import datetime
from typing import Protocol

from pipeline.nightly.endings import NightEnding


class Onlooker(Protocol):
    """Is told of a night. What it raises never fails one."""

    def begun(self, at: datetime) -> None: ...

    def ended(self, night: NightEnding) -> None: ...
