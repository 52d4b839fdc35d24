"""The ledger as tasks see it: claims that are awaited, answers that are queued."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from pipeline.errors import LedgerError
from pipeline.ledger.database import connect
from pipeline.ledger.records import Intent, Settled, Standing, State, utc_now
from pipeline.ledger.trouble import ledger_error, translated
from pipeline.ledger.writer import Asked, Claim, Mark, Result, Writer

_Waiter = asyncio.Future[Standing | None]


class Recorder:
    """Writes one run's sendings; of use between `async with` and its end.

    What could not be written is raised as LedgerError by `claim`, by `flush` and at
    the end of `async with`.
    """

    def __init__(
        self, path: Path, run: int, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._path = path
        self._run = run
        self._now = now
        self._open = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        with translated(self._path):
            connection = connect(self._path)
        self._writer: Writer[_Waiter] = Writer(
            connection,
            self._run,
            path=self._path,
            deliver=self._deliver,
            now=self._now,
        )
        self._writer.start()
        self._open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.flush()
        finally:
            self._open = False
            await self._end()

    async def claim(self, intent: Intent) -> Standing | None:
        """Makes the intent durable; None when the row may be sent now.

        Else it must not be sent: the Standing says what forbids it. Who is cancelled
        while waiting here has not sent, and its claim is released.
        """
        waiter: _Waiter = self._loop.create_future()
        self._put(Claim(waiter, intent))
        try:
            return await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled() and waiter.exception() is None:
                self._give_back(intent, waiter.result())
            raise

    def settle(self, settled: Settled) -> None:
        """Queues an answer; it is durable when a later `flush` returns."""
        self._put(settled)

    async def flush(self) -> None:
        """Returns when all that was settled before is durable."""
        waiter: _Waiter = self._loop.create_future()
        self._put(Mark(waiter, last=False))
        await waiter

    async def _end(self) -> None:
        waiter: _Waiter = self._loop.create_future()
        self._writer.put(Mark(waiter, last=True))
        try:
            await waiter
        finally:
            self._writer.join()

    def _put(self, operation: Claim[_Waiter] | Mark[_Waiter] | Settled) -> None:
        if not self._open:
            raise LedgerError(
                "The ledger is not open for this run.",
                where=str(self._path),
                hint="This is a fault of the program: please report it.",
                code="program_fault",
            )
        self._writer.put(operation)

    def _deliver(self, results: Sequence[tuple[Asked[_Waiter], Result]]) -> None:
        """Called in the writer's thread."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._resolve, results)

    def _resolve(self, results: Sequence[tuple[Asked[_Waiter], Result]]) -> None:
        for asked, result in results:
            waiter = asked.ticket
            if waiter.cancelled():
                if isinstance(asked, Claim):
                    self._give_back(asked.intent, result)
            elif isinstance(result, LedgerError):
                waiter.set_exception(_copy(result, self._path))
            else:
                waiter.set_result(result)

    def _give_back(self, intent: Intent, result: Result) -> None:
        """Releases what was claimed for a task that no longer wants it."""
        if result is None and self._open:
            self.settle(
                Settled(
                    intent.identity,
                    State.RELEASED,
                    code="not_sent",
                    message="The run ended before the row was sent.",
                )
            )


def _copy(error: LedgerError, path: Path) -> LedgerError:
    """Of its own for each who waits: tracebacks grow where an error is raised."""
    copy = ledger_error(error, path)
    copy.__cause__ = error.__cause__
    return copy
