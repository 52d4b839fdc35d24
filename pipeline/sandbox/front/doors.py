"""Where a stand-in says that it can be found, and what is there."""

import socket
from collections.abc import Callable
from typing import Protocol

from starlette.types import ASGIApp

from pipeline.sandbox.arrivals import Arrivals
from pipeline.sandbox.front.ports import url_of
from pipeline.sandbox.front.scenario import Scenario
from pipeline.sandbox.front.server import Front

MORE_THAN_FIT = 4


class Door(Protocol):
    """An address that is announced."""

    @property
    def url(self) -> str:
        """The address."""

    async def open(self) -> None:
        """Makes it what it should be."""

    async def close(self) -> None:
        """Lets go of it."""


class OpenDoor:
    """The address of the app itself: nothing stands before it."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def open(self) -> None:
        """Nothing to do: the app listens by itself."""

    async def close(self) -> None:
        """Nothing to do: the app ends by itself."""


class FrontDoor:
    """The address of a front, said with a scheme that it may or may not speak."""

    def __init__(self, front: Front, scheme: str) -> None:
        self.front = front
        self.url = url_of(front.held, scheme)

    async def open(self) -> None:
        """Begins to listen."""
        await self.front.open()

    async def close(self) -> None:
        """Breaks every connection."""
        await self.front.close()


class FullDoor:
    """A port whose queue is full: whoever connects waits in vain."""

    def __init__(self, held: socket.socket) -> None:
        self.listener = held
        self.url = url_of(held)
        self.waiting: list[socket.socket] = []

    async def open(self) -> None:
        """Fills the queue."""
        self.listener.listen(0)
        for _ in range(MORE_THAN_FIT):
            waiting = socket.socket()
            waiting.settimeout(0)
            waiting.connect_ex(self.listener.getsockname())
            self.waiting.append(waiting)

    async def close(self) -> None:
        """Lets go of the queue."""
        for each in (*self.waiting, self.listener):
            each.close()


def door_of(
    scenario: Scenario, app: ASGIApp, arrivals: Arrivals, held: socket.socket
) -> Door:
    """The door of a scenario, on the port that is held."""
    return DOORS[scenario.door](Front(scenario, app, arrivals, held))


def _no_such_host(front: Front) -> Door:
    front.held.close()
    return OpenDoor("https://no-such-host.invalid")


DOORS: dict[str, Callable[[Front], Door]] = {
    "open": lambda front: FrontDoor(front, "http"),
    "tls": lambda front: FrontDoor(front, "https"),
    "no-such-host": _no_such_host,
    "connect-timeout": lambda front: FullDoor(front.held),
}
