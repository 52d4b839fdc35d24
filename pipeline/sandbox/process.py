"""Runs the stand-in as a process of its own, for as long as a block lasts."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

from pipeline.sandbox.settings import DEFAULT_API_KEY

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 20.0
STOP_SECONDS = 10.0
LAST_LINES = 10


class SandboxError(RuntimeError):
    """The stand-in did not start; ends with the last lines it wrote."""


@dataclass(frozen=True)
class Sandbox:
    """A stand-in that is listening.

    `inspection_url` answers `/_sandbox/...` also when `url` leads nowhere.
    """

    url: str
    api_key: str
    inspection_url: str


@contextmanager
def running_sandbox(
    *,
    rate_limit: int | None = None,
    scenario: str | Path | None = None,
    api_key: str = DEFAULT_API_KEY,
) -> Iterator[Sandbox]:
    """A stand-in for the length of the block; raises SandboxError if none starts.

    `scenario` is the name of a shipped one, or the path of a file (`.toml`). It ends
    with this process, however that ends: its stdin is a pipe from here.
    """
    asked = _options(port=0, rate_limit=rate_limit, scenario=scenario, api_key=api_key)
    command = [*_command(asked), "--until-stdin-closes"]
    with TemporaryFile() as log, _start(command, log) as process:
        try:
            yield _await_announcement(process, log)
        finally:
            _stop(process)


def become_sandbox(
    *, port: int, rate_limit: int | None, scenario: str | Path | None
) -> NoReturn:
    """Puts a stand-in in the place of this process; it ends with Ctrl-C."""
    command = _command(_options(port=port, rate_limit=rate_limit, scenario=scenario))
    os.execve(command[0], command, _environment())  # noqa: S606 - our own module


def _options(**given: object) -> list[str]:
    return [
        f"--{name.replace('_', '-')}={value}"
        for name, value in given.items()
        if value is not None
    ]


def _command(options: list[str]) -> list[str]:
    # -P: no module of the user's working folder may take the place of ours
    return [sys.executable, "-P", "-m", "pipeline.sandbox", *options]


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def _start(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module, and no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is for the parent: it has answers to wait for
    )


def _await_announcement(process: subprocess.Popen[bytes], log: IO[bytes]) -> Sandbox:
    line = _first_line(process)
    if not line:
        process.wait()
        raise SandboxError(f"The sandbox did not start. {_last_lines(log)}".strip())
    return Sandbox(**json.loads(line))


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    too_late = threading.Timer(START_SECONDS, process.kill)
    too_late.start()
    try:
        return process.stdout.readline() if process.stdout else b""
    finally:
        too_late.cancel()


def _last_lines(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-LAST_LINES:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=STOP_SECONDS)  # closes its stdin
    except subprocess.TimeoutExpired:
        process.kill()
