"""Serves the stand-in: `python -m pipeline.sandbox`."""

import argparse
import contextlib
import json
import os
import socket
import sys
import threading

import uvicorn

from pipeline.sandbox.app import create_app
from pipeline.sandbox.settings import DEFAULT_API_KEY, SandboxSettings

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
LAST_ANSWERS_SECONDS = 5


class AnnouncingServer(uvicorn.Server):
    """Says on stdout, in one line of JSON, where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self.announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then announces."""
        await super().startup(sockets)
        sys.stdout.write(self.announcement + "\n")
        sys.stdout.flush()


def main(arguments: list[str] | None = None) -> None:
    """Serves until SIGINT, SIGTERM, or the end of stdin when that was asked for."""
    options = _parser().parse_args(arguments)
    settings = SandboxSettings(options.api_key, options.rate_limit)
    with _listen(options.port) as listener:
        server = _make_server(settings, listener)
        if options.until_stdin_closes:
            threading.Thread(target=_stop_at_end, args=[server], daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _make_server(
    settings: SandboxSettings, listener: socket.socket
) -> AnnouncingServer:
    config = uvicorn.Config(
        create_app(settings),
        access_log=False,
        lifespan="off",
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    announcement = json.dumps({"url": url, "api_key": settings.api_key})
    return AnnouncingServer(config, announcement)


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
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end when stdin does"
    )
    return parser


if __name__ == "__main__":
    main()
