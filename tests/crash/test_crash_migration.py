"""Killed while an older ledger is migrated: it is of one version or the other."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.place import KILLED, Place, judge, judge_another_run
from tests.crash.seams import MIGRATING, STEP, Seams
from tests.ledger import version_1

SENT_BEFORE = 10
SENDING = "identity, run, state, body, activity_id, http_status, attempts, code, field"
COLUMNS = {
    "run": "id, name, command, dry_run, target, workspace, mapping_name, "
    "mapping_sha256, started_at, reports, sources, options, ended_at, status, "
    "exit_code, counts",
    "sending": f"{SENDING}, message, at",
}
POINTS = [*((point, 1) for point in MIGRATING), *((STEP, done) for done in (1, 2, 3))]


@pytest.fixture
def old(place: Place) -> Place:
    """A place with a ledger of version 1, which knows the first rows as sent."""
    assert place.run("--limit", SENT_BEFORE).ended().code == 0
    new = place.ledger.with_name("new")
    place.ledger.rename(new)
    with closing(sqlite3.connect(place.ledger, isolation_level=None)) as ledger:
        for statement in version_1.SCHEMA:
            ledger.execute(statement)
        ledger.execute("ATTACH ? AS new", (str(new),))
        for table, names in COLUMNS.items():
            query = f"INSERT INTO {table} ({names}) SELECT {names} FROM new.{table}"  # noqa: S608
            ledger.execute(query)
    new.unlink()
    return place


def content(path: Path) -> Iterator[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as file:
        yield file.execute("PRAGMA user_version").fetchall()
        for table, names in COLUMNS.items():
            yield file.execute(f"SELECT {names} FROM {table}").fetchall()  # noqa: S608


@pytest.mark.parametrize(("point", "nth"), POINTS)
def test_a_migration_that_is_killed_is_done_by_the_next_run(
    old: Place, point: str, nth: int
) -> None:
    before = list(content(old.ledger))
    assert old.run(seams=Seams(point, nth)).ended().code == KILLED
    assert len(old.taken()) == SENT_BEFORE

    judge(old, old.run().ended())

    counts = Counter(status for status, _ in old.outcomes().values())
    assert counts == {"duplicate": SENT_BEFORE, "created": old.rows - SENT_BEFORE}
    [backup] = old.ledger.parent.glob("*.backup*")
    assert list(content(backup)) == before
    judge_another_run(old)
