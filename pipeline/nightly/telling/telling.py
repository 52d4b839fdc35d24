"""Looks on as a night begins and ends, and tells whoever must know.

Nothing that fails here fails the night: it is logged, and tried again.
"""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.checkup import Finding, Level
from pipeline.errors import PipelineError, ReportError
from pipeline.nightly.clock import in_zone, when
from pipeline.nightly.endings import JobEnding, NightEnding, NightStatus
from pipeline.nightly.metrics import Metrics
from pipeline.nightly.onlooker import Onlooker
from pipeline.nightly.telling.channels import Channel
from pipeline.nightly.telling.delivery import KEPT, Postman
from pipeline.nightly.telling.load import TellingSettings
from pipeline.nightly.telling.memory import keep, recall
from pipeline.nightly.telling.outbox import Letter, Outbox
from pipeline.nightly.telling.ping import Pinger
from pipeline.nightly.telling.policy import TROUBLES, Event, Tidings, decide, heard
from pipeline.nightly.telling.stories import News, name_of, subject_of
from pipeline.nightly.telling.undelivered import NotSent
from pipeline.private_files import private_folder, probe, writing

MEMORY: Final = "told.json"
OUTBOX: Final = "outbox"
METRICS: Final = "metrics.json"
_OPEN: Final = "The way is open; nothing was sent."
_MEMORY: Final = "what was told"
_WAITING: Final = "messages"
_SENT: Final = "A test message was sent."


@dataclass(frozen=True)
class Surroundings:
    """Where state is kept (a private folder beside the ledger), and what is used.

    `zone` is that of the moments that people read; None is the machine's.
    """

    folder: Path
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    zone: tzinfo | None = None


WaitingFiles = Callable[[], Dict[str, int]]
"""Counts, by job, the files that are under way to the next night."""


class Telling:
    """Metrics, ping and messages, as the configuration wants them."""

    def __init__(
        self,
        settings: TellingSettings,
        around: Surroundings,
        waiting: WaitingFiles = dict,
    ) -> None:
        self._settings = settings
        self._around = around
        self._waiting = waiting
        self._onlookers = tuple(_onlookers(settings, around))

    def begun(self, at: datetime) -> None:
        with self._forgiving():
            private_folder(self._around.folder)
        for onlooker in self._onlookers:
            with self._forgiving():
                onlooker.begun(at.astimezone(self._around.zone))

    def ended(self, night: NightEnding) -> None:
        """Works without the folder, too; then nothing is remembered."""
        told = in_zone(night, self._around.zone)
        with self._forgiving():
            told = replace(told, waiting=self._waiting())
        for onlooker in self._onlookers:
            with self._forgiving():
                onlooker.ended(told)

    def check(self) -> tuple[Finding, ...]:
        """Whether each way is open; connects and logs in, and sends nothing."""
        findings = [
            *self._check_folder(),
            *self._check_outbox(),
            *(_found(each.name, each.check, _OPEN) for each in self._settings.channels),
        ]
        if ping := self._settings.ping:
            name = f"ping ({ping.endpoint.url.where})"
            findings.append(_found(name, ping.endpoint.connect, _OPEN))
        return tuple(findings)

    def _check_folder(self) -> Iterator[Finding]:
        """Whether what was told can be remembered, where there is anything to tell."""
        if not self._onlookers:
            return
        folder = self._around.folder
        try:
            private_folder(folder)
            with writing(folder):
                probe(folder)
        except ReportError as error:
            yield Finding(_MEMORY, Level.FAILED, error.sentence, error.hint)
            return
        yield Finding(_MEMORY, Level.OK, f"{folder} can be written")

    def _check_outbox(self) -> Iterator[Finding]:
        """Messages that nobody has got yet."""
        letters = Outbox(self._around.folder / OUTBOX).waiting()
        if not letters:
            return
        oldest = when(letters[0].written_at.astimezone(self._around.zone))
        waiting = "1 message waits" if len(letters) == 1 else f"{len(letters)} wait"
        yield Finding(
            _WAITING,
            Level.WARNING,
            f"{waiting} to be delivered; the oldest is of {oldest}.",
            f"Each night tries again, for {KEPT.days} days. Are the ways below open?",
        )

    def send_test(self, at: datetime) -> tuple[Finding, ...]:
        """Sends a message by each way that says it is a test."""
        news = _test_news(at.astimezone(self._around.zone))
        return tuple(
            _found(each.name, partial(each.send, each.write(news)), _SENT)
            for each in self._settings.channels
        )

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        try:
            yield
        except PipelineError as error:
            self._around.say(f"Telling failed: {error.sentence} {error.hint}".strip())
        except Exception as error:
            self._around.say(f"Telling failed by our own fault: {error!r}")


@dataclass(frozen=True)
class Messenger:
    """Decides what is told, keeps it in the outbox, and has it delivered."""

    channels: tuple[Channel, ...]
    memory: Path
    outbox: Outbox
    postman: Postman

    def begun(self, at: datetime) -> None:
        """What did not arrive last night is tried again first, once."""
        replace(self.postman, pauses=()).deliver(at)

    def ended(self, night: NightEnding) -> None:
        """Letters are durable before they count as told, and told before sent."""
        day = night.started_at.date()
        memory, told = decide(recall(self.memory, self.postman.say), night, day)
        self._mark(told)
        for channel in self.channels:
            self._write(channel, night, heard(told, channel.on))
        try:
            keep(self.memory, memory)
        finally:
            self.postman.deliver(night.ended_at)

    def _mark(self, told: tuple[Tidings, ...]) -> None:
        """Messages that wait are to say which of their jobs are well again."""
        over = {
            each.ending.job: f"{name_of(each.ending)} was well again at "
            f"{when(each.ending.ended_at)}"
            for each in told
            if each.event is Event.RECOVERED
        }
        for letter in self.outbox.waiting() if over else ():
            well = tuple(over[job] for job in letter.jobs if job in over)
            if not well:
                continue
            try:
                self.outbox.put(replace(letter, well=(*letter.well, *well)))
            except ReportError as error:
                self.postman.say(f"A message cannot be marked: {error.sentence}")

    def _write(
        self, channel: Channel, night: NightEnding, told: tuple[Tidings, ...]
    ) -> None:
        if not told:
            return
        news = News(night, told)
        content = channel.write(news)
        jobs = tuple(
            each.ending.job for each in told if each.event in TROUBLES.values()
        )
        letter = Letter(channel.key, subject_of(news), night.ended_at, content, jobs)
        try:
            self.outbox.put(letter)
        except ReportError as error:
            self.postman.say(f"A message cannot be kept: {error.sentence}")
            self.postman.deliver_at_once(channel, letter)


def _onlookers(settings: TellingSettings, around: Surroundings) -> Iterator[Onlooker]:
    if settings.metrics:
        yield Metrics(settings.metrics, around.folder / METRICS, around.say)
    if settings.ping:
        yield Pinger(settings.ping, around.say, around.sleep)
    if settings.channels:
        outbox = Outbox(around.folder / OUTBOX)
        postman = Postman(outbox, settings.channels, around.say, around.sleep)
        yield Messenger(settings.channels, around.folder / MEMORY, outbox, postman)


def _found(name: str, work: Callable[[], object], done: str) -> Finding:
    try:
        work()
    except NotSent as error:
        return Finding(name, Level.FAILED, error.reason, error.hint)
    return Finding(name, Level.OK, done)


def _test_news(at: datetime) -> News:
    notice = "Somebody tries whether messages arrive. No job was looked at."
    ending = JobEnding("Test message", NightStatus.NOTHING, at, at, notices=(notice,))
    night = NightEnding(NightStatus.NOTHING, at, at, (ending,))
    return News(night, (Tidings(ending, Event.OK, at.date()),))
