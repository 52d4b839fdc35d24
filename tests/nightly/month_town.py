"""Whom a month of nights talks to: the API, a mail server and two programs' ears.

All of it is real sockets on loopback, served by one thread.
"""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.sandbox.app import create_app
from pipeline.sandbox.arrivals import Arrivals
from pipeline.sandbox.front.ports import hold_port, listen_beside, url_of
from pipeline.sandbox.front.scenario import Scenario
from pipeline.sandbox.front.server import Front
from pipeline.sandbox.settings import SandboxSettings
from tests.telling.receivers import Mailbox, _end_talks

CALM = Scenario(description="All is well.")
_Result = TypeVar("_Result")
_PATIENCE_SECONDS = 20.0
_LOCK = "the-lock-that-no-client-knows"


@dataclass
class Keys:
    """Before the stand-in, which knows one key for ever: the one that is valid now."""

    app: ASGIApp
    valid: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, self._turned(value)) for name, value in scope["headers"]]
        await self.app({**scope, "headers": headers}, receive, send)

    def _turned(self, value: bytes) -> bytes:
        return f"Bearer {_LOCK}".encode() if value == self._shown() else value

    def _shown(self) -> bytes:
        return f"Bearer {self.valid}".encode()


@dataclass
class Ears:
    """Takes every document that is posted, with the name that its address ends in."""

    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        who = scope["path"].removeprefix("/")
        self.heard.append((who, json.loads(message["body"])))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


class Town:
    """The API under one address for the whole month, whatever befalls it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, key: str) -> None:
        self._loop = loop
        self._ports = {each: hold_port(0) for each in ("api", "mail", "ears")}
        self._arrivals = Arrivals()
        app = create_app(SandboxSettings(api_key=_LOCK), self._arrivals)
        self.keys = Keys(app, key)
        self._ears = Ears()
        self._mailbox = Mailbox()
        self._fronts: dict[str, Front] = {}
        self._post: asyncio.Server | None = None

    @property
    def api_url(self) -> str:
        return url_of(self._ports["api"])

    @property
    def ears_url(self) -> str:
        return url_of(self._ports["ears"])

    @property
    def mail_port(self) -> int:
        port: int = self._ports["mail"].getsockname()[1]
        return port

    @property
    def mails(self) -> list[EmailMessage]:
        return self._mailbox.mails

    @property
    def heard(self) -> list[tuple[str, dict[str, Any]]]:
        return self._ears.heard

    def play(self, scenario: Scenario) -> None:
        """From now on the API is like this."""
        self._do(self._replace("api", scenario, self.keys))

    def open(self) -> None:
        self.play(CALM)
        self._do(self._replace("ears", CALM, self._ears))
        self.open_post()

    def open_post(self) -> None:
        self._do(self._open_post())

    def close_post(self) -> None:
        """Nobody listens where mails are taken."""
        self._do(self._close_post())

    def close(self) -> None:
        self.close_post()
        self._do(self._close_fronts())
        self._ports["mail"].close()

    def _do(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(_PATIENCE_SECONDS)

    async def _replace(self, name: str, scenario: Scenario, app: ASGIApp) -> None:
        if before := self._fronts.get(name):
            await _end(before)
        front = Front(scenario, app, Arrivals(), self._ports[name])
        self._fronts[name] = front
        await front.open()

    async def _open_post(self) -> None:
        talk = partial(SMTP, self._mailbox, loop=self._loop, hostname="localhost")
        listener = listen_beside(self._ports["mail"])
        self._post = await self._loop.create_server(talk, sock=listener)

    async def _close_post(self) -> None:
        if self._post is not None:
            self._post.close()

    async def _close_fronts(self) -> None:
        for front in self._fronts.values():
            await front.close()


@contextmanager
def running_town(key: str) -> Iterator[Town]:
    """Serves until the block ends; `key` is valid at the beginning."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    town = Town(loop, key)
    try:
        town.open()
        yield town
    finally:
        town.close()
        asyncio.run_coroutine_threadsafe(_end_talks(), loop).result(_PATIENCE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(front: Front) -> None:
    """As its own closing, but the port is kept."""
    tasks = list(front.tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    front.stop_listening()
