"""Files are moved whole, never over another, and again if need be."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ReportError
from pipeline.nightly.endings import NightStatus
from pipeline.nightly.moving import (
    bring_in,
    bring_out,
    is_taken_by_another,
    place_for,
    reason_file,
    sha256_of,
)
from pipeline.nightly.names import ended
from pipeline.nightly.takes import WORK, Kind, Step, Take
from tests.nightly.nights import Nights

DAY = datetime(2026, 11, 25, 2, tzinfo=UTC)


@pytest.fixture
def take(tmp_path: Path) -> Take:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    path = inbox / "a.csv"
    path.write_text("Id\n1\n", encoding="utf-8")
    facts = path.stat()
    changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return Take(1, "calls", inbox, "a.csv", Step.TAKING, DAY, 5, changed)


def known(take: Take) -> Take:
    """Taken, and its content known."""
    assert bring_in(take)
    return replace(take, step=Step.TAKEN, sha256=sha256_of(take.work))


def test_a_file_is_taken_out_of_the_inbox(take: Take) -> None:
    assert bring_in(take)
    assert bring_in(take)

    assert take.work.read_text() == "Id\n1\n"
    assert take.folder.stat().st_mode & 0o777 == 0o700
    assert not (take.inbox / "a.csv").exists()


def test_a_file_that_was_written_anew_stays(take: Take) -> None:
    (take.inbox / "a.csv").write_text("Id\n1\n2\n", encoding="utf-8")

    assert not bring_in(take)
    assert (take.inbox / "a.csv").exists()
    assert not take.folder.exists()


def test_a_file_that_is_gone_is_not_taken(take: Take) -> None:
    (take.inbox / "a.csv").unlink()

    assert not bring_in(take)


def test_places_are_by_day_in_the_archive_and_flat_in_the_quarantine(
    take: Take, tmp_path: Path
) -> None:
    assert [
        place_for(take, kind, tmp_path / "away", DAY).relative_to(tmp_path)
        for kind in (Kind.IMPORTED, Kind.REPEAT, Kind.QUARANTINED)
    ] == [
        Path("away/2026-11-25/a.csv"),
        Path("away/2026-11-25/a.csv"),
        Path("away/a.csv"),
    ]


def test_nothing_is_written_over(take: Take, tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "a-2.csv.reason.txt").touch()

    assert place_for(take, Kind.QUARANTINED, tmp_path, DAY) == tmp_path / "a-3.csv"


def test_what_came_to_lie_there_meanwhile_is_another(
    take: Take, tmp_path: Path
) -> None:
    take = known(take)
    (tmp_path / "a.csv").write_text("other")

    assert is_taken_by_another(take, tmp_path / "a.csv")
    assert not is_taken_by_another(take, tmp_path / "b.csv")


def test_across_disks_it_is_copied(take: Take, other_disk: Path) -> None:
    take = known(take)

    bring_out(take, other_disk / "day" / "a.csv", "")

    assert (other_disk / "day" / "a.csv").read_text() == "Id\n1\n"
    assert (other_disk / "day" / "a.csv").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (other_disk / "day").iterdir()] == ["a.csv"]
    assert not take.folder.exists()


def test_a_copy_that_was_not_seen_to_its_end_is_made_good(
    take: Take, other_disk: Path
) -> None:
    take = known(take)
    shutil.copy(take.work, other_disk / "a.csv")
    (other_disk / ".a.csv.part").write_text("half")

    assert not is_taken_by_another(take, other_disk / "a.csv")
    bring_out(take, other_disk / "a.csv", "")

    assert not take.work.exists()
    assert (other_disk / "a.csv").read_text() == "Id\n1\n"


BOUND = """
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tests.nightly.test_nightly_moving import DAY, known, place_for
from pipeline.nightly.findings import _folder
from pipeline.nightly.moving import bring_out
from pipeline.nightly.takes import Kind, Step, Take
inbox, away = map(Path, sys.argv[1:])
facts = (inbox / "a.csv").stat()
changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
take = known(Take(1, "calls", inbox, "a.csv", Step.TAKING, DAY, 5, changed))
print(_folder(away, inbox))
bring_out(take, place_for(take, Kind.IMPORTED, away, DAY), "")
"""


def test_two_mounts_of_one_disk_are_two_disks(tmp_path: Path) -> None:
    inbox, away = tmp_path / "inbox", tmp_path / "away"
    for folder in (inbox, away):
        folder.mkdir()
    (inbox / "a.csv").write_text("Id\n1\n", encoding="utf-8")
    mounts = 'for each; do mount --bind "$each" "$each" || exit 77; done'
    unshare = ["unshare", "-m", "sh", "-c", f'{mounts}; exec "$0" -c "$CODE" "$@"']
    try:
        ended = subprocess.run(
            [*unshare, sys.executable, str(inbox), str(away)],
            env={**os.environ, "CODE": BOUND},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("There is no unshare.")
    if ended.returncode == 77 or "unshare failed" in ended.stderr:
        pytest.skip("Nothing may be mounted here.")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        f"{away} can be written; on another disk or mount: files are copied\n"
    )
    assert (away / "2026-11-25" / "a.csv").read_text() == "Id\n1\n"
    assert [path.name for path in (inbox / WORK).iterdir()] == []


def test_a_name_as_long_as_can_be_goes_where_others_go(
    take: Take, tmp_path: Path
) -> None:
    long = "c" * 251 + ".csv"
    (take.inbox / "a.csv").rename(take.inbox / long)
    changed = (take.inbox / long).stat().st_ctime_ns
    take = known(replace(take, name=long, changed_ns=changed))
    away = tmp_path / "away"

    bring_out(take, place_for(take, Kind.QUARANTINED, away, DAY), "Why.\n")

    double = place_for(take, Kind.QUARANTINED, away, DAY)
    there, reason = sorted(path.name for path in away.iterdir())
    assert there == long
    assert re.fullmatch(r"c{220}~[0-9a-f]{8}\.reason\.txt", reason)
    assert re.fullmatch(r"c{225}~[0-9a-f]{8}-2\.csv", double.name)
    double.touch()
    reason_file(double).touch()


def test_a_reason_that_cannot_be_written_keeps_no_file(
    take: Take, tmp_path: Path
) -> None:
    take = known(take)
    (tmp_path / ".a.csv.reason.txt.part").mkdir()

    bring_out(take, tmp_path / "a.csv", "Why.\n")

    assert (tmp_path / "a.csv").exists()
    assert not take.folder.exists()


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
    ending=st.sampled_from([".part", "-2.csv"]),
)
def test_names_with_endings_are_short_enough_and_differ(name: str, ending: str) -> None:
    made = ended(name, ending)

    assert len(os.fsencode(made)) <= 240
    assert made.endswith(ending)
    assert made != ended(f"{name}x", ending)


def test_a_folder_that_cannot_be_written_is_told_and_the_file_stays(
    take: Take, tmp_path: Path
) -> None:
    take = known(take)
    (tmp_path / "file").touch()

    with pytest.raises(ReportError):
        bring_out(take, tmp_path / "file" / "a.csv", "")
    assert take.work.exists()


def planted_pipe(place: Path, other: Path) -> None:
    del other
    os.mkfifo(place)


def planted_link(place: Path, other: Path) -> None:
    place.symlink_to(other)


@pytest.mark.parametrize("plant", [planted_pipe, planted_link])
def test_what_somebody_put_where_a_file_is_to_lie_is_not_touched(
    nights: Nights, plant: Callable[[Path, Path], None]
) -> None:
    other = nights.folder / "other.csv"
    other.write_text("Id,When,What\n1,2024-03-01 10:00:00,secret\n", encoding="utf-8")
    other.chmod(0o644)
    folder = nights.inbox / ".activity-import" / "000001"
    folder.mkdir(parents=True)
    plant(folder / "calls.csv", other)
    nights.arrives("calls.csv", range(2, 4))

    [job] = nights.held().jobs

    assert job.status is NightStatus.FAILED
    assert "the night did not put it there" in job.reason
    assert (other.stat().st_mode & 0o777, nights.taken()) == (0o644, [])
    (folder / "calls.csv").unlink()
    nights.held()
    assert nights.taken() == [2, 3]


@pytest.mark.parametrize("name", [".activity-import", ".activity-import/lock"])
def test_a_link_in_place_of_the_work_folder_or_its_lock_is_refused(
    nights: Nights, name: str
) -> None:
    link = nights.inbox / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(nights.folder / "elsewhere")
    nights.arrives("calls.csv", range(2, 4))

    [job] = nights.held().jobs

    assert "the night did not put it there" in job.reason
    assert not (nights.folder / "elsewhere").exists()


def test_a_file_that_changes_before_its_turn_keeps_its_marker(nights: Nights) -> None:
    nights.configure("marker: '{name}.done'")
    path = nights.arrives("calls.csv", range(2, 4))
    marker = nights.inbox / "calls.csv.done"
    marker.touch()
    facts = path.lstat()
    take = Take(
        number=7,
        job="calls",
        inbox=nights.inbox,
        name="calls.csv",
        marker="calls.csv.done",
        step=Step.TAKING,
        taken_at=datetime.now(UTC),
        size=facts.st_size,
        changed_ns=facts.st_mtime_ns - 1,
    )

    assert not bring_in(take)
    assert marker.exists()
    assert not take.folder.exists()
    nights.held()
    assert nights.taken() == [2, 3]
