"""What was promised is on the disk, at whatever call the power is lost.

The system calls of real processes are recorded; each test rebuilds what a disk may
hold after some of them and opens it. `POWER_SEED=N` runs other states.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import LedgerError
from pipeline.ledger import Ledger, State
from pipeline.ledger.schema import VERSION
from tests.ledger.given import identities
from tests.ledger.power_loss import Disk
from tests.ledger.recorded import Call, Said, calls_of
from tests.ledger.test_ledger_migration import SENDINGS, rows_of, version
from tests.ledger.version_1 import Version1, write_ledger

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("POWER_SEED", "1"))
STATES = 300
MIGRATE = """
import sys
from pathlib import Path
from pipeline.ledger import Ledger

Ledger.open(Path(sys.argv[1])).close()
print("migrated")
"""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """The folder whose fate is recorded; the ledger makes one of its own in it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def session(disk: Path, name: str, *numbers: int, settings: list[str]) -> list[Call]:
    path = str(disk / "state" / "ledger.db")
    arguments = [path, name, *map(str, numbers), *settings]
    command = [sys.executable, "-m", "tests.ledger.claimer", *arguments]
    return calls_of(command, disk, cwd=ROOT, said="go\n")


def states_after(
    calls: list[Call], files: dict[Path, bytes]
) -> Iterator[tuple[str, dict[Path, bytes], list[str]]]:
    """A seed, the files that a loss of power left, and the lines said by then."""
    chosen = Counter(random.Random(SEED).choices(range(len(calls)), k=STATES))
    disk, said = Disk(files), ""
    for position, call in enumerate(calls):
        disk.apply(call)
        said += call.text if isinstance(call, Said) else ""
        for number in range(chosen[position]):
            seed = f"{SEED}/{position}/{number}"
            yield seed, disk.after_loss(seed), said.split("\n")[:-1]


def put_back(files: dict[Path, bytes], disk: Path, folder: Path) -> Path:
    """The ledger among the files as they are after the loss, in a folder of theirs."""
    for path, content in files.items():
        place = folder / path.relative_to(disk)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder / "state" / "ledger.db"


def broken_promises(path: Path, said: list[str]) -> list[str]:
    """What was said and is not so, or what else is wrong with the ledger."""
    told: dict[str, set[int]] = {"claimed": set(), "settled": set()}
    for line in said:
        word, *number = line.split()
        told.get(word, set()).update(map(int, number))
    try:
        with Ledger.open(path) as ledger:
            claimed = ledger.standing(identities(*told["claimed"]))
            settled = ledger.standing(identities(*told["settled"]))
            names = [run.name for run in ledger.runs()]
            problems = ledger.check()
    except LedgerError as error:
        return [error.sentence]
    created = settled.filter(state=State.CREATED)["activity_id"].to_list()
    return [
        *problems,
        *(["the run is lost"] if "ready" in said and not names else []),
        *(["claims are lost"] if claimed.height != len(told["claimed"]) else []),
        *(
            ["answers are lost"]
            if sorted(created) != sorted(f"a-{n}" for n in told["settled"])
            else []
        ),
    ]


def found_broken(calls: list[Call], disk: Path, scratch: Path) -> dict[str, list[str]]:
    """For each seed whose state breaks a promise what is broken."""
    found = {}
    for seed, files, said in states_after(calls, {}):
        path = put_back(files, disk, scratch / seed)
        if broken := broken_promises(path, said):
            found[seed] = broken
    return found


def test_what_is_granted_and_confirmed_outlasts_a_loss_of_power(
    disk: Path, tmp_path: Path
) -> None:
    """Two runs, whose log is written back into the file often: as in a long run."""
    often = ["wal_autocheckpoint=25"]
    calls = [
        *session(disk, "first", 0, 60, settings=often),
        *session(disk, "second", 100, 40, settings=often),
    ]

    assert found_broken(calls, disk, tmp_path / "after") == {}


def test_a_ledger_that_does_not_wait_for_the_disk_would_be_found_out(
    disk: Path, tmp_path: Path
) -> None:
    calls = session(disk, "first", 0, 30, settings=["synchronous=NORMAL"])

    found = found_broken(calls, disk, tmp_path / "after")

    assert {"claims are lost", "answers are lost"} <= set().union(*found.values())


@pytest.mark.parametrize("elsewhere", ["closed", "open elsewhere"])
def test_a_migration_outlasts_a_loss_of_power(
    disk: Path, tmp_path: Path, elsewhere: str
) -> None:
    """The file is of the old version or of the new one, with the old one beside."""
    old = disk / "state" / "ledger.db"
    write_ledger(old, SENDINGS)
    holder = Version1(old)
    holder.begin_run("later")
    if elsewhere == "closed":
        holder.close()
    before = rows_of(old)
    files = {file: file.read_bytes() for file in old.parent.glob("ledger.db*")}
    command = [sys.executable, "-c", MIGRATE, str(old)]
    calls = calls_of(command, disk, cwd=ROOT, said="")

    versions: Counter[int] = Counter()
    for seed, left, said in states_after(calls, files):
        path = put_back(left, disk, tmp_path / "after" / seed)
        backups = sorted(path.parent.glob("*.backup"))
        found = version(path)
        versions[found] += 1
        assert found == VERSION or "migrated" not in said, seed
        assert found == 1 or backups, seed
        with Ledger.open(path) as ledger:
            assert ledger.check() == [], seed
        kept = path.parent.glob("*.backup")
        assert [rows_of(file) for file in (path, *kept)] == [before] * 2, seed
    assert versions.keys() == {1, VERSION}
    holder.close()
