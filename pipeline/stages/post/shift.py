"""The workers that send one run's requests, and what they share."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Protocol

from pipeline.api import Answer, Health, Pace, Verdict
from pipeline.errors import ApiError
from pipeline.ledger import Intent, Settled, Standing, State
from pipeline.progress import Progress, Situation
from pipeline.rows import Request, RowLimit
from pipeline.stages.post.circuit import Circuit, Surroundings
from pipeline.stages.post.posted import Ending, Posted

FINISH_SECONDS: Final = 30.0
HELD_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1
_FEWEST_ANSWERS: Final = 200
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
_WITHDRAWN = Answer(
    Verdict.AGAIN, code="not_sent", message="The run ended before the row was sent."
)
_STOP_HINTS = {
    "key_refused": "Put a valid key where this one came from (`activity-import doctor` "
    "says where), then go on with `resume`.",
    "not_permitted": "Give the key the right to write activities, then `resume`.",
    "redirected": "Correct the base URL: it must lead to the API itself.",
    "wrong_base_url": "Correct the base URL: it must lead to the API itself.",
    "quota_used_up": "Ask your Reevo account manager for more quota, then `resume`.",
}


class Api(Protocol):
    """What a shift asks of the API; it never raises for what an answer can say."""

    async def create(self, body: bytes) -> Answer: ...

    async def health(self) -> Health: ...


class Record(Protocol):
    """What a shift asks of the ledger; raises LedgerError."""

    async def claim(self, intent: Intent) -> Standing | None: ...

    def settle(self, settled: Settled) -> None: ...

    async def flush(self) -> None: ...


@dataclass(frozen=True)
class Limits:
    """When sending stops by itself, and how many requests there are at most.

    A share in `max_failed` is held against the rows answered so far, but against
    200 of them (or all, if there are fewer) at the start of a run.
    """

    in_flight: int
    patience_seconds: float
    max_failed: RowLimit | None = None
    total: int = _FEWEST_ANSWERS

    def within(self, total: int) -> "Limits":
        return replace(self, total=total)

    def too_many(self, rejected: int, answered: int) -> bool:
        """Whether so many refusals among so many answers stop the run."""
        if self.max_failed is None:
            return False
        base = max(answered, min(self.total, _FEWEST_ANSWERS))
        return rejected > self.max_failed.of(base)


class Shift:
    """Sends requests, each once; what is not known to be unsent is not sent again."""

    def __init__(
        self,
        api: Api,
        recorder: Record,
        pace: Pace,
        limits: Limits,
        progress: Progress,
    ) -> None:
        self._api, self._recorder, self._pace = api, recorder, pace
        self._limits = limits
        self._progress = progress
        self._clock = asyncio.get_running_loop().time
        self._over = asyncio.Event()
        self._idle: set[asyncio.Task[None]] = set()
        self._result = Posted()
        self._held: list[Request] = []
        self._sent = self._retried = self._throttled = 0
        self._answered = self._rejected = self._uncertain = 0
        self._circuit = Circuit(
            api,
            limits.patience_seconds,
            Surroundings(
                self._wait, self._clock, progress.say, self._give_up, self._over.is_set
            ),
        )

    def end(self, result: Posted) -> None:
        """Ends the shift: nothing more is taken; what is in flight is finished."""
        if self._over.is_set():
            return
        self._result = result
        self._over.set()
        for task in self._idle:
            task.cancel()

    def situation(self) -> Situation:
        """What became of the rows so far, and what holds the others back."""
        pace = self._pace.state.situation
        needy = self._rejected + self._uncertain
        return replace(
            pace,
            created=self._answered - needy,
            needy=needy,
            waiting=self._circuit.waiting() or pace.waiting,
        )

    async def work(self, requests: Iterator[Request]) -> Posted:
        """Sends all; raises ApiError when something else than the API answers."""
        started = self._clock()
        await self._reach()
        await self._send_all(requests)
        await self._send_held()
        await self._recorder.flush()
        return replace(
            self._result,
            sent=self._sent,
            retried=self._retried,
            throttled=self._throttled,
            seconds=self._clock() - started,
        )

    async def _reach(self) -> None:
        health = await self._circuit.reach()
        if not health.ok:
            raise ApiError(health.message, hint="Check the base URL. Nothing was sent.")

    async def _send_all(self, requests: Iterator[Request]) -> None:
        workers = [
            asyncio.create_task(self._worker(requests))
            for _ in range(0 if self._over.is_set() else self._limits.in_flight)
        ]
        if workers:
            await self._finish(workers)

    async def _send_held(self) -> None:
        """What another run had in flight, and may give back: not for ever."""
        until = self._clock() + HELD_SECONDS
        while self._held and not self._over.is_set() and self._clock() < until:
            await self._wait(_LOOK_SECONDS)
            held, self._held = self._held, []
            self._progress.advance(-len(held))
            await self._send_all(iter(held))

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

    async def _worker(self, requests: Iterator[Request]) -> None:
        try:
            while not self._over.is_set():
                request = next(requests, None)
                if request is None:
                    return
                await self._see_through(request)
                self._progress.advance(1)
        except Exception as error:
            self.end(Posted(Ending.STOPPED, str(error), code="program_fault"))
            raise

    async def _see_through(self, request: Request) -> None:
        """Sends one request, again if need be, until its outcome is settled."""
        attempts = 0
        answer: Answer | None = _WITHDRAWN
        while answer is not None and answer.verdict is Verdict.AGAIN:
            if self._over.is_set():
                return
            attempts += 1
            answer = await self._attempt(request, attempts)

    async def _attempt(self, request: Request, number: int) -> Answer | None:
        """Waits for its turn, and sends; `end` cancels whoever still waits."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._idle.add(task)
        try:
            while True:
                async with self._circuit.passage() as tries:
                    await self._pace.turn()
                    if tries or not self._circuit.is_open():
                        self._idle.discard(task)
                        return await self._send(request, number)
                    self._pace.withdrawn()
        finally:
            self._idle.discard(task)

    async def _send(self, request: Request, number: int) -> Answer | None:
        """None when the row must not be sent, since it was, or the shift is over."""
        if self._over.is_set():
            self._pace.withdrawn()
            return None
        intent = Intent(request.identity, request.digest)
        standing = await self._recorder.claim(intent)
        if standing is None and not self._over.is_set():
            return await self._create(request, number)
        self._pace.withdrawn()
        if standing is None:
            self._settle(request, _WITHDRAWN, number)
        elif standing.state is State.INTENT:
            self._held.append(request)
        return None

    async def _create(self, request: Request, number: int) -> Answer:
        self._sent += 1
        self._retried += number > 1
        started = self._clock()
        try:
            answer = await self._api.create(request.body)
        except asyncio.CancelledError:
            self._settle(request, _UNANSWERED, number)
            raise
        self._settle(request, answer, number)
        self._pace.heard(answer, self._clock() - started)
        self._take_note(answer)
        return answer

    def _settle(self, request: Request, answer: Answer, number: int) -> None:
        self._recorder.settle(
            Settled(
                identity=request.identity,
                state=_STATES[answer.verdict],
                activity_id=answer.activity_id,
                http_status=answer.http_status,
                attempts=number,
                code=answer.code,
                field=answer.field,
                message=answer.message,
            )
        )

    def _take_note(self, answer: Answer) -> None:
        if answer.verdict is Verdict.STOP:
            hint = _STOP_HINTS.get(answer.code, "")
            self.end(Posted(Ending.STOPPED, answer.message, hint, code=answer.code))
            return
        self._circuit.heard(answer)
        if answer.verdict is Verdict.AGAIN:
            self._throttled += answer.asks_to_slow_down
            return
        self._answered += 1
        self._uncertain += answer.verdict is Verdict.UNCERTAIN
        if answer.verdict is Verdict.REJECTED:
            self._rejected += 1
            self._guard()

    def _guard(self) -> None:
        if self._limits.too_many(self._rejected, self._answered):
            self.end(
                Posted(
                    Ending.STOPPED,
                    f"{self._rejected:,} of {self._answered:,} rows were refused, more "
                    f"than --max-failed {self._limits.max_failed} allows.",
                    "Look at fix-me.csv before you go on.",
                    code="too_many_failed",
                )
            )

    def _give_up(self, reason: str) -> None:
        hint = "Go on with `activity-import resume` when it is back."
        self.end(Posted(Ending.STOPPED, reason, hint, code="api_down"))

    async def _wait(self, seconds: float) -> None:
        """Shorter when the shift ends meanwhile."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)
