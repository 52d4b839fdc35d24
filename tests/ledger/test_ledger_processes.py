import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import Ledger, Recorder, State, database, migration
from tests.ledger.given import (
    BODY,
    NAME,
    identities,
    identity,
    intent,
    record,
    recording,
    send,
)
from tests.ledger.version_1 import write_ledger

ROOT = Path(__file__).parents[2]
Claimer = subprocess.Popen[str]


@contextmanager
def claimer(path: Path, name: str, first: int, last: int) -> Iterator[Claimer]:
    command = [sys.executable, "-m", "tests.ledger.claimer", str(path), name]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, str(first), str(last)],
        cwd=ROOT,
        text=True,
        stdin=pipe,
        stdout=pipe,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def begin(*children: Claimer) -> None:
    """Lets them go when all have the ledger open."""
    for child in children:
        assert next(lines(child)) == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()


def lines(child: Claimer) -> Iterator[str]:
    assert child.stdout
    return iter(child.stdout)


def numbers(said: list[str], word: str) -> set[int]:
    pairs = [line.split() for line in said if line.endswith("\n")]
    return {int(pair[1]) for pair in pairs if pair[0] == word}


def test_two_processes_never_claim_the_same_row(path: Path) -> None:
    with claimer(path, "one", 0, 1999) as one, claimer(path, "two", 1999, 0) as two:
        begin(one, two)
        first, second = list(lines(one)), list(lines(two))

    mine, theirs = numbers(first, "claimed"), numbers(second, "claimed")
    assert (one.returncode, two.returncode) == (0, 0)
    assert mine & theirs == set()
    assert mine | theirs == set(range(2000))
    with Ledger.open(path) as ledger:
        standing = ledger.standing(identities(*range(2000)))
        held = dict(standing.select("identity", "run").iter_rows())
        assert ledger.check() == []
    assert held == {identity(n): "one" if n in mine else "two" for n in range(2000)}


def test_many_processes_may_make_the_ledger_at_once(path: Path) -> None:
    names = [f"run-{number}" for number in range(4)]
    with ExitStack() as stack:
        children = [stack.enter_context(claimer(path, name, 0, 9)) for name in names]
        begin(*children)
        said = [list(lines(child)) for child in children]

    assert [child.returncode for child in children] == [0] * len(names)
    claimed = [number for one in said for number in numbers(one, "claimed")]
    assert sorted(claimed) == list(range(10))


def test_reading_goes_on_while_another_writes(ledger: Ledger, path: Path) -> None:
    run = ledger.begin_run(record())

    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))

    with Ledger.open(path) as other, other._transaction():
        assert ledger.standing(identities(1)).is_empty()
        assert ledger.runs() == [record()]
    recording(path, run, work)
    assert ledger.standing(identities(1)).height == 1


READER = """
import sys
from pathlib import Path
from pipeline.ledger import Ledger

with Ledger.open(Path(sys.argv[1])) as ledger:
    print(ledger.counts(1))
"""


def read_elsewhere(path: Path) -> str:
    """What a process of its own, as `history` is one, finds."""
    command = [sys.executable, "-c", READER, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_who_reads_while_a_run_goes_on_takes_nothing_away(
    ledger: Ledger, run: int, path: Path
) -> None:
    """SQLite's log is removed by who closes last; that must not be the reader."""
    log = path.with_name("ledger.db-wal")

    async def work(recorder: Recorder) -> None:
        await recorder.claim(intent(1))
        assert read_elsewhere(path) == "{<State.INTENT: 0>: 1}\n"
        await recorder.claim(intent(2))
        assert read_elsewhere(path) == "{<State.INTENT: 0>: 2}\n"
        assert log.stat().st_nlink == 1

    recording(path, run, work)


HOLDER = """
import sys
from pathlib import Path
from pipeline.ledger import Ledger
from tests.ledger.given import record

with Ledger.open(Path(sys.argv[1])) as ledger, ledger._transaction():
    ledger._connection.execute("UPDATE run SET command = 'changed'")
    print("holding", flush=True)
    sys.stdin.readline()
"""


def test_who_opens_and_reads_waits_for_no_writer(
    ledger: Ledger, run: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process is in the middle of a commit; whoever waited would fail here."""
    send(path, run, dict(enumerate(State)))
    body = pl.Series([BODY], dtype=pl.Binary)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    command = [sys.executable, "-c", HOLDER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe
    ) as holder:
        assert next(lines(holder)) == "holding\n"
        with Ledger.open(path) as reader:
            assert reader.runs() == [record()]
            assert reader.counts(run) == dict.fromkeys(State, 1)
            assert reader.uncertain(run).height == 1
            assert reader.standing(identities(*State)).height == 3
            assert reader.sendings(run, identities(*State)).height == 5
            assert reader.known_ids(["a"]) == set()
            there = record().target, record().workspace
            assert reader.imported_bodies(*there, body) == (1, 1)
            assert reader.sent_before(*there)
            assert reader.check() == []
        holder.communicate("go on\n")
    assert holder.returncode == 0
    assert [one.command for one in ledger.runs()] == ["changed"]


def test_a_writer_is_not_disturbed_by_readers(path: Path) -> None:
    with claimer(path, "one", 0, 999) as child:
        begin(child)
        seen = [0]
        while child.poll() is None:
            with Ledger.open(path) as reader:
                counts = reader.counts(1)
            seen.append(sum(counts.values()))
            assert counts.get(State.INTENT, 0) <= 8
        said = list(lines(child))

    assert child.returncode == 0
    assert numbers(said, "settled") == set(range(1000))
    assert seen == sorted(seen)
    assert max(seen) > 0


def test_of_two_that_open_an_old_ledger_one_migrates_it(path: Path) -> None:
    many = {NAME: dict.fromkeys(range(20_000), State.CREATED)}
    write_ledger(path, many)
    names = [f"run-{number}" for number in range(4)]
    with ExitStack() as stack:
        children = [
            stack.enter_context(claimer(path, name, 19_995, 20_004)) for name in names
        ]
        begin(*children)
        said = [list(lines(child)) for child in children]

    assert [child.returncode for child in children] == [0] * len(names)
    claimed = [number for one in said for number in numbers(one, "claimed")]
    assert sorted(claimed) == list(range(20_000, 20_005))
    assert [file.name for file in path.parent.glob("*backup*")] == [
        "ledger.db.v1.backup"
    ]
    with Ledger.open(path) as ledger:
        assert ledger.counts(1) == {State.CREATED: 20_000}
        assert ledger.check() == []


def test_a_ledger_that_another_process_is_making_is_not_taken_for_a_foreign_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be made between two looks at the file, if these are not one."""
    looks = migration.version_of

    def looks_while_another_comes(connection: sqlite3.Connection) -> int:
        monkeypatch.setattr(database, "version_of", looks)
        with suppress(LedgerError):  # it found the file locked
            Ledger.open(path).close()
        return looks(connection)

    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    monkeypatch.setattr(database, "version_of", looks_while_another_comes)

    with Ledger.open(path) as ledger:
        assert ledger.check() == []
