"""The one thread that writes sendings, many in one commit."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Generic, NamedTuple, TypeVar

from pipeline.errors import LedgerError
from pipeline.ledger.records import Intent, Settled, Standing, milliseconds
from pipeline.ledger.sendings import write_claims, write_settled
from pipeline.ledger.transactions import transaction
from pipeline.ledger.trouble import ledger_error

GROUP_LIMIT: Final = 256
Ticket = TypeVar("Ticket")
Result = Standing | LedgerError | None


class Claim(NamedTuple, Generic[Ticket]):
    """An intent to write; `ticket` is the caller's way to know it again."""

    ticket: Ticket
    intent: Intent


class Mark(NamedTuple, Generic[Ticket]):
    """Told back when all that was put before it is durable; the last ends it all."""

    ticket: Ticket
    last: bool


Asked = Claim[Ticket] | Mark[Ticket]
Operation = Claim[Ticket] | Mark[Ticket] | Settled
Deliver = Callable[[Sequence[tuple[Asked[Ticket], Result]]], None]


class Writer(Thread, Generic[Ticket]):
    """Takes operations in order; `deliver` is called once per group, in the thread.

    After the first failure nothing more is claimed: it is the result of whatever is
    asked from then on. Answers that could not be written are tried once more at
    the end.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        run: int,
        *,
        path: Path,
        deliver: Deliver[Ticket],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(name="ledger", daemon=True)
        self._connection = connection
        self._run = run
        self._path = path
        self._deliver = deliver
        self._now = now
        self._queue: SimpleQueue[Operation[Ticket]] = SimpleQueue()
        self._failure: LedgerError | None = None
        self._unsaved: list[Settled] = []

    def put(self, operation: Operation[Ticket]) -> None:
        self._queue.put(operation)

    def run(self) -> None:
        last = False
        while not last:
            group = self._next_group()
            last = any(isinstance(one, Mark) and one.last for one in group)
            results = self._write(group)
            if last:
                self._close()
            if results:
                self._deliver(results)

    def _next_group(self) -> list[Operation[Ticket]]:
        group = [self._queue.get()]
        with suppress(Empty):
            while len(group) < GROUP_LIMIT:
                group.append(self._queue.get_nowait())
        return group

    def _write(
        self, group: list[Operation[Ticket]]
    ) -> list[tuple[Asked[Ticket], Result]]:
        settled = [one for one in group if isinstance(one, Settled)]
        claims = [one for one in group if isinstance(one, Claim)]
        marks = [one for one in group if isinstance(one, Mark)]
        intents = [claim.intent for claim in claims]
        results = self._attempt(settled, intents)
        if isinstance(results, LedgerError):
            return [*((c, results) for c in claims), *((m, results) for m in marks)]
        return [*zip(claims, results, strict=True), *((mark, None) for mark in marks)]

    def _attempt(
        self, settled: list[Settled], intents: list[Intent]
    ) -> list[Standing | None] | LedgerError:
        """Whatever goes wrong is told to those who wait, and ends no thread."""
        if self._failure is None:
            try:
                return self._commit(settled, intents)
            except Exception as error:
                self._failure = ledger_error(error, self._path)
                self._failure.__cause__ = error
        self._unsaved += settled
        return self._failure

    def _commit(
        self, settled: list[Settled], intents: list[Intent]
    ) -> list[Standing | None]:
        """Answers first: a row that was released may be claimed in the same group."""
        if not settled and not intents:
            return []
        at = milliseconds(self._now())
        with transaction(self._connection):
            write_settled(self._connection, self._run, settled, at)
            return write_claims(self._connection, self._run, intents, at)

    def _close(self) -> None:
        with suppress(Exception):
            self._commit(self._unsaved, [])
        with suppress(sqlite3.Error):
            self._connection.close()
