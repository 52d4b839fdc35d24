import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import (
    Ledger,
    Recorder,
    State,
    migration,
)
from pipeline.ledger.migration import migrate
from pipeline.ledger.schema import (
    APPLICATION_ID,
    SCHEMA,
    STEPS,
    VERSION,
    same_statement,
)
from tests.ledger import version_2, version_3, version_4
from tests.ledger.given import (
    NAME,
    STARTED,
    identities,
    identity,
    record,
    recording,
    settled,
)
from tests.ledger.version_1 import CLAIMED_AT, Version1, write_ledger

OTHER = "20261124-0731-cd34"
SENDINGS = {
    NAME: dict(enumerate(State)),
    OTHER: {2: State.CREATED, 4: State.UNCERTAIN, 9: State.CREATED},
}


@pytest.fixture
def old(path: Path) -> Path:
    write_ledger(path, SENDINGS)
    return path


def rows_of(path: Path) -> list[tuple[object, ...]]:
    """What version 1 kept of runs and sendings, whatever the version of the file."""
    columns = "identity, run, state, body, activity_id, http_status, attempts, code, at"
    with closing(sqlite3.connect(path)) as file:
        runs = file.execute("SELECT id, name, target, options FROM run").fetchall()
        return runs + file.execute(f"SELECT {columns} FROM sending").fetchall()  # noqa: S608


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        number: int = file.execute("PRAGMA user_version").fetchone()[0]
    return number


def test_an_old_ledger_is_as_good_as_a_new_one(old: Path, tmp_path: Path) -> None:
    before = rows_of(old)

    with Ledger.open(old) as ledger, Ledger.open(tmp_path / "new.db") as new:
        assert ledger.check() == []
        query = "SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name"
        had = dict(ledger._connection.execute(query).fetchall())
        wanted = dict(new._connection.execute(query).fetchall())

    assert version(old) == VERSION
    assert rows_of(old) == before
    assert wanted == SCHEMA
    assert had.keys() == wanted.keys()
    assert all(same_statement(had[name], wanted[name]) for name in wanted)


def test_an_old_ledgers_rows_are_known(old: Path) -> None:
    with Ledger.open(old) as ledger:
        assert ledger.runs() == [record(OTHER), record()]
        first, other = ledger.number_of(NAME), ledger.number_of(OTHER)
        assert ledger.counts(first) == dict.fromkeys(State, 1)
        assert ledger.counts(other) == {State.CREATED: 2, State.UNCERTAIN: 1}
        standing = ledger.standing(identities(*range(10)))
        assert ledger.known_ids({"A-1", "a-9", "a-3"}) == {"A-1", "a-9"}
        sendings = ledger.sendings(other, identities(*range(10)))

    assert standing.select("identity", "run", "state").rows() == [
        (identity(0), NAME, State.INTENT),
        (identity(1), NAME, State.CREATED),
        (identity(2), OTHER, State.CREATED),
        (identity(3), NAME, State.UNCERTAIN),
        (identity(4), OTHER, State.UNCERTAIN),
        (identity(9), OTHER, State.CREATED),
    ]
    rows = [
        (identity(2), State.CREATED, "a-2", 201, 1, "c", "", "m"),
        (identity(4), State.UNCERTAIN, None, 201, 1, "c", "", "m"),
        (identity(9), State.CREATED, "a-9", 201, 1, "c", "", "m"),
    ]
    assert sendings.drop("claimed_at", "at").rows() == rows


def test_for_what_an_old_run_claimed_stands_the_start_of_the_run(old: Path) -> None:
    with Ledger.open(old, now=lambda: STARTED) as ledger:
        run = ledger.number_of(NAME)
        assert ledger.settle_intents(run) == 1
        uncertain = ledger.uncertain(run).rows()

    started = int(STARTED.timestamp() * 1000)
    assert uncertain == [
        (identity(0), started, started, "answer_unknown"),
        (identity(3), started, CLAIMED_AT + 1003, "c"),
    ]


def test_an_old_run_goes_on_and_is_counted(old: Path) -> None:
    with Ledger.open(old) as ledger:
        run = ledger.number_of(NAME)

        async def work(recorder: Recorder) -> None:
            recorder.settle(settled(0, State.CREATED))

        recording(old, run, work)

        assert ledger.counts(run) == {
            State.CREATED: 2,
            State.REJECTED: 1,
            State.UNCERTAIN: 1,
            State.RELEASED: 1,
        }
        assert ledger.check() == []


def test_the_old_ledger_is_kept_whole_and_private(old: Path) -> None:
    before = rows_of(old)

    Ledger.open(old).close()

    backup = old.with_name("ledger.db.v1.backup")
    assert {file.name for file in old.parent.iterdir()} == {old.name, backup.name}
    assert backup.stat().st_mode & 0o777 == 0o600
    assert version(backup) == 1
    assert rows_of(backup) == before


def test_what_is_not_yet_in_the_file_itself_is_backed_up(path: Path) -> None:
    old = Version1(path)
    run = old.begin_run(NAME)
    for number in range(100):
        old.claim(run, number)
    before = rows_of(path)
    assert path.with_name("ledger.db-wal").stat().st_size > 0

    Ledger.open(path).close()

    assert rows_of(path.with_name("ledger.db.v1.backup")) == before
    old.close()


def test_an_earlier_backup_is_never_overwritten(old: Path) -> None:
    earlier = old.with_name("ledger.db.v1.backup")
    earlier.write_bytes(b"another ledger, put back by hand")
    before = rows_of(old)

    Ledger.open(old).close()

    assert earlier.read_bytes() == b"another ledger, put back by hand"
    assert rows_of(old.with_name("ledger.db.v1.backup.2")) == before


def test_a_migration_that_failed_needs_no_second_backup(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(old)
    with monkeypatch.context() as broken:
        broken.setitem(STEPS, 1, (*STEPS[1], "SELECT nonsense"))
        with pytest.raises(LedgerError, match="no such column: nonsense"):
            Ledger.open(old)
    assert version(old) == 1
    assert rows_of(old) == before

    Ledger.open(old).close()

    assert {file.name for file in old.parent.iterdir()} == {
        "ledger.db",
        "ledger.db.v1.backup",
    }


def test_half_a_backup_of_a_killed_migration_is_replaced(old: Path) -> None:
    half = old.with_name("ledger.db.v1.backup.part")
    half.write_bytes(b"half")
    before = rows_of(old)

    Ledger.open(old).close()

    assert not half.exists()
    assert rows_of(old.with_name("ledger.db.v1.backup")) == before


def test_who_comes_second_finds_the_work_done(old: Path) -> None:
    first, second = (sqlite3.connect(old, isolation_level=None) for _ in range(2))
    with closing(first), closing(second):
        migrate(first, old)
        migrate(second, old)

    assert version(old) == VERSION
    assert [file.name for file in old.parent.glob("*backup*")] == [
        "ledger.db.v1.backup"
    ]


def test_an_old_ledger_that_is_being_written_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "PATIENCE_SECONDS", 0)
    old = Version1(path)
    old.connection.execute("BEGIN IMMEDIATE")

    with pytest.raises(LedgerError, match="is locked by another program"):
        Ledger.open(path)

    assert version(path) == 1
    assert not path.with_name("ledger.db.v1.backup").exists()
    old.close()


def test_an_old_program_that_has_it_open_may_settle_but_claims_nothing_more(
    path: Path,
) -> None:
    old = Version1(path)
    run = old.begin_run(NAME)
    assert old.claim(run, 1)
    assert old.claim(run, 2)
    with Ledger.open(path) as ledger:
        late = old.begin_run(OTHER)
        assert old.settle(run, 1, State.CREATED)
        assert old.settle(run, 2, State.UNCERTAIN)
        for number in (1, 2, 3):
            with pytest.raises(sqlite3.OperationalError, match="ON CONFLICT"):
                old.claim(late, number)

        assert ledger.counts(run) == {State.CREATED: 1, State.UNCERTAIN: 1}
        assert ledger.counts(late) == {}
        assert ledger.check() == []
    old.close()


def test_a_migrated_ledger_is_refused_by_the_old_program(old: Path) -> None:
    Ledger.open(old).close()

    with closing(sqlite3.connect(old)) as file:
        number = file.execute("PRAGMA application_id").fetchone()[0]
    assert (number, version(old)) == (APPLICATION_ID, VERSION)


@pytest.mark.parametrize(("older", "written"), [(2, version_2), (3, version_3)])
def test_a_later_ledger_is_as_good_as_a_new_one(
    path: Path, tmp_path: Path, older: int, written: Any
) -> None:
    written.write_ledger(path, NAME, SENDINGS[NAME])
    before = rows_of(path)

    with Ledger.open(path) as ledger, Ledger.open(tmp_path / "new.db") as new:
        assert ledger.check() == []
        query = "SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL"
        had = dict(ledger._connection.execute(query).fetchall())
        wanted = dict(new._connection.execute(query).fetchall())
        assert had.keys() == wanted.keys()
        assert all(same_statement(had[name], wanted[name]) for name in wanted)
        assert ledger.counts(ledger.number_of(NAME)) == dict.fromkeys(State, 1)

    backup = path.with_name(f"ledger.db.v{older}.backup")
    assert (version(path), version(backup)) == (VERSION, older)
    assert rows_of(path) == rows_of(backup) == before
    assert {file.name for file in path.parent.iterdir()} == {path.name, backup.name}
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_program_of_version_2_that_has_it_open_may_go_on(path: Path) -> None:
    version_2.write_ledger(path, NAME, {1: State.INTENT})
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        run = old.execute("SELECT id FROM run").fetchone()[0]
        with Ledger.open(path) as ledger:
            row = (identity(2), run, State.INTENT, b"b" * 16, None, 0, 0)
            old.execute(version_2.SEND, row)

            assert ledger.counts(run) == {State.INTENT: 2}
            assert ledger.check() == []


def test_a_program_of_version_3_that_has_it_open_ends_its_run(path: Path) -> None:
    version_3.write_ledger(path, NAME, {1: State.CREATED})
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        run = old.execute("SELECT id FROM run").fetchone()[0]
        with Ledger.open(path) as ledger:
            ended = ("2026-11-23T07:33:10.000000+00:00", "ok", 0, '{"created": 1}', run)
            old.execute(version_3.END_RUN, ended)

            found = ledger.find_run(NAME)
            assert found is not None
            assert (found.status, found.counts, found.issues) == (
                "ok",
                {"created": 1},
                None,
            )
            assert ledger.check() == []


def test_what_a_program_of_version_4_sent_has_no_sources(path: Path) -> None:
    version_4.write_ledger(path, NAME, {1: State.CREATED})
    with Ledger.open(path) as ledger:
        place = record().target, record().workspace
        assert ledger.former_runs(*place, ["aa"]) == []
        ledger.keep_sources(ledger.number_of(NAME), {"aa": 1})

        assert [one.name for one in ledger.former_runs(*place, ["aa"])] == [NAME]
        assert ledger.check() == []
