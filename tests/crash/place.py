"""Where a night of killed processes happens, and what its judge holds against it.

The judge is the record of the stand-in: what it took is what was sent.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from pipeline.ledger import Ledger
from pipeline.sandbox.process import Sandbox
from tests.commands import Ended, lines_of
from tests.crash.forked import Running, Zygote
from tests.crash.seams import Seams
from tests.crash.zygote import Order

ACCOUNT = "8687b18d-8ce1-4c8b-aedd-3a249018775a"
KILLED = -signal.SIGKILL
MAPPING = f"""
version: 1
name: plain
key: [Id]
fields:
  activity_time: {{from: When}}
  subject: {{from: What}}
  account_id: {{constant: {ACCOUNT}}}
"""
_LONG_SECONDS = 20.0
_OFTEN_SECONDS = 0.02
_numbers = count(1)


@dataclass
class Place:
    """A folder with a source of `rows` rows, a ledger, reports, and where to send.

    `kills` counts the processes that were killed here; `habits` are options of each
    command that sends.
    """

    folder: Path
    zygote: Zygote
    sandbox: Sandbox | None = None
    rows: int = 30
    concurrency: int = 3
    kills: int = 0
    habits: tuple[object, ...] = ("--no-reconcile",)
    name: str = field(default_factory=lambda: f"place {next(_numbers)}")

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "plain.yaml").write_text(MAPPING, encoding="utf-8")
        self.write("rows.csv", range(2, self.rows + 2))

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.sqlite"

    def write(self, path: str, rows: range) -> None:
        """A source with these records, each with a subject of its own."""
        lines = [f"r{row},2024-03-01 10:00:00,{self.subject(row)}\n" for row in rows]
        text = "Id,When,What\n" + "".join(lines)
        (self.folder / path).write_text(text, encoding="utf-8")

    def subject(self, row: int) -> str:
        return f"{self.name}: call {row}"

    def start(
        self,
        *words: object,
        seams: Seams = Seams(),  # noqa: B008 - frozen
        terminal: str | None = None,
        limits: dict[int, int] | None = None,
    ) -> Running:
        """Types a command; what it says goes to files of its own."""
        said = [self.folder / f"{next(_numbers)}.{name}" for name in ("out", "err")]
        for path in said:
            path.touch()
        return self.zygote.start(
            Order(
                words=tuple(map(str, words)),
                folder=str(self.folder),
                environment=self.environment(),
                out=str(said[0]),
                err=str(said[1]),
                terminal=terminal,
                limits={str(key): value for key, value in (limits or {}).items()},
                seams=seams,
            )
        )

    def environment(self) -> dict[str, str]:
        given = {
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "home"),
            "ACTIVITY_IMPORT_LEDGER": str(self.ledger),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
        }
        if self.sandbox is not None:
            given["REEVO_API_KEY"] = self.sandbox.api_key
            given["REEVO_BASE_URL"] = self.sandbox.url
        return given

    def run(self, *words: object, **how: Any) -> Running:
        """`run` of the source."""
        return self.start(
            "run", "rows.csv", "-m", "plain.yaml", *self.sending, *words, **how
        )

    def resume(self, *words: object, **how: Any) -> Running:
        """`resume` of the newest run."""
        return self.start("resume", self.newest, *self.sending, *words, **how)

    @property
    def sending(self) -> tuple[object, ...]:
        return ("--concurrency", self.concurrency, "-q", *self.habits)

    @property
    def newest(self) -> str:
        with Ledger.open(self.ledger) as ledger:
            return ledger.runs()[0].name

    def go_on(self, **how: Any) -> Running:
        """What a person would type next: `resume`, or `run` where there is no plan."""
        if self.is_planned():
            return self.resume(**how)
        return self.run(**how)

    def is_planned(self) -> bool:
        if not self.ledger.exists():
            return False
        with Ledger.open(self.ledger) as ledger:
            runs = ledger.runs()
        plan = self.ledger.with_name(f"{self.ledger.name}.runs")
        return bool(runs) and (plan / runs[0].name / "plan.json").exists()

    def taken(self) -> dict[str, str]:
        """What the API took of this place's rows: ids by subject, each once."""
        assert self.sandbox is not None
        url = f"{self.sandbox.inspection_url}/_sandbox/activities"
        found = [
            (each["body"]["attributes"]["metadata"]["subject"], each["id"])
            for each in httpx.get(url, timeout=60).json()
        ]
        own = [pair for pair in found if pair[0].startswith(f"{self.name}:")]
        twice = {s: n for s, n in Counter(s for s, _ in own).items() if n > 1}
        assert not twice, f"sent twice: {twice}"
        return dict(own)

    def outcomes(self, run: str | None = None) -> dict[str, tuple[str, str]]:
        """Status and id by subject, as the report of a run has them."""
        lines = lines_of(self.folder / "reports" / (run or self.newest) / "rows.csv")
        told = {line["What"]: (line["_status"], line["_activity_id"]) for line in lines}
        assert len(told) == len(lines)
        return told


def processes_of(place: Place) -> list[str]:
    """The command lines of all processes that were started there, and still live."""
    return list(_processes(f"HOME={place.folder}\0".encode()))


def _processes(mark: bytes) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is not ours
            if mark in (process / "environ").read_bytes():
                yield (process / "cmdline").read_text().replace("\0", " ")


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes true before long."""
    deadline = time.monotonic() + _LONG_SECONDS
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(_OFTEN_SECONDS)
    return False


def judge(place: Place, ended: Ended) -> None:
    """Holds the ending of the newest run against what the API took."""
    check_words(ended)
    taken, told = place.taken(), place.outcomes()
    assert list(told) == [place.subject(row) for row in range(2, place.rows + 2)]
    counts = Counter(status for status, _ in told.values())
    assert counts.keys() <= {"created", "duplicate", "uncertain"}
    assert counts["uncertain"] <= place.concurrency * place.kills
    assert ended.code == (3 if counts["uncertain"] else 0), ended
    known = {subject: id_ for subject, (_, id_) in told.items() if id_}
    assert known.items() <= taken.items()
    unknown = {subject for subject, (status, _) in told.items() if status != "created"}
    unknown -= known.keys()
    assert taken.keys() - known.keys() <= unknown
    assert {told[subject][0] for subject in unknown} <= {"uncertain"}
    check_files(place)


def check_words(ended: Ended) -> None:
    """However it ended, it was with words for its user."""
    assert "Traceback" not in ended.err, ended.err
    assert "should not have" not in ended.err, ended.err


def check_files(place: Place) -> None:
    """The ledger is sound, and nothing half written lies about the newest run."""
    runs = place.ledger.with_name(f"{place.ledger.name}.runs")
    folders = (place.folder / "reports" / place.newest, runs / place.newest)
    assert [part for each in folders for part in each.glob(".*")] == []
    assert list(place.ledger.parent.glob("*.part")) == []
    with Ledger.open(place.ledger) as ledger:
        assert ledger.check() == []


def see_to_the_end(place: Place) -> Ended:
    """Goes on until a process ends by itself; another run then sends nothing."""
    ended = place.go_on().ended()
    judge(place, ended)
    return ended


def judge_another_run(place: Place) -> None:
    """A run of the same file sends nothing of what was sent, or may have been."""
    before = place.taken()
    ended = place.run().ended()
    check_words(ended)
    assert place.taken() == before
    told = place.outcomes()
    statuses = Counter(status for status, _ in told.values())
    assert statuses.keys() <= {"duplicate", "uncertain"}
    assert statuses.total() == place.rows


def judge_reconciled(place: Place) -> None:
    """Looked for, each row that was taken is found, and the others stay uncertain."""
    words = ("--look-again", "0s", "--timeout", "0.3s", "-q")
    ended = place.start("reconcile", place.newest, *words).ended()
    judge(place, ended)
    taken = place.taken()
    for subject, (status, _) in place.outcomes().items():
        assert status == ("created" if subject in taken else "uncertain")
