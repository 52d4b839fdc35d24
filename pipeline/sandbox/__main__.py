"""Serves the stand-in: `python -m pipeline.sandbox`."""

import argparse
import contextlib
import json
import os
import sys
import threading
from functools import partial

import uvicorn

from pipeline.sandbox.front.scenario import Scenario, load_scenario
from pipeline.sandbox.scenarios import ScenarioError, find_scenario
from pipeline.sandbox.server import AnnouncingServer, make_server
from pipeline.sandbox.settings import DEFAULT_API_KEY, SandboxSettings


def main(arguments: list[str] | None = None) -> None:
    """Serves until SIGINT, SIGTERM, or the end of stdin when that was asked for."""
    options = _parser().parse_args(arguments)
    server = _make_server(options)
    if options.until_stdin_closes:
        threading.Thread(target=_stop_at_end, args=[server], daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_until_told()


def _make_server(options: argparse.Namespace) -> AnnouncingServer:
    try:
        return make_server(
            port=options.port,
            settings=SandboxSettings(options.api_key, options.rate_limit),
            scenario=_scenario(options.scenario),
            announce=partial(_announce, options.api_key),
        )
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Error: The sandbox cannot listen on port {options.port}: {error}. "
            "Perhaps another one runs already: --port 0 takes a free port."
        )


def _announce(api_key: str, url: str, inspection_url: str) -> None:
    """One line of JSON on stdout."""
    where = {"url": url, "api_key": api_key, "inspection_url": inspection_url}
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()


def _scenario(name_or_path: str | None) -> Scenario | None:
    if name_or_path is None:
        return None
    try:
        return load_scenario(find_scenario(name_or_path))
    except ScenarioError as error:
        sys.exit(f"Error: {error}")


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
    parser.add_argument("--scenario", help="a shipped scenario, or a file of one")
    parser.add_argument("--api-key", default=DEFAULT_API_KEY, help="the key to expect")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end when stdin does"
    )
    return parser


if __name__ == "__main__":
    main()
