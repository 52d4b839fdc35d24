"""A run over an archive, its companion files and standard input."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.commands import Ended, activity_import, lines_of, outcomes

MAPPING = """
version: 1
name: calls
source: {member: "calls_*.csv"}
key: [Id]
fields:
  activity_time: {from: When}
  subject: {from: What}
  account_id: {from: Account, lookup: accounts}
lookups:
  accounts: {file: Accounts.csv, match: Old, return: New}
"""
ACCOUNT = "8687b18d-8ce1-4c8b-aedd-3a249018775a"
HEADER = "Id,When,What,Account\n"
FIRST = HEADER + "1,2024-03-01 10:00:00,One,a\n2,2024-03-01 11:00:00,Two,a\n"
SECOND = HEADER + "3,2024-03-02 10:00:00,Three,a\n4,soon,Four,a\n"
SANDBOX = ("-m", "calls.yaml", "--sandbox")


@pytest.fixture
def export(here: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of an archive; what is unpacked goes to `unpacked`."""
    (here / "unpacked").mkdir()
    monkeypatch.setenv("TMPDIR", str(here / "unpacked"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (here / "calls.yaml").write_text(MAPPING, encoding="utf-8")
    with zipfile.ZipFile("export.zip", "w") as archive:
        archive.writestr("data/Calls_002.csv", SECOND)
        archive.writestr("data/Calls_001.csv", FIRST)
        archive.writestr("data/Accounts.csv", f"Old,New\na,{ACCOUNT}\n")
        archive.writestr("data/Contacts.csv", "Old,New\n")
    return "export.zip"


def lines(run: str) -> list[tuple[str, ...]]:
    told = ("_source", "_row", "_status", "_code")
    return [
        tuple(line[name] for name in told)
        for line in lines_of(Path("reports", run, "rows.csv"))
    ]


def piped(content: bytes, *words: str) -> Ended:
    command = [sys.executable, "-m", "pipeline", *words]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_every_row_of_every_member_that_fits_is_imported(export: str) -> None:
    ended = activity_import("run", export, *SANDBOX, "--json")
    run = ended.summary["run"]

    assert (ended.code, ended.err) == (3, "")
    assert lines(run) == [
        ("export.zip/data/Calls_001.csv", "2", "created", ""),
        ("export.zip/data/Calls_001.csv", "3", "created", ""),
        ("export.zip/data/Calls_002.csv", "2", "created", ""),
        ("export.zip/data/Calls_002.csv", "3", "invalid", "bad_time"),
    ]
    assert [(each["path"], each["rows"]) for each in ended.summary["sources"]] == [
        ("export.zip/data/Calls_001.csv", 2),
        ("export.zip/data/Calls_002.csv", 2),
    ]
    assert list(Path("unpacked").iterdir()) == []


def test_a_member_that_is_asked_for_is_imported_alone(export: str) -> None:
    ended = activity_import("validate", export, *SANDBOX, "--member=*_001.csv")

    assert outcomes(ended.run) == {2: ("valid", ""), 3: ("valid", "")}
    again = f"activity-import run {export} {' '.join(SANDBOX)} '--member=*_001.csv'"
    assert ended.out.endswith(f" type:\n  {again}\n")


def test_a_corrected_fix_me_file_finds_the_archive_s_companions(export: str) -> None:
    first = activity_import("run", export, *SANDBOX)
    fix_me = Path("reports", first.run, "fix-me.csv")
    text = fix_me.read_text("utf-8-sig")
    fix_me.write_text(text.replace("soon", "2024-03-02 11:00:00"), encoding="utf-8")
    assert first.out.endswith(f"activity-import run {fix_me} {' '.join(SANDBOX)}\n")

    ended = activity_import("run", fix_me, *SANDBOX)

    assert (ended.code, ended.err) == (0, "")
    assert outcomes(ended.run) == {2: ("created", "")}


def test_the_archive_s_rows_are_not_sent_again_from_its_files(export: str) -> None:
    activity_import("run", export, *SANDBOX)
    with zipfile.ZipFile(export) as archive:
        archive.extractall()

    ended = activity_import("run", "data/Calls_001.csv", *SANDBOX)

    assert set(outcomes(ended.run).values()) == {("duplicate", "already_imported")}


@pytest.mark.parametrize("words", [("validate",), ("run", "--dry-run")])
def test_standard_input_is_a_source(export: str, words: tuple[str, ...]) -> None:
    with zipfile.ZipFile(export) as archive:
        Path("Accounts.csv").write_bytes(archive.read("data/Accounts.csv"))
    ended = piped(FIRST.encode(), *words, "-", *SANDBOX)

    assert (ended.code, ended.err) == (0, "")
    assert [line[:3] for line in lines(ended.run)] == [
        ("stdin", "2", "valid"),
        ("stdin", "3", "valid"),
    ]
    assert ended.out.endswith(
        f" type:\n  ... | activity-import run - {' '.join(SANDBOX)}\n"
    )
    assert list(Path("unpacked").iterdir()) == []


def test_an_archive_may_come_by_standard_input(export: str) -> None:
    ended = piped(Path(export).read_bytes(), "run", "-", *SANDBOX)

    assert [line[:3] for line in lines(ended.run)][:3] == [
        ("stdin/data/Calls_001.csv", "2", "created"),
        ("stdin/data/Calls_001.csv", "3", "created"),
        ("stdin/data/Calls_002.csv", "2", "created"),
    ]
    previewed = piped(Path(export).read_bytes(), "preview", "-", "-m", "calls.yaml")
    assert previewed.out.endswith(
        "Next:\n  ... | activity-import validate - -m calls.yaml\n"
    )
    inspected = piped(Path(export).read_bytes(), "inspect", "-", "--member=Calls*")
    assert inspected.out.count("file        stdin/data/Calls_00") == 2


def test_a_terminal_is_no_source(export: str) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "pipeline", "validate", "-", *SANDBOX]
    done = subprocess.run(command, stdin=theirs, capture_output=True, check=False)
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 1
    assert done.stderr.decode() == (
        "Error: Nothing is piped into standard input.\n"
        "  where: stdin\n"
        "  hint:  Name a file, or pipe one in: cat FILE | activity-import ... -\n"
        "  explain: activity-import explain source_not_piped\n"
    )


def test_standard_input_is_read_once(export: str) -> None:
    ended = piped(FIRST.encode(), "validate", "-", "-", *SANDBOX)

    assert ended.err == (
        "Error: Standard input can be read only once.\n"
        "  where: stdin\n"
        "  hint:  Name `-` once.\n"
        "  explain: activity-import explain source_not_piped\n"
    )


def test_nothing_is_left_of_an_archive_that_is_damaged(export: str) -> None:
    content = Path(export).read_bytes().replace(b"One,a", b"Two,a", 1)
    Path(export).write_bytes(content)

    ended = activity_import("run", export, *SANDBOX)

    assert ended.code == 1
    assert "where: export.zip/data/Calls_001.csv" in ended.err
    assert list(Path("unpacked").iterdir()) == []
