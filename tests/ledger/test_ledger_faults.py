"""What can happen to the file and the machine: told in words, and nothing lost."""

import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import Ledger, State
from pipeline.ledger.schema import VERSION
from pipeline.ledger.transactions import transaction
from pipeline.ledger.trouble import ledger_error
from tests.ledger.given import NAME, identities, record, send
from tests.ledger.test_ledger_file import nobody, refusal
from tests.ledger.test_ledger_migration import SENDINGS, rows_of, version
from tests.ledger.version_1 import write_ledger

ROOT = Path(__file__).parents[2]
FULL = "The ledger cannot be written: the disk is full."
ON_A_SMALL_DISK = """
mount -t tmpfs -o size={size} none {disk} || exit 99
cp -r {before}/. {disk}
{command}
cp -r {disk}/. {after}
"""
MANY = {**SENDINGS, "many": dict.fromkeys(range(100, 300), State.CREATED)}
OPEN = """
import sys
from pathlib import Path
from pipeline.errors import LedgerError
from pipeline.ledger import Ledger

try:
    Ledger.open(Path(sys.argv[1])).close()
except LedgerError as error:
    print(error.sentence)
"""


def on_a_small_disk(tmp_path: Path, size: str, command: list[str]) -> tuple[str, str]:
    """What a process said on a disk of that size; its files are then in `after`.

    The disk is filled from the folder `before`, and is at `disk`.
    """
    folders = {name: tmp_path / name for name in ("disk", "before", "after")}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    words = " ".join(f"'{word}'" for word in command)
    script = ON_A_SMALL_DISK.format(size=size, command=words, **folders)
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=ROOT,
        input="go\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 99 or "unshare:" in done.stderr:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr}")
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    "size", [f"{kilobytes}k" for kilobytes in (*range(4, 160, 12), 500, 1300)]
)
def test_a_disk_that_fills_takes_nothing_that_was_granted(
    tmp_path: Path, size: str
) -> None:
    path = tmp_path / "disk" / "ledger.db"
    command = [
        sys.executable,
        "-m",
        "tests.ledger.claimer",
        str(path),
        NAME,
        "0",
        "99999",
    ]

    said, errors = on_a_small_disk(tmp_path, size, command)

    assert FULL in errors
    claimed, settled = numbers(said, "claimed"), numbers(said, "settled")
    with Ledger.open(tmp_path / "after" / "ledger.db") as ledger:
        assert ledger.check() == []
        assert ("ready" in said) == (ledger.find_run(NAME) is not None)
        live = ledger.standing(identities(*claimed))
        created = ledger.standing(identities(*settled)).filter(state=State.CREATED)
    assert live.height == len(claimed)
    assert created.height == len(settled)


def test_a_disk_that_fills_while_migrating_changes_nothing(tmp_path: Path) -> None:
    """On ever larger disks: no room for the backup, none for the rest, room enough."""
    sizes = range(80, 240, 10)
    versions = [migrated_on(tmp_path / f"{size}k", f"{size}k") for size in sizes]

    assert versions == sorted(versions)
    assert set(versions) == {(1, 0), (1, 1), (VERSION, 1)}


def migrated_on(folder: Path, size: str) -> tuple[int, int]:
    """The version of a ledger after its migration there, and how many backups."""
    before = folder / "before" / "ledger.db"
    write_ledger(before, MANY)
    rows = rows_of(before)
    path = str(folder / "disk" / "ledger.db")

    said, errors = on_a_small_disk(folder, size, [sys.executable, "-c", OPEN, path])

    after = folder / "after" / "ledger.db"
    backups = [file for file in after.parent.iterdir() if "backup" in file.name]
    assert errors == ""
    assert said in ("", f"{FULL} ({path})\n")
    assert [rows_of(file) for file in (after, *backups)] == [rows] * (1 + len(backups))
    found = version(after)
    assert (found == VERSION) == (said == "")
    with Ledger.open(after) as ledger:
        assert ledger.check() == []
    return found, len(backups)


def test_what_finds_no_room_ends_without_a_trace(tmp_path: Path) -> None:
    """SQLite itself rolls back then, and there is nothing left to roll back."""
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as file:
        file.execute("CREATE TABLE row (content BLOB)")
        file.execute("PRAGMA max_page_count = 3")

        with pytest.raises(sqlite3.OperationalError) as caught, transaction(file):
            file.execute("INSERT INTO row VALUES (zeroblob(99999))")

        assert ledger_error(caught.value, tmp_path).message == FULL
        with transaction(file):
            file.execute("INSERT INTO row VALUES ('small')")
        assert file.execute("SELECT * FROM row").fetchall() == [("small",)]


def test_who_only_looks_on_a_disk_without_room_is_told_so(tmp_path: Path) -> None:
    said = [opened_with_room(tmp_path / f"{free}", free) for free in range(0, 80, 8)]

    told = f"{FULL} ({tmp_path}"
    assert [one.startswith(told) for one in said] == sorted(map(bool, said))[::-1]
    assert said[0]


def opened_with_room(folder: Path, free: int) -> str:
    """What is said of a ledger where the disk has so many KiB left."""
    before = folder / "before" / "ledger.db"
    Ledger.open(before).close()
    size = f"{before.stat().st_size // 1024 + free}k"
    path = str(folder / "disk" / "ledger.db")
    said, errors = on_a_small_disk(folder, size, [sys.executable, "-c", OPEN, path])

    assert errors == ""
    return said


@pytest.fixture
def own() -> Iterator[Path]:
    """A folder that belongs to nobody, who has no right to look into root's."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, 65534, 65534)
        yield Path(name)


def test_a_ledger_that_may_only_be_read_is_told(own: Path) -> None:
    path = own / "ledger.db"
    with nobody():
        Ledger.open(path).close()
        path.chmod(0o400)
        before = path.read_bytes()

        message, hint = refusal(path)

        assert path.read_bytes() == before
    assert message == "The ledger cannot be written: access is denied."
    assert hint.startswith("Ask for the right to write to the file and its folder.")


def test_a_folder_that_may_only_be_read_is_told(own: Path) -> None:
    path = own / "state" / "ledger.db"
    with nobody():
        Ledger.open(path).close()
        path.parent.chmod(0o500)

        message, hint = refusal(path)

        path.parent.chmod(0o700)
    assert message == "The ledger cannot be written: access is denied."
    assert hint.startswith("Ask for the right to write to the file and its folder.")


def test_a_log_that_may_not_be_read_is_told_and_kept(own: Path) -> None:
    path, log = own / "ledger.db", own / "ledger.db-wal"
    with nobody():
        with Ledger.open(path) as holder:
            holder.begin_run(record())
            log.chmod(0)

            message, hint = refusal(path)

            log.chmod(0o600)
        with Ledger.open(path) as ledger:
            assert ledger.runs() == [record()]
    assert message == "The ledger cannot be opened."
    assert hint.startswith("Ask for the right to write to the file and its folder.")


def test_a_ledger_cut_short_is_never_taken_for_a_whole_one(path: Path) -> None:
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(record())
    send(path, run, dict.fromkeys(range(300), State.CREATED))
    whole = path.read_bytes()

    for length in (2, 99, 100, 511, 4095, *range(4096, len(whole), 4096)):
        path.write_bytes(whole[:length])
        with pytest.raises(LedgerError) as caught, Ledger.open(path) as ledger:
            raise LedgerError("".join(ledger.check()))
        assert re.match(
            "The ledger is damaged|The file is not a ledger", str(caught.value)
        )


@pytest.mark.parametrize("content", ["", "S"])
@pytest.mark.parametrize("beside", ["ledger.db-wal", "ledger.db.runs/plan"])
def test_a_ledger_that_was_emptied_is_not_begun_anew(
    path: Path, beside: str, content: str
) -> None:
    left = path.parent / beside
    left.parent.mkdir(parents=True)
    left.write_text("left")
    path.write_text(content)

    message, hint = refusal(path)

    assert message == "The ledger is damaged: its file is empty."
    assert hint.startswith("Put the file aside and restore it from a backup.")
    assert left.read_text() == "left"


def test_an_empty_file_is_a_new_ledger(path: Path) -> None:
    """As a process leaves it that is killed when it makes the ledger."""
    path.parent.mkdir()
    path.touch()

    with Ledger.open(path) as ledger:
        assert ledger.check() == []


def test_too_many_open_files_are_told(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.begin_run(record())

    for spare in range(3):
        with files_left(spare), pytest.raises(LedgerError) as caught:
            Ledger.open(path).close()
        assert caught.value.message == (
            "The ledger cannot be opened: too many files are open."
        )
        assert "ulimit" in caught.value.hint
    with files_left(3), Ledger.open(path) as ledger:
        assert ledger.runs() == [record()]


@contextmanager
def files_left(count: int) -> Iterator[None]:
    """Lets this process open no more files than that."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        held = []
        with suppress(OSError):
            while True:
                held.append(stack.enter_context(Path(os.devnull).open("rb")))
        for file in held[len(held) - count :]:
            file.close()
        yield


def numbers(said: str, word: str) -> set[int]:
    pairs = [line.split() for line in said.split("\n")[:-1]]
    return {int(pair[1]) for pair in pairs if pair[0] == word}
