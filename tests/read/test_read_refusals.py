"""Files that are no table are refused, with what to do about it."""

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.stages.read import sheets
from tests.read.read_given import file, refusal

EXPORT = "Export the data as CSV or XLSX."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_TEXT = ("The file holds no text: it is not a table.", "Name a CSV or XLSX file.")
NO_ROWS = ("The file has no rows.", "Export it again.")
NO_WORKBOOK = (
    "The file is no spreadsheet that can be read, or it is damaged.",
    "Open it in a spreadsheet program and save it as XLSX or CSV. (An archive must be "
    "unpacked first.)",
)
PROTECTED = (
    "The file is protected by a password.",
    "Open it in a spreadsheet program and save it without a password.",
)
ENCRYPTED = OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(448)


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"", "The file is empty.", "Export or copy it again."),
        (b"\n\n\r\n", *NO_ROWS),
        (b" , ,\n\t\n", *NO_ROWS),
        (b"\xef\xbb\xbf", *NO_ROWS),
        (b"\xff\xfe", *NO_ROWS),
        (bytes(range(256)) * 8, *NO_TEXT),
        (b"\x7fELF\x02\x01\x01" + bytes(range(1, 9)) * 9, *NO_TEXT),
        (b"%PDF-1.7\nA,B\n", "The file is a PDF document.", EXPORT),
        (
            gzip.compress(b"A,B\n1,2\n", mtime=0),
            "The file is compressed (gzip).",
            "Unpack it first.",
        ),
        (b"BZh91AY", "The file is compressed (bzip2).", "Unpack it first."),
        (
            b"7z\xbc\xaf\x27\x1c",
            "The file is compressed (7z).",
            "Unpack it first.",
        ),
        (b"Rar!\x1a\x07", "The file is compressed (rar).", "Unpack it first."),
        (b"\x89PNG\r\n", "The file is a picture.", EXPORT),
        (b"\xff\xd8\xff\xe0", "The file is a picture.", EXPORT),
        (b"PAR1\x15\x04", "The file is a Parquet file.", EXPORT),
        (b"SQLite format 3\0", "The file is a database.", EXPORT),
        (ENCRYPTED, *PROTECTED),
        (OLE + bytes(1024), *NO_WORKBOOK),
        (b"PK\x03\x04 and no more", *NO_WORKBOOK),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, content: bytes, message: str, hint: str
) -> None:
    path = file(tmp_path, content)

    assert refusal(path) == (message, str(path), hint)


@pytest.mark.parametrize(
    "start",
    ["<html><table>", "<!DOCTYPE html>", " \n<HTML xmlns='x'>", "\ufeff<html>"],
)
def test_a_web_page_named_xls_is_refused(tmp_path: Path, start: str) -> None:
    path = file(tmp_path, f"{start}<tr><td>A</td></tr>", "tasks.xls")

    assert refusal(path) == (
        "The file is a web page (HTML), no table.",
        str(path),
        "Some systems give such files the name .xls: open it in a spreadsheet program "
        "and save it as XLSX, or export again.",
    )


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tasks.csv", "A,B\n1,2\n")

    assert refusal(path) == (NO_WORKBOOK[0], str(path), NO_WORKBOOK[1])


def test_listing_the_sheets_of_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        sheets(file(tmp_path, b"PK\x03\x04 and no more"))

    assert caught.value.message == NO_WORKBOOK[0]


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = file(tmp_path, b"%PDF-1.7", "tasks.csv")

    assert refusal(path)[0] == "The file is a PDF document."


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        "This is a folder.",
        str(tmp_path),
        "Name a CSV or XLSX file.",
    )


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    os.mkfifo(path)

    assert refusal(path) == (
        "This is no regular file.",
        str(path),
        "Name a CSV or XLSX file.",
    )


def test_a_folder_is_no_neighbour_of_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "tasks.csv").mkdir()

    assert refusal(tmp_path / "task.csv")[2] == "Check the path."


def test_a_missing_file_s_nearest_neighbour_is_named(tmp_path: Path) -> None:
    there = file(tmp_path, "A\n1\n", "tasks.csv")
    file(tmp_path, "A\n1\n", "contacts.csv")
    path = tmp_path / "task.csv"

    assert refusal(path) == (
        "There is no such file.",
        str(path),
        f"Did you mean '{there}'?",
    )


@pytest.mark.parametrize("path", ["tasks.csv", "no/folder/tasks.csv"])
def test_a_missing_file_without_neighbours_is_refused(
    tmp_path: Path, path: str
) -> None:
    assert refusal(tmp_path / path) == (
        "There is no such file.",
        str(tmp_path / path),
        "Check the path.",
    )


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.symlink_to(tmp_path / "gone.csv")

    assert refusal(path)[0] == "There is no such file."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "A\n1\n")
    path.chmod(0)

    assert refusal(path) == (
        "The file cannot be read: Permission denied.",
        str(path),
        "Check who may read it.",
    )


def test_a_path_the_system_refuses_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300 + ".csv")

    assert refusal(path) == (
        "The file cannot be read: File name too long.",
        str(path),
        "Check who may read it.",
    )
