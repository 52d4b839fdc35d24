"""A server on loopback that does exactly what a script says, byte by byte.

    with misbehaving([reads, answers(201, CREATED), resets], [reads]) as server:
        ...  # talk to server.url
    assert len(server.requests) == 2

Each list is the script of one connection, in the order they come in; the last one
serves all later connections too. When a script ends, its connection is closed.
`server.requests` holds only requests that were received whole.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from socketserver import BaseRequestHandler, ThreadingTCPServer
from ssl import SSLContext
from typing import Any

import orjson

ACTIVITY_ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
CREATED = {"data": {"id": ACTIVITY_ID, "record_type": "activity"}}
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Received:
    """One whole request; the names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Talk:
    """One connection, as the steps of its script see it."""

    socket: socket.socket
    requests: list[Received]
    over: threading.Event


Step = Callable[[Talk], None]
Script = Sequence[Step]


def reads(talk: Talk) -> None:
    """Waits for one whole request."""
    with talk.socket.makefile("rb") as stream:
        line = stream.readline().decode().strip()
        if not line:
            raise EOFError
        headers = dict(_headers(stream.readline))
        body = stream.read(int(headers.get("content-length", "0")))
    talk.requests.append(Received(line, headers, body))


def reads_some(count: int) -> Step:
    """Reads the first bytes of a request and leaves the others."""

    def step(talk: Talk) -> None:
        talk.socket.recv(count, socket.MSG_WAITALL)

    return step


def says(data: bytes) -> Step:
    """Sends these bytes and nothing else."""
    return lambda talk: talk.socket.sendall(data)


def answers(status: int, body: object = b"", **headers: str) -> Step:
    """Sends a whole answer; bytes and text as they are, all else as JSON.

    Underscores in names of headers stand for hyphens.
    """
    content = _content(body)
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return says("\r\n".join([*lines, "", ""]).encode() + content)


def drips(data: bytes, *, every_seconds: float) -> Step:
    """Sends a byte at a time."""

    def step(talk: Talk) -> None:
        for byte in data:
            talk.socket.sendall(bytes([byte]))
            talk.over.wait(every_seconds)

    return step


def stalls(talk: Talk) -> None:
    """Does nothing until the server is taken down."""
    talk.over.wait()


def resets(talk: Talk) -> None:
    """Breaks the connection with RST in place of closing it."""
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    talk.socket.close()
    raise EOFError


def speaks_tls(context: SSLContext, then: Step = reads) -> Step:
    """Encrypts that one step; as it is, for handshakes that the client must refuse."""

    def step(talk: Talk) -> None:
        with context.wrap_socket(talk.socket.dup(), server_side=True) as encrypted:
            then(Talk(encrypted, talk.requests, talk.over))

    return step


class MisbehavingServer(ThreadingTCPServer):
    """What `misbehaving` gives: `url`, `requests`, `connections`."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, scripts: Sequence[Script]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests: list[Received] = []
        self.connections = 0
        self.over = threading.Event()
        self.scripts = scripts
        self.chosen: dict[Any, Script] = {}
        self.sockets: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, Any]:
        """Chooses the script while connections still come one by one."""
        connection, address = super().get_request()
        self.chosen[address] = self.scripts[
            min(self.connections, len(self.scripts) - 1)
        ]
        self.connections += 1
        self.sockets.append(connection)
        return connection, address


class _Connection(BaseRequestHandler):
    server: MisbehavingServer

    def handle(self) -> None:
        talk = Talk(self.request, self.server.requests, self.server.over)
        with suppress(EOFError, OSError, ValueError):
            for step in self.server.chosen[self.client_address]:
                step(talk)


@contextmanager
def misbehaving(*scripts: Script) -> Iterator[MisbehavingServer]:
    """Serves until the block ends."""
    with MisbehavingServer(scripts) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
            for each in server.sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


@contextmanager
def nobody_listening() -> Iterator[str]:
    """The URL of a port that refuses connections, kept from others meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def nobody_accepting() -> Iterator[str]:
    """The URL of a port whose queue of connections is full: no more can be made."""
    with ExitStack() as stack:
        held = stack.enter_context(socket.socket())
        held.bind(("127.0.0.1", 0))
        held.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003
            waiting.connect_ex(held.getsockname())
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def _headers(next_line: Callable[[], bytes]) -> Iterator[tuple[str, str]]:
    while line := next_line().decode("latin-1").strip():
        name, _, text = line.partition(":")
        yield name.lower(), text.strip()


def _content(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else orjson.dumps(body)
