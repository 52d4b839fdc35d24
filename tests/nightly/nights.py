"""A folder with nightly jobs, the files that arrive in it, and what became of them."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from pipeline.cli.ending import in_words
from pipeline.cli.nightly_runner import PipelineRunner
from pipeline.cli.tools import Terminal
from pipeline.nightly.config import Config
from pipeline.nightly.endings import NightEnding
from pipeline.nightly.journal import Journal
from pipeline.nightly.load import load_config
from pipeline.nightly.log import NightLog, silence
from pipeline.nightly.night import hold_night
from pipeline.nightly.onlooker import Onlooker
from pipeline.nightly.passage import NightTools
from pipeline.nightly.takes import WORK
from pipeline.progress import Progress, Silence
from pipeline.sandbox.process import Sandbox
from pipeline.stopping import Stop
from tests.commands import Ended, activity_import
from tests.crash.forked import Running, Zygote
from tests.crash.seams import Seams
from tests.crash.zygote import Order

ACCOUNT = "8687b18d-8ce1-4c8b-aedd-3a249018775a"
MAPPING = f"""
version: 1
name: calls
key: [Id]
fields:
  activity_time: {{from: When}}
  subject: {{from: What}}
  account_id: {{constant: {ACCOUNT}}}
"""
_numbers = count(1)


class HandClock:
    """Stands still but where it is waited on; `on_wait` happens meanwhile."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime.now(UTC) + timedelta(hours=1)
        self.waits: list[float] = []
        self.on_wait: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)
        self.on_wait()


@dataclass
class Nights:
    """One configuration of one job `calls`, and its folders, in an empty folder."""

    folder: Path
    sandbox: Sandbox | None = None
    job: str = ""
    clock: HandClock = field(default_factory=HandClock)
    stop: Stop = field(default_factory=Stop)
    onlookers: tuple[Onlooker, ...] = ()
    progress: Progress = field(default_factory=Silence)
    name: str = field(default_factory=lambda: f"night {next(_numbers)}")

    def __post_init__(self) -> None:
        self.inbox.mkdir(parents=True)
        (self.folder / "calls.yaml").write_text(MAPPING, encoding="utf-8")
        self.configure(self.job)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def config(self) -> Path:
        return self.folder / "nightly.yaml"

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.sqlite"

    def configure(self, job: str = "", top: str = "") -> None:
        """Writes the configuration; `job` are more lines of the job."""
        lines = "".join(f"    {line}\n" for line in job.splitlines())
        sandbox = self.sandbox
        url = f"base_url: {sandbox.url}\n" if sandbox else ""
        self.config.write_text(
            f"version: 1\n{url}ledger: state/ledger.sqlite\nclock: UTC\n{top}\n"
            "jobs:\n  - name: calls\n    inbox: inbox\n    pattern: '*.csv'\n"
            "    mapping: calls.yaml\n"
            + ("" if "settle" in job else "    settle: 0s\n")
            + lines,
            encoding="utf-8",
        )

    def arrives(self, name: str, rows: range, *, when: str = "2024-03-01") -> Path:
        """A file with these records, each with a subject of its own."""
        lines = [f"r{row},{when} 10:00:00,{self.subject(row)}\n" for row in rows]
        path = self.inbox / name
        path.write_text("Id,When,What\n" + "".join(lines), encoding="utf-8")
        return path

    def subject(self, row: int) -> str:
        return f"{self.name}: call {row}"

    def typed(self, *words: object) -> Ended:
        """`nightly`, as its user types it."""
        key = self.sandbox.api_key if self.sandbox else "none"
        return activity_import("nightly", self.config, *words, REEVO_API_KEY=key)

    def start(self, forks: Zygote, point: str = "", nth: int = 1) -> Running:
        """`nightly` as a process of its own, which may be killed at a point."""
        assert self.sandbox is not None
        home = self.folder.parent
        said = [home / f"{next(_numbers)}.{name}" for name in ("out", "err")]
        for path in said:
            path.touch()
        order = Order(
            words=("nightly", str(self.config)),
            folder=str(home),
            environment={
                "HOME": str(home),
                "REEVO_API_KEY": self.sandbox.api_key,
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
            },
            out=str(said[0]),
            err=str(said[1]),
            seams=Seams(point, nth),
        )
        return forks.start(order)

    def loaded(self) -> Config:
        return load_config(self.config, os.environ)

    def held(self) -> NightEnding:
        """A night on the clock of hand, by the same parts."""
        config = self.loaded()
        terminal = Terminal(self.progress, self.stop)
        log = NightLog(self.folder / "night.log", silence, self.clock.now)
        with Journal.open(self.ledger.with_name("ledger.sqlite.nightly")) as journal:
            tools = NightTools(
                PipelineRunner(config, terminal),
                journal,
                log,
                self.clock,
                self.stop.is_requested,
                in_words,
                self.onlookers,
            )
            night = hold_night(config, config.jobs, tools)
        log.close()
        return night

    def taken(self) -> list[int]:
        """The rows that the API took of this place, each as often as it took it."""
        assert self.sandbox is not None
        listed = httpx.get(f"{self.sandbox.inspection_url}/_sandbox/activities").json()
        subjects = (
            each["body"]["attributes"]["metadata"]["subject"] for each in listed
        )
        own = f"{self.name}: call "
        return sorted(int(s.removeprefix(own)) for s in subjects if s.startswith(own))

    def files(self) -> list[str]:
        """Where every file of a source lies, in words without dates and numbers."""
        found = self.folder.rglob("*.csv")
        paths = [p.relative_to(self.folder) for p in found if "reports" not in p.parts]
        return sorted(self._place(path) for path in paths)

    def _place(self, path: Path) -> str:
        if WORK in path.parts:
            return f"work/{path.name}"
        where = path.parts[0]
        return f"{where}/{path.name}"

    def log(self) -> list[dict[str, Any]]:
        path = self.ledger.with_name("ledger.sqlite.nightly.log")
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
