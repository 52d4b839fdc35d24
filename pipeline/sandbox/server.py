"""Puts the stand-in on the network: the app, and the door of its scenario."""

import socket
from collections.abc import Callable
from dataclasses import replace

import uvicorn

from pipeline.sandbox.app import create_app
from pipeline.sandbox.arrivals import ArrivalRecorder, Arrivals
from pipeline.sandbox.front.doors import Door, OpenDoor, door_of
from pipeline.sandbox.front.ports import hold_port, listen, url_of
from pipeline.sandbox.front.scenario import Scenario
from pipeline.sandbox.settings import SandboxSettings

KEEP_ALIVE_SECONDS = 75
LAST_ANSWERS_SECONDS = 5

Announce = Callable[[str, str], None]


class AnnouncingServer(uvicorn.Server):
    """Says where it can be found, once it can: its URL, and that of the app itself."""

    def __init__(
        self,
        app: ArrivalRecorder,
        *,
        door: Door,
        listener: socket.socket,
        announce: Announce,
    ) -> None:
        super().__init__(_config(app))
        self.door = door
        self.listener = listener
        self.announce = announce

    def serve_until_told(self) -> None:
        """Serves until `should_exit`, or until a signal."""
        with self.listener:
            self.run(sockets=[self.listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, opens the door, then announces."""
        await super().startup(sockets)
        await self.door.open()
        self.announce(self.door.url, url_of(self.listener))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the door, then stops."""
        await self.door.close()
        await super().shutdown(sockets)


def make_server(
    *,
    port: int,
    settings: SandboxSettings,
    scenario: Scenario | None,
    announce: Announce,
) -> AnnouncingServer:
    """A server that holds its port (0: a free one); raises OSError or OverflowError."""
    arrivals = Arrivals()
    if scenario is None:
        app = create_app(settings, arrivals)
        listener = listen(port)
        door: Door = OpenDoor(url_of(listener))
    else:
        app = create_app(replace(settings, timeline=scenario.timeline), arrivals)
        door = door_of(scenario, app, arrivals, hold_port(port))
        listener = listen(0)
    recorder = ArrivalRecorder(app, arrivals)
    return AnnouncingServer(recorder, door=door, listener=listener, announce=announce)


def _config(app: ArrivalRecorder) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
