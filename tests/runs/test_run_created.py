"""`created`: what a run created, and nothing else."""

import csv
import io
import stat
from pathlib import Path

import pytest

from tests.commands import ROOT, activity_import, lines_of

pytestmark = pytest.mark.usefixtures("here")
TASKS = ROOT / "samples/salesforce/Task.csv"


def test_it_lists_what_rows_csv_says_was_created() -> None:
    ended = activity_import(
        "run", TASKS, "-m", "salesforce-task", "--sandbox", "--json"
    )
    rows = lines_of(Path(ended.summary["reports"], "rows.csv"))
    expected = [
        (row["_activity_id"], row["_row"], row["Subject"])
        for row in rows
        if row["_status"] == "created"
    ]

    listed = activity_import("created", ended.summary["run"])

    lines = list(csv.DictReader(io.StringIO(listed.out)))
    assert listed.code == 0
    assert [
        (line["activity_id"], line["row"], line["subject"]) for line in lines
    ] == expected
    assert f"{len(expected)} activities were created" in listed.err
    assert all(line["created_at"].endswith("Z") for line in lines)
    assert all(line["account_id"] or line["contact_ids"] for line in lines)


def test_a_file_of_it_is_private_and_can_be_opened_in_a_spreadsheet() -> None:
    Path("m.yaml").write_text(
        "version: 1\nname: m\nkey: [Id]\nfields:\n"
        "  activity_time: {from: When}\n  subject: {from: What}\n"
    )
    Path("rows.csv").write_text("Id,When,What\n1,2024-03-01,=HYPERLINK()\n")
    ended = activity_import("run", "rows.csv", "-m", "m.yaml", "--sandbox", "--json")

    listed = activity_import("created", ended.summary["run"], "-o", "out.csv")

    [line] = lines_of(Path("out.csv"))
    assert (line["activity_time"], line["subject"]) == (
        "2024-03-01T12:00:00Z",
        "'=HYPERLINK()",
    )
    assert listed.out == ""
    assert stat.S_IMODE(Path("out.csv").stat().st_mode) == 0o600


def test_a_second_run_created_nothing() -> None:
    words = ("run", TASKS, "-m", "salesforce-task", "--sandbox", "--json")
    activity_import(*words)
    again = activity_import(*words)

    listed = activity_import("created", again.summary["run"])

    assert listed.out.count("\n") == 1
    assert "0 activities" in listed.err


def test_an_unknown_run_is_told() -> None:
    ended = activity_import("created", "20260101-0000-abcd")

    assert (ended.code, ended.out) == (1, "")
    assert "There is no run '20260101-0000-abcd'" in ended.err
