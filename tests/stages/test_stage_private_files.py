import stat
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import ReportError
from pipeline.private_files import private_folder, replacing, write_whole, writing

FULL = Path("/dev/full")
DISK_FULL = "The disk is full: make room, then run it again."
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    write_whole(path, "é\n")

    assert path.read_bytes() == b"\xc3\xa9\n"
    assert mode(path) == 0o600
    assert names(tmp_path) == ["a.txt"]


def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o644)

    write_whole(path, "new")

    assert path.read_text() == "new"
    assert mode(path) == 0o600


def test_until_the_end_the_old_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    with replacing(path) as aside:
        aside.write_text("new")
        assert path.read_text() == "old"
        assert aside.parent == path.parent
        assert mode(aside) == 0o600

    assert path.read_text() == "new"


def write_half(path: Path) -> None:
    with replacing(path) as aside:
        aside.write_text("half")
        raise ZeroDivisionError


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    with pytest.raises(ZeroDivisionError):
        write_half(path)

    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_what_an_earlier_crash_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    left = tmp_path / ".a.txt.part"
    left.write_text("much more than the new text")
    left.chmod(0o644)

    write_whole(path, "new")

    assert path.read_text() == "new"
    assert mode(path) == 0o600
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_is_made_with_its_parents_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "plan"

    assert private_folder(folder) == folder
    assert mode(folder) == 0o700


def test_a_folder_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")

    assert private_folder(tmp_path) == tmp_path
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_cannot_lie_where_a_file_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")

    with pytest.raises(ReportError, match="The file cannot be written") as caught:
        private_folder(path / "plan")

    assert caught.value.where == str(path / "plan")


@needs_full
def test_a_full_disk_is_told_with_a_hint() -> None:
    with pytest.raises(ReportError) as caught, writing(FULL):
        FULL.write_text("x")

    assert caught.value.message == (
        "The file cannot be written: No space left on device."
    )
    assert caught.value.where == "/dev/full"
    assert caught.value.hint == DISK_FULL


@needs_full
@pytest.mark.parametrize("way", ["write_csv", "write_ipc"])
def test_a_disk_that_is_full_for_polars_is_told_with_a_hint(way: str) -> None:
    frame = pl.DataFrame({"a": ["x"] * 100_000})

    with pytest.raises(ReportError) as caught, writing(FULL):
        getattr(frame, way)(FULL)

    assert caught.value.message == (
        "The file cannot be written: No space left on device."
    )
    assert caught.value.hint == DISK_FULL


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (
            PermissionError(13, "Permission denied"),
            "You may not write there: choose another folder, or ask for rights.",
        ),
        (
            OSError(30, "Read-only file system"),
            "That disk is read-only: choose another folder.",
        ),
        (
            OSError(122, "Disk quota exceeded"),
            "Your disk quota is used up: make room, then run it again.",
        ),
        (OSError(5, "Input/output error"), ""),
        (pl.exceptions.ComputeError("something"), ""),
    ],
)
def test_each_trouble_has_its_hint(error: Exception, hint: str) -> None:
    with pytest.raises(ReportError) as caught, writing(Path("a.txt")):
        raise error

    words = getattr(error, "strerror", None) or error
    assert caught.value.message == f"The file cannot be written: {words}."
    assert caught.value.where == "a.txt"
    assert caught.value.hint == hint
    assert caught.value.__cause__ is error
