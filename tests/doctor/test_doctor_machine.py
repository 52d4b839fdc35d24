"""What `doctor` says of this machine: ledger, reports, rights, disk, memory."""

import gzip
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.checkup import (
    Check,
    Disk,
    Finding,
    LedgerFile,
    Level,
    Memory,
    ReportFolder,
    Rights,
    TimeZones,
    examine,
)
from pipeline.checkup.disk import unpacked_size
from pipeline.ledger import Ledger

pytestmark = pytest.mark.usefixtures("here")

LEDGER = Path("state/ledger.sqlite")
REPORTS = Path("reports")


def found(check: Check) -> Finding:
    [finding] = examine([check]).findings
    return finding


def made() -> None:
    """A ledger and a report, as a run leaves them."""
    Ledger.open(LEDGER).close()
    for folder in (REPORTS, REPORTS / "20261123-0731-ab12"):
        folder.mkdir(mode=0o700)
    (REPORTS / "20261123-0731-ab12/summary.json").touch(mode=0o600)


def test_a_ledger_is_made_by_the_first_run() -> None:
    message = "state/ledger.sqlite will be made by the first run."

    assert found(LedgerFile(LEDGER)) == Finding("ledger", Level.OK, message)
    assert not LEDGER.parent.exists()


def test_a_sound_ledger_is_told_with_its_size() -> None:
    made()

    assert found(LedgerFile(LEDGER)).message == "state/ledger.sqlite is sound, 0.0 MB."


def damaged() -> None:
    with sqlite3.connect(LEDGER) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE type = 'index'")


def none_at_all() -> None:
    LEDGER.write_text("hello " * 100)


@pytest.mark.parametrize("spoil", [damaged, none_at_all])
def test_a_damaged_ledger_is_a_failure(spoil: Callable[[], None]) -> None:
    made()
    spoil()
    finding = found(LedgerFile(LEDGER))

    assert (finding.level, "state/ledger.sqlite" in finding.message) == (
        Level.FAILED,
        True,
    )
    assert finding.hint


def test_reports_can_be_made_or_written_or_neither() -> None:
    assert found(ReportFolder(REPORTS)).message == "reports can be made."
    REPORTS.mkdir()
    assert found(ReportFolder(REPORTS)).message == "reports can be written."
    assert list(REPORTS.iterdir()) == []
    Path("file").touch()
    assert found(ReportFolder(Path("file"))).level is Level.FAILED


def test_what_a_run_leaves_is_for_your_eyes_only() -> None:
    made()

    assert found(Rights(LEDGER, REPORTS)).level is Level.OK


def test_folders_that_others_may_look_into_are_a_warning() -> None:
    made()
    for path in (LEDGER.parent, LEDGER, REPORTS, REPORTS / "20261123-0731-ab12"):
        path.chmod(0o755)
    finding = found(Rights(LEDGER, REPORTS))

    assert finding == Finding(
        "rights",
        Level.WARNING,
        "Others on this machine may read state/ledger.sqlite and 1 more.",
        "They hold people's data: chmod -R go= state/ledger.sqlite "
        "reports/20261123-0731-ab12",
    )


def test_what_lies_in_a_closed_folder_is_closed() -> None:
    made()
    for path in (LEDGER, REPORTS / "20261123-0731-ab12"):
        path.chmod(0o755)

    assert found(Rights(LEDGER, REPORTS)).level is Level.OK


def test_a_folder_that_others_may_write_to_is_a_warning() -> None:
    made()
    LEDGER.parent.chmod(0o733)
    finding = found(Rights(LEDGER, REPORTS))
    assert finding.message == "Others on this machine may write to state."

    LEDGER.parent.chmod(0o1777)
    assert found(Rights(LEDGER, REPORTS)).level is Level.OK


def test_the_room_for_a_file_is_told() -> None:
    Path("rows.csv").write_bytes(b"x" * 1_000_000)
    finding = found(Disk(LEDGER, REPORTS, (Path("rows.csv"),)))

    assert finding.level is Level.OK
    assert finding.message.endswith("; a run needs 3.7 MB to 13.0 MB there.")


def test_too_little_room_is_a_failure_and_little_room_a_warning() -> None:
    free = shutil.disk_usage(".").free
    with Path("large.csv").open("wb") as file:
        file.truncate(free // 3)
    assert found(Disk(LEDGER, REPORTS, (Path("large.csv"),))).level is Level.FAILED
    with Path("large.csv").open("wb") as file:
        file.truncate(free // 9)
    assert found(Disk(LEDGER, REPORTS, (Path("large.csv"),))).level is Level.WARNING


def test_packed_files_count_as_what_they_hold() -> None:
    content = b"Id,When,What\n" * 10_000
    with zipfile.ZipFile("rows.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
        archive.writestr("b.csv", content)
    Path("rows.csv.gz").write_bytes(gzip.compress(content))

    assert unpacked_size(Path("rows.zip")) == 2 * len(content)
    assert unpacked_size(Path("rows.csv.gz")) == 10 * Path("rows.csv.gz").stat().st_size


def test_a_file_that_is_not_there_is_a_failure() -> None:
    finding = found(Disk(LEDGER, REPORTS, (Path("none.csv"),)))

    assert (finding.level, finding.message) == (
        Level.FAILED,
        "The file cannot be read: No such file or directory. (none.csv)",
    )


def test_time_zones_are_known() -> None:
    finding = found(TimeZones())

    assert (finding.level, " zones are known" in finding.message) == (Level.OK, True)


def test_missing_time_zones_are_a_failure() -> None:
    code = (
        "import sys; sys.modules['tzdata'] = None\n"
        "import zoneinfo; zoneinfo.reset_tzpath(to=[])\n"
        "from pipeline.checkup import TimeZones, examine\n"
        "print(examine([TimeZones()]).findings[0].message)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert said.stdout == "The data of time zones is missing or damaged.\n"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("MemTotal: 9 kB\nMemAvailable:   4000000 kB\n", Level.OK),
        ("MemTotal: 9 kB\nMemAvailable:    200000 kB\n", Level.WARNING),
    ],
)
def test_memory_is_told(text: str, level: Level) -> None:
    Path("meminfo").write_text(text)

    assert found(Memory(Path("meminfo"))).level is level


def test_memory_is_not_told_where_the_system_does_not_tell_it() -> None:
    assert examine([Memory(Path("none"))]).findings == ()
