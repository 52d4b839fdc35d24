"""The ledger's recorder on a virtual clock: real SQL, and commits that take time."""

import asyncio
import sqlite3
from collections.abc import Callable
from random import Random

from pipeline.ledger import Intent, Settled, Standing, State
from pipeline.ledger.sendings import write_claims, write_settled
from pipeline.ledger.transactions import transaction

_Waiter = asyncio.Future[Standing | None]


class SimulatedRecorder:
    """Commits what was asked for meanwhile in one group, as the real one does.

    After `crash` nothing more gets to the disk, whoever asks for it.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        run: int,
        *,
        random: Random,
        now_ms: Callable[[], int],
    ) -> None:
        self._connection = connection
        self._run = run
        self._random = random
        self._now_ms = now_ms
        self._claims: list[tuple[_Waiter, Intent]] = []
        self._settled: list[Settled] = []
        self._work, self._written = asyncio.Event(), asyncio.Event()
        self._writer = asyncio.create_task(self._write_for_ever())
        self._dead = False

    async def claim(self, intent: Intent) -> Standing | None:
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        self._claims.append((waiter, intent))
        self._work.set()
        return await waiter

    def settle(self, settled: Settled) -> None:
        self._settled.append(settled)
        self._work.set()

    async def flush(self) -> None:
        if self._claims or self._settled:
            self._written.clear()
            await self._written.wait()

    def crash(self) -> None:
        self._dead = True
        self._writer.cancel()

    async def close(self) -> None:
        await self.flush()
        self._writer.cancel()

    async def _write_for_ever(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            await asyncio.sleep(self._random.uniform(0.0005, 0.02))
            self._commit()

    def _commit(self) -> None:
        if self._dead:
            return
        claims, settled = self._claims, self._settled
        self._claims, self._settled = [], []
        at = self._now_ms()
        with transaction(self._connection):
            write_settled(self._connection, self._run, settled, at)
            intents = [intent for _, intent in claims]
            results = write_claims(self._connection, self._run, intents, at)
        self._written.set()
        for (waiter, intent), result in zip(claims, results, strict=True):
            if not waiter.done():
                waiter.set_result(result)
            elif result is None:
                self.settle(Settled(intent.identity, State.RELEASED, code="not_sent"))
