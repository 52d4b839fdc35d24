"""Files are moved whole, never over another, and again if need be."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import ReportError
from pipeline.nightly.moving import (
    bring_in,
    bring_out,
    is_taken_by_another,
    place_for,
    sha256_of,
)
from pipeline.nightly.takes import Kind, Step, Take

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


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    shared = Path("/dev/shm")  # noqa: S108
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("There is one file system only.")
    folder = Path(tempfile.mkdtemp(dir=shared))
    yield folder
    shutil.rmtree(folder)


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


def test_a_folder_that_cannot_be_written_is_told_and_the_file_stays(
    take: Take, tmp_path: Path
) -> None:
    take = known(take)
    (tmp_path / "file").touch()

    with pytest.raises(ReportError):
        bring_out(take, tmp_path / "file" / "a.csv", "")
    assert take.work.exists()
