"""One request and its answer, as a fault can steer them."""

from dataclasses import dataclass, field
from typing import Protocol

from pipeline.sandbox.arrivals import Arrival, Arrivals
from pipeline.sandbox.front.service import Service
from pipeline.sandbox.front.wire import Answer, Head, Link, Request


@dataclass
class Exchange:
    """A request whose head has arrived.

    `number` counts requests to log an activity; 0 is any other request, of which no
    record is kept.
    """

    link: Link
    head: Head
    number: int
    arrivals: Arrivals
    serve: Service
    fault: str | None = None
    _arrival: Arrival = field(default_factory=lambda: Arrival(0, 0.0, b""))
    _request: Request | None = None

    async def read(self) -> Request:
        """The whole request, which is on record from then on; raises EOFError."""
        if self._request is None:
            body = await self.link.read(self.head.length)
            self._request = Request(self.head, body)
            if self.number:
                self._arrival = self.arrivals.add(self.number, body, self.fault)
        return self._request

    async def carry_out(self) -> Answer:
        """Has the request done, and gives the answer that is due."""
        answer = await self.serve(await self.read())
        if answer.activity is not None:
            self._arrival.take_as(answer.activity)
        return answer

    async def send(self, answer: Answer) -> None:
        """Sends a whole answer, unless the connection broke meanwhile."""
        if self.link.is_over:
            return
        self.note_status(answer.status)  # first: the client may ask for it at once
        await self.link.write(answer.encode())

    def note_status(self, status: int) -> None:
        """Notes what the client is told."""
        self._arrival.status = status
        self.arrivals.count(self.head.path, status)


class Behaviour(Protocol):
    """What is done with a request, from its head on."""

    async def meet(self, exchange: Exchange) -> None:
        """Deals with it whole; closing or resetting its link ends the connection."""


class GoodBehaviour:
    """Reads, carries out, answers."""

    async def meet(self, exchange: Exchange) -> None:
        """Deals with the request as the API should."""
        await exchange.read()
        await exchange.send(await exchange.carry_out())
