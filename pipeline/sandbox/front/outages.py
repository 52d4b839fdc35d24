"""Times in which nobody is served."""

import asyncio
from contextlib import AbstractContextManager
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pipeline.sandbox.front.exchange import Behaviour
from pipeline.sandbox.front.faults import Hang, Refuse
from pipeline.sandbox.front.reply import Reply
from pipeline.sandbox.front.when import Seconds
from pipeline.sandbox.models import StrictModel


class Closable(Protocol):
    """What an outage can do to the front."""

    def stop_listening(self) -> None:
        """Refuses connections, and breaks those there are."""

    async def listen(self) -> None:
        """Takes connections, on the same port."""

    def behaving(self, behaviour: Behaviour) -> AbstractContextManager[None]:
        """Meets every request in this way for the length of the block."""


class OutageBase(StrictModel):
    """When it begins: after so many requests, or seconds after the first request.

    It lasts `seconds`, and without them to the end.
    """

    after_requests: Annotated[int, Field(ge=0)] | None = None
    after_seconds: Seconds | None = None
    seconds: Seconds | None = None

    @model_validator(mode="after")
    def _check_beginning(self) -> Self:
        if (self.after_requests is None) == (self.after_seconds is None):
            raise PydanticCustomError(
                "beginning", "Give one of `after_requests` and `after_seconds`"
            )
        return self

    async def last(self) -> None:
        """Waits for its end."""
        try:
            async with asyncio.timeout(self.seconds):
                await asyncio.Event().wait()
        except TimeoutError:
            return


class Refused(OutageBase):
    """Nobody listens: connections are refused, and open ones break."""

    kind: Literal["refused"]

    async def strike(self, front: Closable) -> None:
        """Comes back when it is over."""
        front.stop_listening()
        await self.last()
        await front.listen()


class Answering(OutageBase, Reply):
    """Every request gets one answer, and nothing is carried out."""

    kind: Literal["answers"]

    async def strike(self, front: Closable) -> None:
        """Comes back when it is over."""
        told = self.model_dump(include=set(Reply.model_fields))
        with front.behaving(Refuse(kind="refuse", **told)):
            await self.last()


class Hanging(OutageBase):
    """Requests are read and held until it is over; then their connections close."""

    kind: Literal["hang"]

    async def strike(self, front: Closable) -> None:
        """Comes back when it is over."""
        over = asyncio.Event()
        with front.behaving(Hang(over)):
            await self.last()
        over.set()


Outage = Annotated[Refused | Answering | Hanging, Field(discriminator="kind")]
