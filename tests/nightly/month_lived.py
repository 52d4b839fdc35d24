"""A month of nights as it is lived: the folder, the clock, and what happens in it."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, Final, Literal, Protocol

import pytest

import pipeline.cli.nightly
from pipeline.sandbox.front.scenario import Scenario
from tests.commands import ROOT, Ended, activity_import
from tests.crash.forked import Zygote, zygote
from tests.crash.seams import Seams
from tests.crash.zygote import Order
from tests.nightly.month_files import ACCOUNTS, MAPPINGS, UNREADABLE, File
from tests.nightly.month_start import NIGHT_AT
from tests.nightly.month_town import Town, running_town
from tests.nightly.nights import HandClock

FIRST: Final = datetime(2100, 3, 1, tzinfo=UTC)  # a Monday, later than any file
FIRST_KEY, SECOND_KEY = "month-key-of-winter", "month-key-of-spring"
OPS, HEAD = "ops@example.org", "head@example.org"
USUAL: Final = "30%..300%"
ALONE_ON_DISKS: Final = ("unshare", "--map-root-user", "--mount")
_CONFIG: Final = """
version: 1
clock: UTC
base_url: {api}
api_key_file: key
ledger: state/ledger.sqlite
concurrency: 1
patience: 1s
notify:
  - email: {{to: {ops}, from: night@example.org, smtp: {smtp}}}
  - email: {{to: {head}, from: night@example.org, smtp: {smtp}}}
    on: [failed, missing, recovered]
  - webhook: {{url: "{ears}/{ops}"}}
  - webhook: {{url: "{ears}/{head}"}}
    on: [failed, missing, recovered]
metrics: {{textfile: month.prom}}
jobs:
  - name: calls
    inbox: inbox/calls
    pattern: "calls*.csv"
    mapping: calls.yaml
    settle: 2m
    usual_rows: {usual}
    expect_by: "06:00"
    expect_on: [mon, tue, wed, thu, fri]
  - name: meetings
    inbox: inbox/meetings
    pattern: "*.csv"
    mapping: meetings.yaml
    settle: 0s
    marker: "{{name}}.done"
    on_drift: stop
    min_rows: 2
  - name: letters
    inbox: inbox/letters
    pattern: "*.xlsx"
    mapping: letters.yaml
    order: time
    settle: 0s
    max_rows: 50
    keep: {{reports: 10d, plans: 10d, archive: 10d}}
"""


@dataclass(frozen=True)
class Told:
    """A mail that arrived: of which start it tells, to whom, and what it says.

    `document` is what a program heard of the same start that is told the same.
    """

    of: datetime
    to: str
    mail: EmailMessage
    document: dict[str, Any]

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def parts(self) -> list[bytes]:
        """All of it, as it was before it was packed for the way."""
        return [
            content
            for part in self.mail.walk()
            if isinstance(content := part.get_payload(decode=True), bytes)
        ]

    def _body(self, kind: Literal["plain", "html"]) -> str:
        body = self.mail.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass(frozen=True)
class Started:
    """A start, how it ended, and the mails that arrived in its course."""

    at: datetime
    code: int
    said: str
    told: tuple[Told, ...] = ()

    @property
    def night(self) -> int:
        return night_of(self.at)


@dataclass
class Month:
    """A folder with the jobs of a month, and all that came of them."""

    folder: Path
    town: Town
    forks: Zygote
    clock: HandClock = field(default_factory=lambda: HandClock(FIRST))
    usual: str = USUAL
    starts: list[Started] = field(default_factory=list)
    typed: list[Ended] = field(default_factory=list)

    def __post_init__(self) -> None:
        for job, mapping in MAPPINGS.items():
            (self.folder / "inbox" / job).mkdir(parents=True)
            text = mapping.replace("ACCOUNT", ACCOUNTS[job])
            (self.folder / f"{job}.yaml").write_text(text, encoding="utf-8")
        self.write_key(FIRST_KEY)
        self.configure()

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.sqlite"

    def inbox(self, job: str) -> Path:
        return self.folder / "inbox" / job

    def configure(self) -> None:
        smtp = f"{{host: localhost, port: {self.town.mail_port}, security: none}}"
        text = _CONFIG.format(
            api=self.town.api_url,
            ears=self.town.ears_url,
            smtp=smtp,
            ops=OPS,
            head=HEAD,
            usual=self.usual,
        )
        (self.folder / "month.yaml").write_text(text, encoding="utf-8")

    def write_key(self, key: str) -> None:
        path = self.folder / "key"
        path.touch(mode=0o600)
        path.write_text(key, encoding="utf-8")

    def write(self, path: Path, content: bytes) -> None:
        """A file that was written now, on the clock of the month."""
        path.write_bytes(content)
        self.touch(path)

    def touch(self, path: Path) -> None:
        path.touch()
        os.utime(path, (self.clock.at.timestamp(),) * 2)

    def started(self, start: Callable[[], Ended]) -> Ended:
        """Keeps what a start said, and the mails that it sent."""
        at, before, place = self.clock.at, len(self.town.mails), len(self.starts)
        ended = start()
        told = tuple(map(self._told, self.town.mails[before:]))
        said = ended.out + ended.err
        self.starts.insert(place, Started(at, ended.code, said, told))
        return ended

    def _told(self, mail: EmailMessage) -> Told:
        begun = f"{mail['Message-ID'][1:15]} +0000"
        of = datetime.strptime(begun, "%Y%m%d%H%M%S %z")
        to = str(mail["To"])
        [document] = [
            heard
            for who, heard in self.town.heard
            if who == to and datetime.fromisoformat(heard["started_at"]) == of
        ]
        return Told(of, to, mail, document)


class Step(Protocol):
    """Something that happens in a night."""

    def take(self, month: Month) -> None: ...


@dataclass(frozen=True)
class Arrives:
    """A file is put into the inbox of its job, whole in one moment."""

    file: File

    def take(self, month: Month) -> None:
        month.clock.at += timedelta(seconds=1)
        month.write(month.inbox(self.file.job) / self.file.name, self.file.content)


@dataclass(frozen=True)
class BeginsToArrive:
    """Half of a file is there."""

    file: File

    def take(self, month: Month) -> None:
        content = self.file.content
        path = month.inbox(self.file.job) / self.file.name
        month.write(path, content[: len(content) // 2])


@dataclass(frozen=True)
class IsWritten:
    """A file comes under a name that says that it is not complete."""

    file: File
    name: str

    def take(self, month: Month) -> None:
        month.write(month.inbox(self.file.job) / self.name, self.file.content)


@dataclass(frozen=True)
class IsRenamed:
    """... and gets its own name."""

    file: File
    name: str

    def take(self, month: Month) -> None:
        inbox = month.inbox(self.file.job)
        (inbox / self.name).rename(inbox / self.file.name)


@dataclass(frozen=True)
class IsMarked:
    """The marker of a file comes."""

    file: File

    def take(self, month: Month) -> None:
        month.touch(month.inbox(self.file.job) / f"{self.file.name}.done")


@dataclass(frozen=True)
class ApiIs:
    """From now on the API is like this."""

    scenario: Scenario

    def take(self, month: Month) -> None:
        month.town.play(self.scenario)


@dataclass(frozen=True)
class KeyExpires:
    """The API takes another key only."""

    def take(self, month: Month) -> None:
        month.town.keys.valid = SECOND_KEY


@dataclass(frozen=True)
class KeyIsReplaced:
    """A person writes the new key where the old one was."""

    def take(self, month: Month) -> None:
        month.write_key(SECOND_KEY)


@dataclass(frozen=True)
class PostCloses:
    """Nobody takes mails any more."""

    def take(self, month: Month) -> None:
        month.town.close_post()


@dataclass(frozen=True)
class PostOpens:
    """... and again somebody does."""

    def take(self, month: Month) -> None:
        month.town.open_post()


@dataclass(frozen=True)
class BandIs:
    """A person changes the limit `usual_rows` of the calls."""

    usual: str = USUAL

    def take(self, month: Month) -> None:
        month.usual = self.usual
        month.configure()


@dataclass(frozen=True)
class IsPutBack:
    """A person moves a file from the quarantine back into the inbox."""

    file: File

    def take(self, month: Month) -> None:
        found = month.folder / "quarantine" / self.file.job / self.file.name
        found.rename(month.inbox(self.file.job) / self.file.name)


@dataclass(frozen=True)
class IsMended:
    """A person corrects the unreadable rows, and types what the last mail said."""

    file: File

    def take(self, month: Month) -> None:
        told = [told.document for start in month.starts for told in start.told][-1]
        [ending] = [
            each
            for job in told["jobs"]
            for each in job["files"]
            if each["name"] == self.file.name
        ]
        fix_me = Path(ending["reports"], "fix-me.csv")
        times = iter(self.file.mended)
        lines = fix_me.read_text("utf-8-sig").splitlines(keepends=True)
        mended = (
            line.replace(UNREADABLE, next(times)) if UNREADABLE in line else line
            for line in lines
        )
        fix_me.write_text("".join(mended), encoding="utf-8")
        [command] = ending["next"]
        month.typed.append(activity_import(*shlex.split(command)[1:], "--yes"))


@dataclass(frozen=True)
class Nothing:
    """What happens while nothing does."""

    def take(self, month: Month) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Passes:
    """The clock goes on to this hour of its day, or of the next."""

    hour: str

    def take(self, month: Month) -> None:
        hours, minutes = map(int, self.hour.split(":"))
        at = month.clock.at.replace(hour=hours, minute=minutes, second=0)
        month.clock.at = at if at >= month.clock.at else at + timedelta(days=1)


@dataclass(frozen=True)
class Start:
    """The scheduler starts a night in this process; `meanwhile` happens as it waits."""

    meanwhile: Step = field(default_factory=Nothing)

    def take(self, month: Month) -> None:
        clock = HandClock(month.clock.at)

        def waited() -> None:
            month.clock.at = clock.at
            clock.on_wait = lambda: None
            self.meanwhile.take(month)

        clock.on_wait = waited
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pipeline.cli.nightly, "WallClock", lambda _stop: clock)
            month.started(lambda: activity_import("nightly", "month.yaml"))


@dataclass(frozen=True)
class StartElsewhere:
    """... as a process of its own, which is killed when it meets a point."""

    point: str = ""
    nth: int = 1

    def take(self, month: Month) -> None:
        month.started(lambda: month.forks.start(self._order(month)).ended())

    def _order(self, month: Month) -> Order:
        said = [month.folder / f"{len(month.starts)}.{name}" for name in ("out", "err")]
        for path in said:
            path.touch()
        return Order(
            words=("nightly", "month.yaml"),
            folder=str(month.folder),
            environment={**os.environ, NIGHT_AT: month.clock.at.isoformat()},
            out=str(said[0]),
            err=str(said[1]),
            seams=Seams(self.point, self.nth),
        )


@dataclass(frozen=True)
class StartOnSmallDisk:
    """... as one that meets a disk of so many bytes where a folder is."""

    folder: str
    size: str

    def take(self, month: Month) -> None:
        month.started(lambda: self._ended(month))

    def _ended(self, month: Month) -> Ended:
        words = (sys.executable, "-m", "tests.nightly.month_start")
        start = shlex.join((*words, month.clock.at.isoformat(), "month.yaml"))
        mount = f"mount -t tmpfs -o size={self.size} none {self.folder}"
        done = subprocess.run(
            [*ALONE_ON_DISKS, "sh", "-c", f"{mount} && exec {start}"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


def night_of(at: datetime) -> int:
    return (at - FIRST).days + 1


@contextmanager
def lived(
    folder: Path, nights: tuple[tuple[Step, ...], ...], seed: int
) -> Iterator[Month]:
    """The month after all its nights; the files of a night come in a drawn order."""
    random = Random(seed)
    with (
        surroundings(folder),
        running_town(FIRST_KEY) as town,
        zygote("tests.nightly.month_start") as forks,
    ):
        month = Month(folder, town, forks)
        for number, night in enumerate(nights):
            month.clock.at = FIRST + timedelta(days=number, hours=1)
            for step in _shuffled(night, random):
                step.take(month)
        yield month


def _shuffled(night: tuple[Step, ...], random: Random) -> Iterator[Step]:
    """Files that arrive one after the other do so in another order."""
    for arrive, group in groupby(night, lambda step: isinstance(step, Arrives)):
        steps = list(group)
        if arrive:
            random.shuffle(steps)
        yield from steps


@contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    """A working folder, an empty home, and the time zone of Greenwich."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder / "home"))
        for name in ("STATE", "CONFIG", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(folder / "home" / name.lower()))
        for name in ("REEVO_API_KEY", "REEVO_BASE_URL", "ACTIVITY_IMPORT_LEDGER"):
            patch.delenv(name, raising=False)
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()
