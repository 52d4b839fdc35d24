"""Listens, reads requests, and has each met as the scenario says."""

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from pipeline.sandbox.arrivals import Arrivals, logs_activity
from pipeline.sandbox.front.exchange import Behaviour, Exchange, GoodBehaviour
from pipeline.sandbox.front.outages import Outage
from pipeline.sandbox.front.ports import listen_beside
from pipeline.sandbox.front.scenario import Scenario
from pipeline.sandbox.front.service import Service, serve_by
from pipeline.sandbox.front.wire import Answer, Head, Link, NotHttpError

BACKLOG = 2048
GOOD = GoodBehaviour()
OUTAGE = "outage"


@dataclass
class Front:
    """Serves the app over a port of its own, misbehaving as told.

    `held` is bound to the port and never listens: it keeps the port during outages.
    """

    scenario: Scenario
    app: ASGIApp
    arrivals: Arrivals
    held: socket.socket
    server: asyncio.Server | None = None
    links: set[Link] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    connections: int = 0
    requests: int = 0
    answered: int = 0
    override: Behaviour | None = None

    def __post_init__(self) -> None:
        self.serve: Service = self.scenario.before(serve_by(self.app))

    async def open(self) -> None:
        """Begins to listen."""
        await self.listen()
        self._strike_after_requests()
        await asyncio.sleep(0)  # an outage from the start begins before any request

    async def close(self) -> None:
        """Lets go of everything, held requests included."""
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.stop_listening()
        self.held.close()

    async def listen(self) -> None:
        """Takes connections, on the same port each time."""
        listener = listen_beside(self.held)
        self.server = await asyncio.start_server(
            self._welcome, sock=listener, backlog=BACKLOG
        )

    def stop_listening(self) -> None:
        """Refuses connections, and breaks those there are."""
        if self.server is not None:
            self.server.close()
        for link in list(self.links):
            link.reset()

    @contextmanager
    def behaving(self, behaviour: Behaviour) -> Iterator[None]:
        """Meets every request in this way for the length of the block."""
        self.override = behaviour
        try:
            yield
        finally:
            self.override = None

    def _welcome(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        link = Link(reader, writer)
        if self.scenario.resets(self.connections):
            link.reset()
        else:
            self._start(self._talk(link))

    async def _talk(self, link: Link) -> None:
        """One connection, request after request, until either side leaves."""
        self.links.add(link)
        try:
            with suppress(EOFError, OSError):
                while not link.is_over:
                    await self._meet_next(link)
        finally:
            self.links.discard(link)
            link.close()

    async def _meet_next(self, link: Link) -> None:
        try:
            head = await link.read_head()
            exchange = self._exchange(link, head)
            await self._behaviour(exchange).meet(exchange)
        except NotHttpError:
            await link.write(Answer(400, (("connection", "close"),)).encode())
            return link.close()
        if exchange.number:
            self.answered += 1
            self._strike_after_requests()
        if head.is_last:
            link.close()
        return None

    def _exchange(self, link: Link, head: Head) -> Exchange:
        number = 0
        if logs_activity({"method": head.method, "path": head.path}):
            number = self.arrivals.begin()
            self.requests += 1
            if self.requests == 1:
                self._strike_after_seconds()
        return Exchange(link, head, number, self.arrivals, self.serve)

    def _behaviour(self, exchange: Exchange) -> Behaviour:
        if self.override is not None:
            exchange.fault = OUTAGE
            return self.override
        fault = self.scenario.fault_for(self.requests) if exchange.number else None
        exchange.fault = fault.label if fault else None
        return fault or GOOD

    def _strike_after_requests(self) -> None:
        for outage in self.scenario.outages:
            if outage.after_requests == self.answered:
                self._start(outage.strike(self))

    def _strike_after_seconds(self) -> None:
        for outage in self.scenario.outages:
            if outage.after_seconds is not None:
                self._start(self._strike_later(outage, outage.after_seconds))

    async def _strike_later(self, outage: Outage, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await outage.strike(self)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
