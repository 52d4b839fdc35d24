"""Serves the stand-in: `python -m pipeline.sandbox`."""

import argparse
import contextlib
import json
import os
import socket
import sys
import threading
from dataclasses import replace

import uvicorn

from pipeline.sandbox.app import create_app
from pipeline.sandbox.arrivals import ArrivalRecorder, Arrivals
from pipeline.sandbox.front.doors import Door, OpenDoor, door_of
from pipeline.sandbox.front.scenario import Scenario, load_scenario
from pipeline.sandbox.front.server import hold_port
from pipeline.sandbox.scenarios import ScenarioError, find_scenario
from pipeline.sandbox.settings import DEFAULT_API_KEY, SandboxSettings

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
LAST_ANSWERS_SECONDS = 5


class AnnouncingServer(uvicorn.Server):
    """Says on stdout, in one line of JSON, where it can be found, once it can."""

    def __init__(self, config: uvicorn.Config, door: Door, announcement: str) -> None:
        super().__init__(config)
        self.door = door
        self.announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, opens the door, then announces."""
        await super().startup(sockets)
        await self.door.open()
        sys.stdout.write(self.announcement + "\n")
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the door, then stops."""
        await self.door.close()
        await super().shutdown(sockets)


def main(arguments: list[str] | None = None) -> None:
    """Serves until SIGINT, SIGTERM, or the end of stdin when that was asked for."""
    options = _parser().parse_args(arguments)
    scenario = _scenario(options.scenario)
    with _listen(options.port if scenario is None else 0) as listener:
        server = _make_server(options, scenario, listener)
        if options.until_stdin_closes:
            threading.Thread(target=_stop_at_end, args=[server], daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _scenario(name_or_path: str | None) -> Scenario | None:
    if name_or_path is None:
        return None
    try:
        return load_scenario(find_scenario(name_or_path))
    except ScenarioError as error:
        sys.exit(f"Error: {error}")


def _make_server(
    options: argparse.Namespace, scenario: Scenario | None, listener: socket.socket
) -> AnnouncingServer:
    arrivals, url = Arrivals(), f"http://{HOST}:{listener.getsockname()[1]}"
    settings = SandboxSettings(options.api_key, options.rate_limit)
    door: Door = OpenDoor(url)
    if scenario is None:
        app = create_app(settings, arrivals)
    else:
        settings = replace(settings, timeline=scenario.timeline)
        app = create_app(settings, arrivals)
        door = door_of(scenario, app, arrivals, _hold(options.port))
    announced = {"url": door.url, "api_key": settings.api_key, "inspection_url": url}
    config = _config(ArrivalRecorder(app, arrivals))
    return AnnouncingServer(config, door, json.dumps(announced))


def _config(app: ArrivalRecorder) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )


def _listen(port: int) -> socket.socket:
    try:
        listener = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Error: The sandbox cannot listen on port {port}: {error}. "
            "Perhaps another one runs already: --port 0 takes a free port."
        )
    # inherited by connections; without it each answer waits 40 ms for an ACK
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _hold(port: int) -> socket.socket:
    _listen(port).close()  # since a held port can be shared, and must not be
    return hold_port(HOST, port)


def _stop_at_end(server: uvicorn.Server) -> None:
    # os.read, since a thread inside sys.stdin holds a lock that blocks the exit
    while os.read(0, 4096):
        pass
    server.should_exit = True


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m pipeline.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--rate-limit", type=_positive, help="requests per second")
    parser.add_argument("--api-key", default=DEFAULT_API_KEY, help="the key to expect")
    parser.add_argument("--scenario", help="a shipped scenario, or a file of one")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end when stdin does"
    )
    return parser


if __name__ == "__main__":
    main()
