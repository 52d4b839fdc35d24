import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import Ledger
from pipeline.ledger.schema import VERSION
from tests.ledger.given import record


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(path)
    assert caught.value.where == str(path)
    return caught.value.message, caught.value.hint


def test_the_ledger_is_private(tmp_path: Path) -> None:
    path = tmp_path / "one" / "two" / "ledger.db"
    before = os.umask(0)
    try:
        with Ledger.open(path) as ledger:
            ledger.begin_run(record())
            modes = {file.name: mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(
        ("ledger.db", "ledger.db-wal", "ledger.db-shm"), 0o600
    )
    assert mode(path.parent) == 0o700
    assert mode(path.parent.parent) == 0o700


def test_the_ledger_survives_being_closed(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.begin_run(record())

    with Ledger.open(path) as ledger:
        assert ledger.runs() == [record()]


def test_every_commit_reaches_the_disk(ledger: Ledger) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    query = ledger._connection.execute
    values = [query(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]

    assert values == ["wal", 2, 1]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_text("Id,Subject\n" * 100)

    assert refusal(path) == (
        "The file is not a ledger.",
        "Is it another file, by mistake? Name another place with --ledger.",
    )
    assert path.read_text() == "Id,Subject\n" * 100


def test_a_database_of_another_program_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as notes:
        notes.execute("CREATE TABLE notes (text)")
    before = path.read_bytes()

    assert refusal(path) == (
        "The file is the database of another program, not a ledger.",
        "Name another place with --ledger. The file was not changed.",
    )
    assert path.read_bytes() == before


def test_a_ledger_of_a_newer_version_is_refused(ledger: Ledger) -> None:
    ledger._connection.execute(f"PRAGMA user_version = {VERSION + 1}")

    assert refusal(ledger.path) == (
        "The ledger was written by a newer version of this program.",
        "Install that version, or a later one, and try again.",
    )


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        "The ledger must be a file, and this is a folder.",
        "Name another place with --ledger.",
    )


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    message, _ = refusal(tmp_path / "state" / "ledger.db")

    assert message == "The ledger's folder cannot be made: a file has its name."


def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with nobody():
        message, hint = refusal(tmp_path / "ledger.db")
    tmp_path.chmod(0o700)

    assert message == "The ledger cannot be written: access is denied."
    assert "--ledger" in hint


def test_a_ledger_in_a_folder_without_rights_is_told(path: Path) -> None:
    Ledger.open(path).close()
    path.chmod(0o600)
    path.parent.chmod(0o500)
    with nobody():
        message, _ = refusal(path)
    path.parent.chmod(0o700)

    assert message.startswith("The ledger cannot be")


def test_a_locked_ledger_is_told(ledger: Ledger) -> None:
    ledger._connection.execute("PRAGMA busy_timeout = 50")
    with (
        Ledger.open(ledger.path) as other,
        other._transaction(),
        pytest.raises(LedgerError) as caught,
    ):
        ledger.begin_run(record())

    assert caught.value.message == (
        "The ledger is locked by another program for more than 5 seconds."
    )
    assert "Close what else has the file open" in caught.value.hint


def test_a_full_disk_is_told_and_leaves_nothing_behind(ledger: Ledger) -> None:
    ledger._connection.execute("PRAGMA max_page_count = 1")

    much = replace(record(), sources=("tasks.csv",) * 10_000)
    with pytest.raises(LedgerError, match="the disk is full"):
        ledger.begin_run(much)

    assert ledger.runs() == []
    assert ledger.check() == []


def test_a_damaged_ledger_is_told(ledger: Ledger) -> None:
    ledger.begin_run(record())
    ledger.close()
    damaged = ledger.path.with_name("damaged.db")
    shutil.copy(ledger.path, damaged)
    with damaged.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)

    with Ledger.open(damaged) as opened, pytest.raises(LedgerError, match="is damaged"):
        opened.runs()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@contextmanager
def nobody() -> Iterator[None]:
    """Gives up root's rights meanwhile: root may write anywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)
