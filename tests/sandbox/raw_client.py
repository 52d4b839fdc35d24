"""A client that sees bytes, and how a connection ended."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import httpx

from pipeline.sandbox.front.scenario import load_scenario
from pipeline.sandbox.process import Sandbox
from pipeline.sandbox.server import make_server
from pipeline.sandbox.settings import DEFAULT_API_KEY, SandboxSettings

ACTIVITY = "/api/v2/activity"
BODY = json.dumps(
    {
        "attributes": {
            "metadata": {
                "activity_time": "2019-03-05T14:30:00Z",
                "subject": "Call",
                "description": "Spoke about prices",
            },
            "account_id": "8687b18d-8ce1-4c8b-aedd-3a249018775a",
        }
    }
).encode()
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Heard:
    """What came back, and how it ended: `closed`, `reset`, or `silent`."""

    data: bytes
    ending: str


@contextmanager
def playing(folder: Path, scenario: str) -> Iterator[Sandbox]:
    """A stand-in in a scenario of the test's own."""
    path = folder / "mine.toml"
    path.write_text(f'description = "mine"\n{scenario}', encoding="utf-8")
    with serving(path) as sandbox:
        yield sandbox


@contextmanager
def serving(scenario: Path) -> Iterator[Sandbox]:
    """A stand-in in the scenario of a file, in a thread of this process."""
    where: Queue[tuple[str, str]] = Queue()
    server = make_server(
        port=0,
        settings=SandboxSettings(),
        scenario=load_scenario(scenario),
        announce=lambda *urls: where.put(urls),
    )
    thread = Thread(target=server.serve_until_told)
    thread.start()
    try:
        url, inspection_url = where.get(timeout=PATIENCE_SECONDS)
        yield Sandbox(url, DEFAULT_API_KEY, inspection_url)
    finally:
        server.should_exit = True
        thread.join()


def connected(url: str) -> socket.socket:
    parts = httpx.URL(url)
    assert parts.port is not None
    return socket.create_connection((parts.host, parts.port), timeout=PATIENCE_SECONDS)


def post(body: bytes = BODY, *headers: str, path: str = ACTIVITY) -> bytes:
    """The bytes of a request."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: sandbox",
        "Authorization: Bearer sandbox-key",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


LAST_POST = post(BODY, "Connection: close")
HEALTH = b"GET /api/v2/health HTTP/1.1\r\nConnection: close\r\n\r\n"


def said(url: str, request: bytes = LAST_POST, seconds: float = 10.0) -> Heard:
    """All that is said on a new connection, up to its end or so many seconds."""
    try:
        connection = connected(url)
    except ConnectionResetError:  # as early as that, if the server is quick
        return Heard(b"", "reset")
    with connection:
        connection.settimeout(seconds)
        try:
            connection.sendall(request)
        except (ConnectionResetError, BrokenPipeError):
            return Heard(b"", "reset")
        return rest_of(connection)


def rest_of(connection: socket.socket) -> Heard:
    """All that is said on a connection from now on."""
    data = b""
    while True:
        try:
            chunk = connection.recv(65_536)
        except ConnectionResetError:
            return Heard(data, "reset")
        except TimeoutError:
            return Heard(data, "silent")
        if not chunk:
            return Heard(data, "closed")
        data += chunk


def answer_on(connection: socket.socket) -> bytes:
    """One whole answer, the connection left open."""
    data = b""
    while not is_whole(data):
        chunk = connection.recv(65_536)
        assert chunk, data
        data += chunk
    return data


def is_whole(data: bytes) -> bool:
    """Whether this is an answer to its end."""
    head, end, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?m)^content-length: (\d+)\r?$", head)
    return bool(end and length and len(body) == int(length[1]))


def status_of(data: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", data)
    assert found, data
    return int(found[1])


def body_of(data: bytes) -> Any:
    return json.loads(data.partition(b"\r\n\r\n")[2])


def undated(data: bytes) -> bytes:
    """The answer with its date as DATE."""
    return re.sub(rb"(?m)^date: .*? GMT\r$", b"date: DATE\r", data)


def requests_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The record of requests, without bodies and times."""
    entries: list[dict[str, Any]] = inspected(sandbox, "requests")
    return [
        {name: each[name] for name in ("number", "carried_out", "fault", "status")}
        for each in entries
    ]


def activities_of(sandbox: Sandbox) -> list[str]:
    """The ids of what was taken."""
    return [each["id"] for each in inspected(sandbox, "activities")]


def inspected(sandbox: Sandbox, what: str) -> Any:
    parts = httpx.URL(sandbox.inspection_url)
    with closing(HTTPConnection(parts.host, parts.port)) as connection:
        connection.request("GET", f"/_sandbox/{what}")
        return json.load(connection.getresponse())


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Looks again and again; fails when it does not come true."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends_at, what
        time.sleep(0.01)
