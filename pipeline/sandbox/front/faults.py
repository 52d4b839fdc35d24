"""The faults that a scenario can order, each a behaviour of its own."""

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from pipeline.sandbox.front.exchange import Exchange
from pipeline.sandbox.front.reply import Reply
from pipeline.sandbox.front.when import Seconds, When
from pipeline.sandbox.front.wire import Answer

LONGEST_HOLD = 180.0


class FaultBase(When):
    """A fault, when it happens, and the name it has in the record."""

    kind: str
    name: str | None = None

    @property
    def label(self) -> str:
        """The name in the record."""
        return self.name or self.kind


class ResetBeforeReading(FaultBase):
    """Breaks the connection when only the head has arrived; carries nothing out."""

    kind: Literal["reset-before-reading"]

    async def meet(self, exchange: Exchange) -> None:
        """Reads nothing of the body."""
        exchange.link.reset()


class ResetWhileReading(FaultBase):
    """Breaks the connection with half the body read; carries nothing out."""

    kind: Literal["reset-while-reading"]

    async def meet(self, exchange: Exchange) -> None:
        """Reads half the body."""
        await exchange.link.read(exchange.head.length // 2)
        exchange.link.reset()


class CloseUnanswered(FaultBase):
    """Reads the request, carries nothing out, and closes."""

    kind: Literal["close-unanswered"]

    async def meet(self, exchange: Exchange) -> None:
        """Says nothing."""
        await exchange.read()
        exchange.link.close()


class Refuse(FaultBase, Reply):
    """Gives an answer of the scenario's own, and carries nothing out."""

    kind: Literal["refuse"]

    async def meet(self, exchange: Exchange) -> None:
        """Reads, and refuses."""
        await exchange.read()
        await exchange.send(self.answer())


class CommitThenAnswer(FaultBase, Reply):
    """Carries the request out, and gives another answer than the one due."""

    kind: Literal["commit-then-answer"]

    async def meet(self, exchange: Exchange) -> None:
        """Carries out, then hides it."""
        await exchange.carry_out()
        await exchange.send(self.answer())


class CommitThenDrop(FaultBase):
    """Carries the request out, and closes without an answer."""

    kind: Literal["commit-then-drop"]

    async def meet(self, exchange: Exchange) -> None:
        """Carries out, then closes."""
        await exchange.carry_out()
        exchange.link.close()


class CommitThenReset(FaultBase):
    """Carries the request out, and breaks the connection."""

    kind: Literal["commit-then-reset"]

    async def meet(self, exchange: Exchange) -> None:
        """Carries out, then resets."""
        await exchange.carry_out()
        exchange.link.reset()


class HalfStatusLine(FaultBase):
    """Carries the request out, sends the first half of the status line, and closes."""

    kind: Literal["half-status-line"]

    async def meet(self, exchange: Exchange) -> None:
        """Sends no status: what was sent ends before it."""
        answer = await exchange.carry_out()
        await exchange.link.write(answer.head[: len("HTTP/1.")])
        exchange.link.close()


class HalfBody(FaultBase):
    """Carries the request out, sends half of the answer's body, and closes."""

    kind: Literal["half-body"]

    async def meet(self, exchange: Exchange) -> None:
        """Sends the head, which promises more than comes."""
        answer = await exchange.carry_out()
        exchange.note_status(answer.status)
        half = answer.body[: len(answer.body) // 2]
        await exchange.link.write(answer.head + half)
        exchange.link.close()


class SlowDrip(FaultBase):
    """Carries the request out, and answers a byte every `seconds` until nobody waits.

    After `at_most` seconds it closes. The record has no status: nobody is meant to
    wait for it.
    """

    kind: Literal["slow-drip"]
    seconds: Annotated[float, Field(gt=0)] = 1.0
    at_most: Seconds = LONGEST_HOLD

    async def meet(self, exchange: Exchange) -> None:
        """Never comes to the end of an answer that is longer than its bound."""
        answer = await exchange.carry_out()
        for byte in answer.encode()[: int(self.at_most / self.seconds)]:
            await exchange.link.write(bytes([byte]))
            if await exchange.link.is_left_within(self.seconds):
                break
        exchange.link.close()


class Continue100(FaultBase):
    """Says `100 Continue` before the answer; no harm in it."""

    kind: Literal["continue-100"]

    async def meet(self, exchange: Exchange) -> None:
        """Answers in order, after an interim answer."""
        answer = await exchange.carry_out()
        interim = replace(answer, status=100)
        await exchange.link.write(_status_line(interim) + b"\r\n")
        await exchange.send(answer)


class IdleClose(FaultBase):
    """Answers in order, and closes the idle connection `seconds` later unannounced.

    A request that comes within this time is not read, and not carried out.
    """

    kind: Literal["idle-close"]
    seconds: Seconds = 0.05

    async def meet(self, exchange: Exchange) -> None:
        """Lets the client believe that the connection can be used again."""
        await exchange.send(await exchange.carry_out())
        await asyncio.sleep(self.seconds)
        exchange.link.close()


class AnnouncedClose(FaultBase):
    """Answers in order, with `Connection: close`, and closes; no harm in it."""

    kind: Literal["announced-close"]

    async def meet(self, exchange: Exchange) -> None:
        """Says that the connection cannot be used again."""
        answer = await exchange.carry_out()
        headers = (*answer.headers, ("connection", "close"))
        await exchange.send(replace(answer, headers=headers))
        exchange.link.close()


class SlowAnswer(FaultBase):
    """Carries the request out at once, and answers `seconds` later."""

    kind: Literal["slow-answer"]
    seconds: Seconds

    async def meet(self, exchange: Exchange) -> None:
        """Keeps the client waiting for what is done already."""
        answer = await exchange.carry_out()
        await asyncio.sleep(self.seconds)
        await exchange.send(answer)


class SlowCommit(FaultBase):
    """Carries the request out when the client has lost patience and left.

    After `at_most` seconds it carries out and answers in any case.
    """

    kind: Literal["slow-commit"]
    at_most: Seconds = LONGEST_HOLD

    async def meet(self, exchange: Exchange) -> None:
        """Waits for the client to leave."""
        await exchange.read()
        has_left = await exchange.link.is_left_within(self.at_most)
        answer = await exchange.carry_out()
        if has_left:
            exchange.link.close()
        else:
            await exchange.send(answer)


class Hang:
    """Reads the request, holds it until `over`, and closes; carries nothing out."""

    def __init__(self, over: asyncio.Event) -> None:
        self.over = over

    async def meet(self, exchange: Exchange) -> None:
        """Says nothing."""
        await exchange.read()
        await self.over.wait()
        exchange.link.close()


Fault = Annotated[
    ResetBeforeReading
    | ResetWhileReading
    | CloseUnanswered
    | Refuse
    | CommitThenAnswer
    | CommitThenDrop
    | CommitThenReset
    | HalfStatusLine
    | HalfBody
    | SlowDrip
    | Continue100
    | IdleClose
    | AnnouncedClose
    | SlowAnswer
    | SlowCommit,
    Field(discriminator="kind"),
]


def _status_line(answer: Answer) -> bytes:
    return answer.head.partition(b"\r\n")[0] + b"\r\n"
