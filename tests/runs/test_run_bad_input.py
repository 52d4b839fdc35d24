"""Wrong files, settings and places: one clear message, exit code 1, nothing lost."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipeline.mapping import presets
from tests.commands import ROOT, activity_import
from tests.misbehaving import misbehaving, reads
from tests.runs.givens import source

pytestmark = pytest.mark.usefixtures("here")
GENERIC = ("-m", "generic")
HEADER = "activity_time,subject\n"


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, encoding="utf-8")


def data(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def empty_workbook(path: Path) -> None:
    openpyxl.Workbook().save(path)


def error(code: str, message: str, where: str = "", hint: str = "") -> str:
    lines = [f"Error: {message}"]
    lines += [f"  where: {where}"] if where else []
    lines += [f"  hint:  {hint}"] if hint else []
    lines += [f"  explain: activity-import explain {code}"]
    return "\n".join(lines) + "\n"


NO_TABLE = "Export the data as CSV or XLSX."
SAVE_AGAIN = "Open it in a spreadsheet program and save it "
PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
FILES = {
    "empty.csv": (text(""), "The file is empty.", "Export or copy it again."),
    "blank.csv": (text("\n \n\n"), "The file has no rows.", "Export it again."),
    "notes.pdf": (data(b"%PDF-1.7 x"), "The file is a PDF document.", NO_TABLE),
    "rows.csv.gz": (
        data(b"\x1f\x8b\x08x"),
        "The archive is cut off.",
        "It was probably not copied whole: copy or export it again.",
    ),
    "binary.csv": (
        data(bytes(range(256)) * 9),
        "The file holds no text: it is not a table.",
        "Name a CSV or XLSX file.",
    ),
    "page.xls": (
        text("<html><table>"),
        "The file is a web page (HTML), no table.",
        "Some systems give such files the name .xls: open it in a spreadsheet program "
        "and save it as XLSX, or export again.",
    ),
    "broken.xlsx": (
        data(b"PK\x03\x04nothing"),
        "The file is no spreadsheet that can be read, or it is damaged.",
        SAVE_AGAIN + "as XLSX or CSV. (An archive must be unpacked first.)",
    ),
    "secret.xlsx": (
        data(PROTECTED),
        "The file is protected by a password.",
        SAVE_AGAIN + "without a password.",
    ),
    "void.xlsx": (
        empty_workbook,
        "No visible sheet of the file has rows.",
        "Name a hidden sheet by --sheet, or export the file again.",
    ),
    "folder.csv": (Path.mkdir, "This is a folder.", "Name a CSV or XLSX file."),
    "pipe.csv": (os.mkfifo, "This is no regular file.", "Name a CSV or XLSX file."),
}

CODES = {
    "empty.csv": "source_empty",
    "blank.csv": "source_empty",
    "void.xlsx": "source_empty",
    "rows.csv.gz": "source_damaged",
    "broken.xlsx": "source_damaged",
    "secret.xlsx": "source_has_password",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["validate", "run", "inspect", "preview"])
def test_a_file_that_is_no_table(name: str, command: str) -> None:
    make, message, hint = FILES[name]
    make(Path(name))
    words = [command, name, *GENERIC, "--base-url", "http://127.0.0.1:9"]
    words = words[: {"inspect": 2, "preview": 4}.get(command)]
    ended = activity_import(*words, REEVO_API_KEY="k")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == error(
        CODES.get(name, "source_not_a_table"), message, name, hint
    )


def test_a_missing_file_is_named_and_the_nearest_too() -> None:
    source(1, path="calls.csv")
    ended = activity_import("validate", "cals.csv", *GENERIC)

    assert ended.err == error(
        "source_missing",
        "There is no such file.",
        "cals.csv",
        "Did you mean 'calls.csv'?",
    )
    assert ended.code == 1


def test_a_missing_sheet_is_named_and_the_nearest_too() -> None:
    path = ROOT / "samples/generic/activities.xlsx"
    ended = activity_import("validate", path, *GENERIC, "--sheet", "Activitys")

    assert ended.err == error(
        "source_part_unknown",
        "There is no sheet 'Activitys'.",
        str(path),
        "Did you mean 'Activities'?",
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("zzz", f"The presets are {', '.join(one.name for one in presets())}."),
        ("hubspot-cals", "Did you mean 'hubspot-calls'?"),
        ("plain.yml", "Did you mean 'plain.yaml'?"),
    ],
)
def test_a_mapping_that_is_not_there(name: str, hint: str) -> None:
    source(1)
    ended = activity_import("validate", "rows.csv", "-m", name)

    message = f"There is no mapping '{name}': no such file, and no such preset."
    assert (ended.code, ended.err) == (1, error("mapping_missing", message, hint=hint))


def test_a_mapping_that_does_not_fit_names_every_missing_column() -> None:
    source(1)
    Path("rows.csv").write_text("ID ,Wen,Subject,Subject\nr2,2024-01-01,a,b\n")
    ended = activity_import("validate", "rows.csv", "-m", "plain.yaml")

    assert ended.code == 1
    assert ended.err.splitlines() == [
        "Error: The mapping does not fit rows.csv.",
        "  where: plain.yaml",
        "  plain.yaml:6:25: The file has no column 'When'. Did you mean 'Wen'?",
        "  plain.yaml:7:19: The file has no column 'What'.",
        "  hint:  The file has these columns: ID , Wen, Subject, Subject.",
        "  explain: activity-import explain mapping_does_not_fit",
    ]


def test_missing_lookup_files_are_all_named() -> None:
    shutil.copy(ROOT / "samples/salesforce/Task.csv", "Task.csv")
    ended = activity_import("validate", "Task.csv", "-m", "salesforce-task")

    first, _, *missing, hint, _ = ended.err.splitlines()
    assert first == "Error: The mapping needs lookup files that are not there."
    assert [line.split("lookup file ")[1] for line in missing] == [
        "'accounts.csv' is missing.",
        "'contacts.csv' is missing.",
        "'opportunities.csv' is missing.",
    ]
    assert hint.startswith(f"  hint:  Put them into {Path.cwd()}: ")


def test_a_lookup_file_without_its_column() -> None:
    shutil.copytree(ROOT / "samples/salesforce", "sf")
    Path("sf/accounts.csv").write_text("Salesforce Id,Revo ID\n1,2\n")
    ended = activity_import("validate", "sf/Task.csv", "-m", "salesforce-task")

    assert ended.code == 1
    assert (
        "The lookup 'accounts' needs the column 'Reevo ID', which sf/accounts.csv does "
        "not have. Did you mean 'Revo ID'?" in ended.err
    )


NO_KEY = (
    "Set the variable REEVO_API_KEY, or name a file by --api-key-file. To try without "
    "a key: --sandbox, or --dry-run."
)


@pytest.mark.parametrize(
    ("words", "environment", "message"),
    [
        (
            [],
            {},
            error("api_key_missing", "There is no API key.", "REEVO_API_KEY", NO_KEY),
        ),
        (
            ["--api-key-file", "nowhere"],
            {},
            error(
                "api_key_unusable",
                "The file with the API key cannot be read: No such file or directory.",
                "nowhere",
            ),
        ),
        (
            ["--base-url", "http://api.example"],
            {"REEVO_API_KEY": "k"},
            error(
                "base_url_wrong",
                "The base URL of api.example is not encrypted: anyone on the way can "
                "read the key.",
                hint="Write https:// in place of http://, or give --allow-http if you "
                "mean it.",
            ),
        ),
        (
            ["--base-url", "api.example"],
            {"REEVO_API_KEY": "k"},
            error(
                "base_url_wrong",
                "The base URL is not a web address.",
                hint="Write it like https://api.reevo.ai.",
            ),
        ),
    ],
)
def test_wrong_settings(
    words: list[str], environment: dict[str, str], message: str
) -> None:
    source(1)
    ended = activity_import(
        "run", "rows.csv", "-m", "plain.yaml", *words, **environment
    )

    assert (ended.code, ended.out, ended.err) == (1, "", message)
    assert not Path("reports").exists()


def test_a_report_folder_that_cannot_be_made_stops_before_anything_is_sent() -> None:
    source(1)
    Path("taken").write_text("")
    with misbehaving([reads]) as server:
        words = ["run", "rows.csv", "-m", "plain.yaml", "--base-url", server.url]
        ended = activity_import(*words, "--reports", "taken/r", REEVO_API_KEY="k")

        assert (ended.code, server.requests) == (1, [])
    assert "Error: The file cannot be written: " in ended.err
    assert "where: taken/r/" in ended.err


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.write_text("hello " * 100), "is no ledger"),
        (lambda path: path.write_bytes(b""), None),
        (
            lambda path: sqlite3.connect(path).execute("CREATE TABLE x (y)"),
            "is no ledger",
        ),
    ],
)
def test_a_ledger_that_is_none_is_left_as_it_was(
    spoil: Callable[[Path], object], message: str | None
) -> None:
    source(1)
    spoil(Path("book.sqlite"))
    words = ["validate", "rows.csv", "-m", "plain.yaml", "--ledger", "book.sqlite"]
    ended = activity_import(*words)

    assert ended.code == (0 if message is None else 1)
    assert (message or "") in ended.err.replace("not a ledger", "is no ledger")
    assert "Traceback" not in ended.err
