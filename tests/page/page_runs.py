"""A run of each kind, made as its user makes it, and the page that it leaves."""

import csv
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path

import orjson

from tests.commands import activity_import, started
from tests.misbehaving import (
    CREATED,
    MisbehavingServer,
    Talk,
    answers,
    misbehaving,
    reads,
    stalls,
)

MAPPING = """
version: 1
name: calls
key: [Id]
source: {timezone: UTC}
skip:
  - {column: Deleted, in: ["1"]}
fields:
  activity_time: {from: When, formats: [iso]}
  subject: {from: What}
  category: {from: Kind, values: {Call: CALL, Webinar: WEBINAR, Event: EVENT}}
"""
HEADER = ("Id", "When", "What", "Kind", "Deleted")
LONG = "0123456789" * 3_000
HOSTILE = (
    "</script><script>document.title = 'hit'</script>",
    "<img src=x onerror=\"document.title = 'hit'\">",
    "<!-- <script>",
    '"\' onmouseover="document.title = \'hit\'" x="',
    "javascript:document.title='hit'",
    "\u202eevil\u202c",
    "\u200f\u05e9\u05dc\u05d5\u05dd\u200f",
    "\U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f467",
    '=HYPERLINK("http://127.0.0.1:9/","y")',
    "{{ 7 * 7 }}{% raw %}",
    "`code` ]]> &lt;b&gt;",
    LONG,
)
KINDS = (
    *("ok", "check", "attention", "uncertain", "stopped"),
    *("interrupted", "empty", "duplicates", "hostile"),
)
Row = tuple[str, ...]


def good(count: int, *, start: int = 1) -> list[Row]:
    """Calls of three months, one an hour."""
    return [
        (f"r{n}", f"2024-{n % 3 + 1:02}-05 {n % 24:02}:00:00", f"Call {n}", "Call", "")
        for n in range(start, start + count)
    ]


FLAWED: list[Row] = [
    *good(20),
    ("s1", "2024-02-01", "Gone", "Call", "1"),
    ("b1", "31/02/2024", "No such day", "Call", ""),
    ("b2", "soon", "No date", "Webinar", ""),
    ("b3", "2024-03-01", "", "Event", ""),
    ("b4", "2024-03-02", "Sent by fax", "Fax", ""),
    ("b5", "2024-03-03", "Sent by fax, too", "Fax", ""),
    ("o1", "1924-03-01", "A hundred years off", "Call", ""),
    ("x1", "2024-03-04", "refuse me", "Call", ""),
    ("r1", "2024-02-05 01:00:00", "Call 1", "Call", ""),
]


def makes_of_it_what_it_says(talk: Talk) -> None:
    """An API that does with an activity what its subject asks for."""
    reads(talk)
    request = talk.requests[-1]
    if request.line.startswith("GET"):
        return answers(200, {"data": {"status": "healthy"}})(talk)
    subject = orjson.loads(request.body)["attributes"]["metadata"]["subject"]
    if subject.startswith("refuse"):
        told = {"error": {"code": "bad_subject", "message": "Not <b>nice</b>."}}
        return answers(422, told)(talk)
    if subject.startswith("forbid"):
        return answers(403, {"error": {"message": "Forbidden."}})(talk)
    if subject.startswith("lose"):
        raise EOFError
    if subject.startswith("stall"):
        return stalls(talk)
    return answers(201, CREATED)(talk)


def make_pages(folder: Path) -> dict[str, Path]:
    """The page of each of `KINDS`, in a folder of its own."""
    with misbehaving([makes_of_it_what_it_says] * 1_000) as server:
        return {kind: _made(kind, folder / kind, server) for kind in KINDS}


def _made(kind: str, folder: Path, server: MisbehavingServer) -> Path:
    folder.mkdir()
    with chdir(folder), _environment(folder, server.url):
        _MAKERS[kind](server)
        pages = Path("reports").glob("*/report.html")
        newest = max(pages, key=lambda page: page.stat().st_mtime_ns)
        return newest.absolute()


@contextmanager
def _environment(folder: Path, url: str) -> Iterator[None]:
    wanted = {
        "XDG_STATE_HOME": str(folder / "state"),
        "REEVO_BASE_URL": url,
        "REEVO_API_KEY": "secret-key",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _source(rows: Sequence[Row], header: Row = HEADER) -> tuple[str, ...]:
    Path("calls.yaml").write_text(MAPPING, encoding="utf-8")
    with Path("calls.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return ("calls.csv", "-m", "calls.yaml", "-q")


def _ok(_: MisbehavingServer) -> None:
    assert activity_import("run", *_source(good(12))).code == 0


def _check(_: MisbehavingServer) -> None:
    assert activity_import("validate", *_source(good(12))).code == 0


def _attention(_: MisbehavingServer) -> None:
    assert activity_import("run", *_source(FLAWED), "--concurrency", 1).code == 3


def _uncertain(_: MisbehavingServer) -> None:
    rows = [*good(4), ("u1", "2024-03-01", "lose me", "Call", "")]
    assert activity_import("run", *_source(rows), "--look-again", "0s").code == 3


def _stopped(_: MisbehavingServer) -> None:
    rows = [*good(3), ("f1", "2024-03-01", "forbid me", "Call", ""), *good(9, start=5)]
    assert activity_import("run", *_source(rows), "--concurrency", 1).code == 4


def _interrupted(server: MisbehavingServer) -> None:
    rows = [*good(3), ("f1", "2024-03-01", "stall here", "Call", ""), *good(9, start=5)]
    words = ("run", *_source(rows), "--concurrency", 1, "--ledger", "ledger.sqlite")
    with started(*words) as process:
        while not any(b"stall here" in request.body for request in server.requests):
            assert process.poll() is None
            time.sleep(0.01)
    [reports] = Path("reports").iterdir()
    ended = activity_import("report", reports.name, "--ledger", "ledger.sqlite")
    assert ended.code == 130


def _empty(_: MisbehavingServer) -> None:
    assert activity_import("run", *_source([]), "--allow-empty").code == 0


def _duplicates(_: MisbehavingServer) -> None:
    words = _source(good(12))
    assert activity_import("run", *words).code == 0
    assert activity_import("run", *words).code == 0


def _hostile(_: MisbehavingServer) -> None:
    rows = [(f"h{n}", each, each, each, "") for n, each in enumerate(HOSTILE)]
    header = ("Id", "When", "What", "Kind", "Deleted", "<b onclick=x>Bold</b>")
    assert activity_import("validate", *_source(rows, header)).code == 3


_MAKERS = {
    "ok": _ok,
    "check": _check,
    "attention": _attention,
    "uncertain": _uncertain,
    "stopped": _stopped,
    "interrupted": _interrupted,
    "empty": _empty,
    "duplicates": _duplicates,
    "hostile": _hostile,
}
