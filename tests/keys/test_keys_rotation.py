"""A key that is replaced while a run goes on, over real sockets."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.api import (
    ActivityApi,
    ApiAddress,
    OneRecord,
    RereadKey,
    open_transport,
)
from pipeline.keys import KeyFile
from tests.commands import Ended, activity_import, lines_of
from tests.misbehaving import (
    CREATED,
    MisbehavingServer,
    Received,
    Talk,
    answers,
    misbehaving,
    reads,
)
from tests.runs.givens import HEALTHY, source

ROWS = 60
REFUSED = answers(401, {"error": "UnauthorizedError", "message": "No such key"})


@dataclass
class Door:
    """Lets one key in; `after` so many rows, the key is changed by `change`."""

    key: str = "old-key"
    after: int = 20
    change: Callable[["Door"], None] = lambda door: None
    taken: Counter[bytes] = field(default_factory=Counter)
    refused: Counter[bytes] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serves(self, talk: Talk) -> None:
        while True:
            reads(talk)
            request = talk.requests[-1]
            step = (
                HEALTHY[1] if request.line.startswith("GET") else self._heard(request)
            )
            step(talk)

    def _heard(self, request: Received) -> Callable[[Talk], None]:
        with self.lock:
            if request.headers["authorization"] != f"Bearer {self.key}":
                self.refused[request.body] += 1
                return REFUSED
            self.taken[request.body] += 1
            if sum(self.taken.values()) == self.after:
                self.change(self)
            return answers(201, CREATED)


def put(key: str) -> None:
    """As an administrator does: beside, then renamed."""
    aside = Path("key.new")
    aside.touch(mode=0o600)
    aside.write_text(f"{key}\n", encoding="utf-8")
    aside.replace("key")


@contextmanager
def guarded(door: Door) -> Iterator[MisbehavingServer]:
    put("old-key")
    with misbehaving([door.serves]) as server:
        yield server


def runs(door: Door, *words: str, **environment: str) -> Ended:
    source(ROWS)
    with guarded(door) as server:
        return activity_import(
            "run",
            "rows.csv",
            *("-m", "plain.yaml", "--base-url", server.url),
            *("--concurrency", "8", "--no-reconcile", "--yes", "--json"),
            *(words or ("--api-key-file", "key")),
            **environment,
        )


def replaced(door: Door) -> None:
    put("new-key")
    door.key = "new-key"


def revoked(door: Door) -> None:
    door.key = "nobody has it"


def revoked_and_replaced_by_a_wrong_one(door: Door) -> None:
    put("wrong-key")
    door.key = "nobody has it"


def revoked_and_laid_open(door: Door) -> None:
    replaced(door)
    Path("key").chmod(0o644)


@pytest.mark.usefixtures("here")
def test_a_run_goes_on_with_the_key_that_took_the_place_of_the_old_one() -> None:
    door = Door(change=replaced)
    ended = runs(door)
    again = [line for line in lines_of(rows_of(ended)) if line["_attempts"] == "2"]

    assert (ended.code, ended.summary["counts"]["created"]) == (0, ROWS)
    assert sorted(door.taken.values()) == [1] * ROWS
    assert 1 <= sum(door.refused.values()) <= 8
    assert set(door.refused.values()) == {1}
    assert len(again) == len(door.refused) == ended.summary["requests"]["retried"]
    assert ended.summary["requests"]["throttled"] == 0
    assert not {"old-key", "new-key"} & words_in(ended)


def rows_of(ended: Ended) -> Path:
    return Path(ended.summary["reports"], "rows.csv")


def words_in(ended: Ended) -> set[str]:
    folder = Path(ended.summary["reports"])
    texts = [path for path in folder.iterdir() if path.suffix != ".xlsx"]
    files = "".join(path.read_text("utf-8") for path in texts)
    return set((ended.out + ended.err + files).replace('"', " ").split())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "change", [revoked, revoked_and_replaced_by_a_wrong_one, revoked_and_laid_open]
)
def test_a_run_stops_when_there_is_no_other_key_that_is_good(
    change: Callable[[Door], None],
) -> None:
    door = Door(change=change)
    ended = runs(door)
    counts = ended.summary["counts"]

    assert (ended.code, ended.summary["status"]) == (4, "stopped")
    assert (counts["created"], counts["unsent"]) == (20, ROWS - 20)
    assert max(door.refused.values()) <= 2
    assert sum(door.refused.values()) <= 16
    assert "The API refused the key" in ended.summary["reason"]
    assert "`activity-import doctor` says where" in ended.summary["hint"]


@pytest.mark.usefixtures("here")
def test_a_stopped_run_is_resumed_with_the_new_key_and_sends_no_row_twice() -> None:
    door = Door(change=revoked)
    source(ROWS)
    with guarded(door) as server:
        words = ["--base-url", server.url, "--api-key-file", "key", "--no-reconcile"]
        stopped = activity_import("run", "rows.csv", "-m", "plain.yaml", *words)
        replaced(door)
        resumed = activity_import("resume", stopped.run, "--api-key-file", "key")

    assert (stopped.code, resumed.code) == (4, 0)
    assert sorted(door.taken.values()) == [1] * ROWS


@pytest.mark.usefixtures("here")
def test_a_variable_is_never_another_one() -> None:
    door = Door(change=replaced)
    ended = runs(door, "-q", REEVO_API_KEY="old-key")

    assert (ended.code, ended.summary["counts"]["created"]) == (4, 20)
    assert set(door.refused.values()) == {1}


@pytest.mark.usefixtures("here")
def test_a_question_is_asked_again_with_the_new_key() -> None:
    door = Door()

    async def ask(url: str) -> int | None:
        credentials = RereadKey(KeyFile(Path("key")))
        replaced(door)
        transport = open_transport(concurrency=1)
        async with ActivityApi(
            ApiAddress(url), key=credentials, transport=transport
        ) as api:
            return (await api.find(OneRecord("contact"))).answer.http_status

    with guarded(door) as server:
        assert asyncio.run(ask(server.url)) == 201
    assert [each.headers["authorization"] for each in server.requests] == [
        "Bearer old-key",
        "Bearer new-key",
    ]


@dataclass
class Scripted:
    """Gives these keys, one after the other; the last for good."""

    keys: list[str]
    reads: int = 0

    def read(self) -> str:
        self.reads += 1
        return self.keys[min(self.reads, len(self.keys)) - 1]


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=6),
    st.lists(st.sampled_from("abc"), max_size=30),
)
@settings(deadline=None)
def test_a_refused_key_never_comes_back_and_is_asked_after_once(
    given_keys: list[str], refusals: list[str]
) -> None:
    script = Scripted(given_keys)
    credentials = RereadKey(script)
    refused: set[str] = set()
    for key in refusals:
        refused.add(key)
        assert credentials.instead_of(key) in {credentials.key, None} - refused
        assert script.reads <= 1 + len(refused)
