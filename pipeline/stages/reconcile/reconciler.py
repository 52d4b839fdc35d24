"""What becomes of rows whose answer is not known: looked for, or left as they are."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.api import ActivityApi
from pipeline.ledger import Recorder, Settled
from pipeline.progress import Progress, Situation, waiting
from pipeline.stages.reconcile.case import Case
from pipeline.stages.reconcile.inquiry import Inquiry, SecondLook
from pipeline.stages.reconcile.timelines import Timelines
from pipeline.stopping import Stop


class Reconciler(Protocol):
    """Settles what it can of a case, in the ledger."""

    def reconcile(self, case: Case) -> None: ...


class LeftUncertain:
    """They stay as they are (`--no-reconcile`, and dry runs)."""

    def reconcile(self, case: Case) -> None:
        pass


@dataclass(frozen=True)
class Desk:
    """What is asked, and where what was seen is written down."""

    api: ActivityApi
    recorder: Recorder


@dataclass(frozen=True)
class Patience:
    """How long a row may take to be seen; `answer_seconds` are waited for an answer."""

    again_seconds: float
    answer_seconds: float
    now: Callable[[], datetime]


class ApiReconciler:
    """Asks the timelines of the linked records.

    A row that is not there is looked for again later; one that was missed twice
    before, only once. A stop ends the wait: such a row stays as it is.
    """

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        patience: Patience,
        *,
        stop: Stop,
        progress: Progress,
    ) -> None:
        self._open_desk = open_desk
        self._patience = patience
        self._stop = stop
        self._progress = progress

    def reconcile(self, case: Case) -> None:
        if case.rows and not self._stop.is_requested():
            self._progress.begin("looking for rows", len(case.rows))
            asyncio.run(self._reconcile(case))

    async def _reconcile(self, case: Case) -> None:
        desk = self._open_desk()
        async with desk.api, desk.recorder:
            over = asyncio.Event()
            self._stop.on_request_in(asyncio.get_running_loop(), over.set)
            for settled in await self._ask(case, desk.api, over):
                desk.recorder.settle(settled)
                self._progress.advance(1)

    async def _ask(
        self, case: Case, api: ActivityApi, over: asyncio.Event
    ) -> list[Settled]:
        async def pause(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), seconds)

        async def wait(seconds: float) -> bool:
            self._progress.say(
                "Rows without an answer are not in Reevo, or not yet; looking again "
                f"in {seconds:.0f} s."
            )
            self._progress.watch(_countdown(seconds))
            await pause(seconds)
            self._progress.watch(Situation)
            return not over.is_set()

        patience = self._patience
        second_look = SecondLook(
            patience.again_seconds,
            patience.answer_seconds,
            patience.now,
            wait,
            over.is_set,
        )
        return await Inquiry(Timelines(api, pause), case, second_look).settle()


def _countdown(seconds: float) -> Callable[[], Situation]:
    ends = time.monotonic() + seconds

    def situation() -> Situation:
        left = max(0.0, ends - time.monotonic())
        return Situation(waiting=waiting(left, "rows may still appear in Reevo"))

    return situation
