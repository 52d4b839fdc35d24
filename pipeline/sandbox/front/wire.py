"""HTTP/1.1 as bytes: requests as they arrive, answers as they leave."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

from pipeline.sandbox.store import Activity

HEAD_END = b"\r\n\r\n"
RESET = struct.pack("ii", 1, 0)
CHUNK = 65_536
OWN_HEADERS = ("content-length", "date", "transfer-encoding")

Headers = tuple[tuple[str, str], ...]


class NotHttpError(ValueError):
    """What came in is no request that the stand-in reads."""


@dataclass(frozen=True)
class Head:
    """A request up to its body; the names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Headers

    @property
    def length(self) -> int:
        """The length of the body; raises NotHttpError if it is not given as one."""
        given = dict(self.headers)
        text = given.get("content-length", "0")
        if "transfer-encoding" in given or not (text.isascii() and text.isdigit()):
            raise NotHttpError("the length of the body is not given")
        return int(text)

    @property
    def is_last(self) -> bool:
        """Whether the client asks for the connection to be closed afterwards."""
        return dict(self.headers).get("connection", "").lower() == "close"


@dataclass(frozen=True)
class Request:
    """A whole request."""

    head: Head
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A whole answer; `activity` is what was taken to give it, if anything was."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    activity: Activity | None = field(default=None, compare=False)

    @property
    def head(self) -> bytes:
        """The status line and the headers, with the empty line that ends them."""
        lines = [
            f"HTTP/1.1 {self.status} {phrase_of(self.status)}",
            f"date: {formatdate(usegmt=True)}",
            f"content-length: {len(self.body)}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def encode(self) -> bytes:
        """The answer as it goes over the wire."""
        return self.head + self.body


def phrase_of(status: int) -> str:
    """The words that belong to a status; `Unknown` for those that nobody named."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def read_head(raw: bytes) -> Head:
    """Takes a head apart; raises NotHttpError."""
    first, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    try:
        method, target, _ = first.split(" ")
    except ValueError as error:
        raise NotHttpError("the first line is no request line") from error
    path, _, query = target.partition("?")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    return Head(method, path, query, headers)


@dataclass(frozen=True)
class Link:
    """A connection with a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def is_over(self) -> bool:
        """Whether this side has closed it."""
        return self.writer.is_closing()

    async def read_head(self) -> Head:
        """The next head; raises NotHttpError, and EOFError when there is none."""
        first = await self.reader.readexactly(1)
        if not first.isalpha():  # a TLS handshake, for one
            raise NotHttpError("this is no HTTP")
        try:
            return read_head(first + await self.reader.readuntil(HEAD_END))
        except asyncio.LimitOverrunError as error:
            raise NotHttpError("the head is too long") from error

    async def read(self, length: int) -> bytes:
        """So many bytes; raises EOFError when the client left before."""
        return await self.reader.readexactly(length)

    async def write(self, data: bytes) -> None:
        """Sends; raises ConnectionError when the client is known to have left."""
        self.writer.write(data)
        await self.writer.drain()

    async def is_left_within(self, seconds: float) -> bool:
        """Whether the client leaves; what it sends meanwhile is thrown away."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(CHUNK):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def close(self) -> None:
        """Ends it in good order, after everything that was written."""
        self.writer.close()

    def reset(self) -> None:
        """Breaks it with RST in place of closing it; one that is over is left alone."""
        if self.is_over:
            return
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()
