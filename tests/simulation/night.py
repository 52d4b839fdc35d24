"""One night of sending, drawn from a seed: faults, crashes, stops, and mornings after.

Run one again, with its story: `python -m tests.simulation.night SEED`.
"""

import asyncio
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from random import Random
from random import seed as seed_all
from typing import Any, Final

import orjson
import polars as pl

from pipeline.api import ActivityApi, AdaptivePace, ApiAddress
from pipeline.ledger import Ledger, Settled, State
from pipeline.ledger.records import milliseconds
from pipeline.progress import Silence
from pipeline.rows import Link, Request, RowLimit, Unanswered
from pipeline.stages.post import Ending, Limits, Posted, Shift
from pipeline.stages.reconcile import NOT_FOUND, Case, Witness
from pipeline.stages.reconcile.inquiry import Inquiry, SecondLook
from pipeline.stages.reconcile.timelines import Timelines
from tests.ledger.given import record
from tests.simulation.recorder import SimulatedRecorder
from tests.simulation.world import EPOCH, TIMEOUT_SECONDS, Weather, World
from tests.virtual_time import run_virtually

LOOK_AGAIN_SECONDS: Final = 60.0
_SUBJECTS = ("Call", "Mail", "Visit", "Lunch")
_CONTACTS = ("ada", "bob", "eve")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """What the plan holds of a row."""

    request: Request
    subject: str
    contact: str | None

    @property
    def links(self) -> tuple[Link, ...]:
        return (Link("contact", self.contact),) if self.contact else ()


@dataclass
class Night:
    """What one seed makes happen; `World.taken` is the judge of what was sent."""

    seed: int
    ledger: Ledger
    run: int = 0
    rows: dict[bytes, Row] = field(default_factory=dict)
    endings: list[Ending] = field(default_factory=list)
    in_flight_at_crashes: set[bytes] = field(default_factory=set)
    sends: int = 0

    def __post_init__(self) -> None:
        seed_all(self.seed)
        self.random = Random(self.seed)
        self.run = self.ledger.begin_run(record(f"night {self.seed}"))
        self.rows = {row.request.identity: row for row in self._make_rows()}
        self.weather = Weather.of(self.random)
        self.world = World(self.random, self.weather, self._now)
        self.concurrency = self.random.choice([1, 3, 16])
        self.patience = self.random.choice([30.0, 900.0])

    def _make_rows(self) -> Iterator[Row]:
        """Some rows are alike in all that a timeline shows of them."""
        for number in range(self.random.randint(1, 40)):
            subject = self.random.choice(_SUBJECTS)
            if self.random.random() < 0.7:
                subject += f" {number}"
            contact = self.random.choice([*_CONTACTS, None])
            body = _body(subject, contact, number)
            identity = _digest(f"{self.seed}/{number}".encode())
            yield Row(Request(identity, _digest(body), body), subject, contact)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _date(self) -> datetime:
        return EPOCH + timedelta(seconds=self._now())

    def _now_ms(self) -> int:
        return milliseconds(self._date())

    async def pass_by(self) -> None:
        """Sends, is cut off now and then, goes on, and settles what is uncertain."""
        for _ in range(self.random.choice([0, 0, 1, 3])):
            await self._send(cut_off_after=self.random.expovariate(1 / 5))
        await self._send()
        while self._left() and self.endings[-1] is not Ending.FINISHED:
            self.weather = Weather.of(Random(0))
            self.world.weather = _fair(self.weather)
            await self._send()
        self.judge("after sending")
        if self.random.random() < 0.8:
            await self._reconcile()
            self.judge("after looking")
        if self.random.random() < 0.5:
            await self._send_again()
        self.world.catch_up(to_the_end=True)
        self.judge("at the end", late=True)

    async def _send(self, cut_off_after: float | None = None) -> None:
        self.in_flight_at_crashes |= self._identities(State.INTENT)
        self.ledger.settle_intents(self.run)
        self.sends += 1
        recorder = self._recorder()
        shift = self._shift(recorder)
        work = asyncio.create_task(shift.work(iter(self._left())))
        if cut_off_after is not None:
            await asyncio.wait({work}, timeout=cut_off_after)
            if self.random.random() < 0.5 or work.done():
                shift.end(Posted(Ending.INTERRUPTED, "You stopped the run."))
            else:
                await self._crash(recorder, work)
                return
        posted = await work
        await recorder.close()
        _LOG.info("%s at %.1f s: %s", posted.ending, self._now(), posted.reason)
        self.endings.append(posted.ending)

    async def _crash(
        self, recorder: SimulatedRecorder, work: asyncio.Task[Posted]
    ) -> None:
        _LOG.info("killed at %.1f s", self._now())
        recorder.crash()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.endings.append(Ending.INTERRUPTED)

    def _shift(self, recorder: SimulatedRecorder) -> Shift:
        loop = asyncio.get_running_loop()
        pace = AdaptivePace(
            rate=None,
            concurrency=self.concurrency,
            clock=loop.time,
            random=self.random.random,
        )
        limits = Limits(
            self.concurrency, self.patience, RowLimit(percent=90), total=len(self.rows)
        )
        return Shift(self._api(), recorder, pace, limits, Silence())

    def _api(self) -> ActivityApi:
        return ActivityApi(
            ApiAddress("http://api.test"),
            key="k",
            transport=self.world,
            now=self._date,
        )

    def _recorder(self) -> SimulatedRecorder:
        return SimulatedRecorder(
            self.ledger._connection, self.run, random=self.random, now_ms=self._now_ms
        )

    def _left(self) -> list[Request]:
        states = self._states()
        done = {State.CREATED, State.UNCERTAIN, State.INTENT, State.REJECTED}
        return [
            row.request
            for identity, row in self.rows.items()
            if states.get(identity) not in done
        ]

    async def _reconcile(self) -> None:
        for settled in await self._inquiry().settle():
            self.ledger.settle(self.run, [settled])

    def _inquiry(self) -> Inquiry:
        async def wait(seconds: float) -> bool:
            await asyncio.sleep(seconds)
            return True

        uncertain = self.ledger.uncertain(self.run).iter_rows(named=True)
        rows = tuple(self._unanswered(line) for line in uncertain)
        case = Case(rows, tuple, self._witnesses(), self.ledger.known_ids)
        second_look = SecondLook(LOOK_AGAIN_SECONDS, TIMEOUT_SECONDS, self._date, wait)
        return Inquiry(Timelines(self._api(), asyncio.sleep), case, second_look)

    def _unanswered(self, line: dict[str, Any]) -> Unanswered:
        row = self.rows[line["identity"]]
        return Unanswered(
            identity=line["identity"],
            subject=row.subject,
            activity_time=_held(row.request.body),
            links=row.links,
            claimed_at=_moment(line["claimed_at"]),
            given_up_at=_moment(line["at"]),
            code=line["code"],
        )

    def _witnesses(self) -> tuple[Witness, ...]:
        for line in self._sendings():
            row = self.rows[line["identity"]]
            if line["state"] == State.CREATED and line["http_status"] and row.links:
                at = _moment(line["at"])
                held = _held(row.request.body)
                known = line["activity_id"]
                return (Witness(known, row.subject, held, row.links[0], at),)
        return ()

    async def _send_again(self) -> None:
        """What `--resend-uncertain` does."""
        uncertain = self.ledger.uncertain(self.run)
        absent = uncertain.filter(uncertain["code"] == NOT_FOUND)["identity"].to_list()
        released = [Settled(each, State.RELEASED, code="again") for each in absent]
        self.ledger.settle(self.run, released)
        self.world.weather = _fair(self.world.weather)
        await self._send()

    def judge(self, when: str, *, late: bool = False) -> None:
        """Holds what the ledger says against what the API took."""
        bodies = Counter(one.body for one in self.world.taken)
        twice = {body for body, count in bodies.items() if count > 1}
        assert not twice, f"{when}: sent twice: {twice}"
        states = self._states()
        assert set(states) <= set(self.rows), when
        by_id = {one.id: one.body for one in self.world.taken}
        for line in self._sendings():
            body = self.rows[line["identity"]].request.body
            if line["state"] == State.CREATED:
                assert by_id.get(line["activity_id"]) == body, f"{when}: {line}"
            elif line["state"] == State.UNCERTAIN:
                cut_off = line["identity"] in self.in_flight_at_crashes
                assert cut_off or body in self.world.unclear, f"{when}: {line}"
            else:
                assert body not in bodies, f"{when}: {line}"
        unsent = {row.request.body for i, row in self.rows.items() if i not in states}
        assert not unsent & set(bodies), when
        assert State.INTENT not in states.values(), when
        assert late or not self._left(), when
        assert self.world.posts_while_down <= self.sends * (5 + 2 * self.concurrency)
        assert self.world.checks_while_down <= self.sends * 80

    def _sendings(self) -> list[dict[str, Any]]:
        identities = pl.Series(list(self.rows), dtype=pl.Binary)
        return list(self.ledger.sendings(self.run, identities).iter_rows(named=True))

    def _states(self) -> dict[bytes, State]:
        return {line["identity"]: State(line["state"]) for line in self._sendings()}

    def _identities(self, state: State) -> set[bytes]:
        return {each for each, found in self._states().items() if found is state}


def play(seed: int, ledger: Ledger) -> Night:
    """The night of a seed; raises AssertionError when a promise was broken."""
    nights: list[Night] = []

    async def night() -> None:
        nights.append(Night(seed, ledger))
        await nights[0].pass_by()

    run_virtually(night)
    return nights[0]


def _fair(weather: Weather) -> Weather:
    return Weather(
        faults={},
        outages=(),
        slow=weather.slow,
        key_expires_at=1e12,
        reads_by_activity=weather.reads_by_activity,
        may_read=weather.may_read,
        shows_after=weather.shows_after,
    )


def _body(subject: str, contact: str | None, number: int) -> bytes:
    held = f"2019-05-{1 + number % 28:02}T12:00:{number:02}Z"
    links = {"contact_ids": [contact]} if contact else {}
    metadata = {"activity_time": held, "subject": subject, "description": str(number)}
    return orjson.dumps({"attributes": {"metadata": metadata, **links}})


def _held(body: bytes) -> datetime:
    metadata = orjson.loads(body)["attributes"]["metadata"]
    return datetime.fromisoformat(metadata["activity_time"])


def _moment(since_1970: int) -> datetime:
    return datetime.fromtimestamp(since_1970 / 1000, UTC)


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()


def main(seed: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder, "ledger.sqlite")) as ledger,
    ):
        night = play(seed, ledger)
        states = Counter(state.name for state in night._states().values())
    _LOG.info("%s rows, %s\n%s", len(night.rows), night.weather, dict(states))


if __name__ == "__main__":
    main(int(sys.argv[1]))
