"""post: planned requests go to the API, each one's fate durable in the ledger."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from random import random
from typing import Protocol

from pipeline.api import ActivityApi, Answer, Pace, Verdict, backoff_seconds
from pipeline.errors import ApiError
from pipeline.ledger import Intent, Recorder, Settled, State
from pipeline.progress import Progress
from pipeline.rows import Request
from pipeline.stopping import Stop

FINISH_SECONDS = 30.0
_STATES = {
    Verdict.CREATED: State.CREATED,
    Verdict.REJECTED: State.REJECTED,
    Verdict.UNCERTAIN: State.UNCERTAIN,
    Verdict.AGAIN: State.RELEASED,
    Verdict.STOP: State.RELEASED,
}
_UNANSWERED = Answer(
    Verdict.UNCERTAIN,
    code="answer_unknown",
    message="The program ended before the API answered.",
)
_STOP_HINTS = {
    "key_refused": "Set REEVO_API_KEY to a valid key, then go on with `resume`.",
    "not_permitted": "Give the key the right to write activities, then `resume`.",
    "redirected": "Correct the base URL: it must lead to the API itself.",
    "wrong_base_url": "Correct the base URL: it must lead to the API itself.",
    "quota_used_up": "Ask your Reevo account manager for more quota, then `resume`.",
}


class Ending(StrEnum):
    """How sending ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Posted:
    """What sending came to: how it ended, why, and the traffic it took."""

    ending: Ending = Ending.FINISHED
    reason: str = ""
    hint: str = ""
    sent: int = 0
    retried: int = 0
    throttled: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return round(self.sent / self.seconds, 1) if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Limits:
    """When sending stops by itself: rows refused, and seconds without an answer."""

    in_flight: int
    patience_seconds: float
    most_rejected: int | None = None


class Sender(Protocol):
    """What becomes of the planned requests."""

    def send(self, requests: Iterator[Request], total: int) -> Posted: ...


class NothingSent:
    """A dry run: every planned request stays where it is."""

    def send(self, requests: Iterator[Request], total: int) -> Posted:
        return Posted()


@dataclass(frozen=True)
class Line:
    """What the API is reached through; opened once for the whole run."""

    api: ActivityApi
    recorder: Recorder
    pace: Pace


class ApiSender:
    """Sends over HTTP, `in_flight` requests at a time at most."""

    def __init__(
        self,
        open_line: Callable[[], Line],
        limits: Limits,
        *,
        stop: Stop,
        progress: Progress,
    ) -> None:
        self._open_line = open_line
        self._limits = limits
        self._stop = stop
        self._progress = progress

    def send(self, requests: Iterator[Request], total: int) -> Posted:
        first = next(requests, None)
        if first is None:
            return Posted()
        self._progress.begin("sending", total)
        return asyncio.run(self._send(chain([first], requests)))

    async def _send(self, requests: Iterator[Request]) -> Posted:
        line = self._open_line()
        async with line.api, line.recorder:
            shift = _Shift(line, self._limits, requests, self._progress)
            loop = asyncio.get_running_loop()
            stopped = Posted(Ending.INTERRUPTED, "You stopped the run.")

            def end_in_order() -> None:
                with suppress(RuntimeError):  # the loop is closed: all was sent
                    loop.call_soon_threadsafe(shift.end, stopped)

            self._stop.on_request(end_in_order)
            if self._stop.signal is not None:
                return stopped
            return await shift.work()


class _Shift:
    """The workers that send one run's requests, and what they share."""

    def __init__(
        self,
        line: Line,
        limits: Limits,
        requests: Iterator[Request],
        progress: Progress,
    ) -> None:
        self._api, self._recorder, self._pace = line.api, line.recorder, line.pace
        self._limits = limits
        self._requests = requests
        self._progress = progress
        self._over = asyncio.Event()
        self._idle: set[asyncio.Task[None]] = set()
        self._result = Posted()
        self._sent = self._retried = self._throttled = self._rejected = 0
        self._failures = 0
        self._heard_at = time.monotonic()

    def end(self, result: Posted) -> None:
        """Ends the shift: nothing more is taken; what is in flight is finished."""
        if self._over.is_set():
            return
        self._result = result
        self._over.set()
        for task in self._idle:
            task.cancel()

    async def work(self) -> Posted:
        started = time.monotonic()
        if await self._reach():
            workers = [
                asyncio.create_task(self._worker())
                for _ in range(self._limits.in_flight)
            ]
            await self._finish(workers)
        await self._recorder.flush()
        return replace(
            self._result,
            sent=self._sent,
            retried=self._retried,
            throttled=self._throttled,
            seconds=time.monotonic() - started,
        )

    async def _reach(self) -> bool:
        """Waits until the API is healthy; False when the shift ended before."""
        attempt = 0
        while not self._over.is_set():
            health = await self._api.health()
            if health.ok:
                self._heard_at = time.monotonic()
                return True
            if not health.waiting_helps:
                raise ApiError(
                    health.message, hint="Check the base URL. Nothing was sent."
                )
            attempt += 1
            self._progress.say(f"{health.message} Waiting for it.")
            await self._wait(backoff_seconds(attempt, random))
            self._lose_patience(health.message)
        return False

    async def _finish(self, workers: list[asyncio.Task[None]]) -> None:
        finished = asyncio.create_task(asyncio.wait(workers))
        over = asyncio.create_task(self._over.wait())
        await asyncio.wait({finished, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        await asyncio.wait({finished}, timeout=FINISH_SECONDS)
        for worker in workers:
            worker.cancel()
        for result in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def _worker(self) -> None:
        try:
            while not self._over.is_set():
                request = next(self._requests, None)
                if request is None:
                    return
                await self._see_through(request)
                self._progress.advance(1)
        except Exception as error:
            self.end(Posted(Ending.STOPPED, str(error)))
            raise

    async def _see_through(self, request: Request) -> None:
        """Sends one request, again if need be, until its outcome is settled."""
        attempts = 0
        while not self._over.is_set():
            await self._turn()
            intent = Intent(request.identity, request.digest)
            if await self._recorder.claim(intent) is not None:
                return
            attempts += 1
            answer = await self._create(request, attempts)
            if answer.verdict is not Verdict.AGAIN:
                return
            await self._before_again(answer)

    async def _turn(self) -> None:
        """Waits for the pace; `end` cancels whoever still waits."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._idle.add(task)
        try:
            await self._pace.turn()
        finally:
            self._idle.discard(task)

    async def _create(self, request: Request, attempts: int) -> Answer:
        self._sent += 1
        self._retried += attempts > 1
        try:
            answer = await self._api.create(request.body)
        except asyncio.CancelledError:
            self._settle(request, _UNANSWERED, attempts)
            raise
        self._settle(request, answer, attempts)
        self._take_note(answer)
        return answer

    def _settle(self, request: Request, answer: Answer, attempts: int) -> None:
        self._recorder.settle(
            Settled(
                identity=request.identity,
                state=_STATES[answer.verdict],
                activity_id=answer.activity_id,
                http_status=answer.http_status,
                attempts=attempts,
                code=answer.code,
                field=answer.field,
                message=answer.message,
            )
        )

    def _take_note(self, answer: Answer) -> None:
        if answer.verdict is Verdict.AGAIN:
            self._throttled += answer.http_status is not None
            return
        self._failures = 0
        self._heard_at = time.monotonic()
        self._pace.heard(answer)
        if answer.verdict is Verdict.STOP:
            self.end(
                Posted(Ending.STOPPED, answer.message, _STOP_HINTS.get(answer.code, ""))
            )
        if answer.verdict is Verdict.REJECTED:
            self._rejected += 1
            self._guard()

    def _guard(self) -> None:
        most = self._limits.most_rejected
        if most is not None and self._rejected > most:
            self.end(
                Posted(
                    Ending.STOPPED,
                    f"More than {most} rows were refused (--max-failed).",
                    "Look at fix-me.csv before you go on.",
                )
            )

    async def _before_again(self, answer: Answer) -> None:
        self._failures += 1
        if answer.retry_after is None:
            answer = replace(
                answer, retry_after=backoff_seconds(self._failures, random)
            )
        self._pace.heard(answer)
        self._lose_patience(answer.message)

    def _lose_patience(self, message: str) -> None:
        waited = time.monotonic() - self._heard_at
        if waited > self._limits.patience_seconds:
            self.end(
                Posted(
                    Ending.STOPPED,
                    f"The API took nothing for {waited:.0f} seconds. {message}",
                    "Go on with `activity-import resume` when it is back.",
                )
            )

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)
