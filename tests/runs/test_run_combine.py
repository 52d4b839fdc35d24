"""Rows of one key, from file to report: one activity, one outcome, one id."""

import csv
from pathlib import Path

import pytest

from tests.commands import Ended, activity_import
from tests.misbehaving import answers, misbehaving
from tests.runs.givens import TAKEN, converses

MAPPING = """
version: 1
name: report
key: [Id]
combine: true
skip: [{column: Open, in: ["1"], reason: an open to-do}]
fields:
  activity_time: {from: When}
  subject: {from: What}
  contact_ids: {from: Who}
"""
ADA = "b4d343a8-4b68-41c7-9dba-58587dc7abbe"
BOB = "57c0bf6c-0b9d-4e79-8eb5-6d9160effb82"
EVE = "eeeeeeee-0000-4000-8000-000000000000"
LINES = (
    ("1", "2024-03-01", "Demo", ADA, ""),
    ("2", "2024-03-02", "Call", ADA, ""),
    ("1", "2024-03-01", "Demo", BOB, ""),
    ("1", "2024-03-01", "Demo", EVE, "1"),
    ("3", "2024-03-03", "Mail", ADA, ""),
    ("3", "2024-03-03", "Letter", BOB, ""),
)


@pytest.fixture(autouse=True)
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report.yaml").write_text(MAPPING, encoding="utf-8")
    write("rows.csv", LINES)


def write(path: str, lines: tuple[tuple[str, ...], ...]) -> None:
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Id", "When", "What", "Who", "Open"), *lines])


def run(*words: str) -> Ended:
    return activity_import("run", *words, "-m", "report.yaml", "--sandbox", "--json")


def fates(ended: Ended) -> list[tuple[str, str, str, bool]]:
    path = Path(ended.summary["reports"]) / "rows.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["_row"], row["_status"], row["_code"], bool(row["_activity_id"]))
            for row in csv.DictReader(file)
        ]


def test_rows_of_one_key_have_one_outcome_and_one_id() -> None:
    ended = run("rows.csv")

    assert fates(ended) == [
        ("2", "created", "", True),
        ("3", "created", "", True),
        ("4", "created", "combined", True),
        ("5", "skipped", "skipped_by_rule", False),
        ("6", "invalid", "fellow_invalid", False),
        ("7", "invalid", "rows_differ", False),
    ]
    summary = ended.summary
    assert (ended.code, summary["requests"]["sent"]) == (3, 2)
    assert summary["counts"]["created"] == 3
    path = Path(summary["reports"]) / "rows.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["_activity_id"] == rows[2]["_activity_id"]
    assert rows[2]["_message"] == "One activity with row 2."
    assert "an open to-do" in rows[3]["_message"]


def test_one_request_holds_the_contacts_of_all_rows() -> None:
    with misbehaving([converses(TAKEN[1])] * 20) as server:
        write("two.csv", (LINES[0], LINES[2]))
        activity_import(
            "run", "two.csv", "-m", "report.yaml", "--base-url", server.url,
            "--json", "--yes", REEVO_API_KEY="k",
        )  # fmt: skip
        [sent] = [each.body for each in server.requests if each.line[:4] == "POST"]

    assert f'"contact_ids":["{ADA}","{BOB}"]'.encode() in sent


def test_a_second_run_sends_nothing_and_a_corrected_one_the_rest() -> None:
    first = run("rows.csv")
    again = run("rows.csv")
    fix_me = Path(again.summary["reports"]) / "fix-me.csv"
    text = fix_me.read_text("utf-8")
    fix_me.write_text(text.replace("Letter", "Mail"), encoding="utf-8")
    fixed = run(str(fix_me))

    assert [row[1] for row in fates(again)] == [
        *("duplicate",) * 3, "skipped", "invalid", "invalid",
    ]  # fmt: skip
    assert first.summary["requests"]["sent"] == 2
    assert again.summary["requests"]["sent"] == 0
    assert fates(fixed) == [
        ("2", "created", "", True),
        ("3", "created", "combined", True),
    ]
    assert fixed.summary["requests"]["sent"] == 1


def test_a_refusal_is_that_of_all_rows_of_the_key() -> None:
    refuses = converses(answers(422, {"detail": "no"}))
    with misbehaving([refuses] * 20) as server:
        write("two.csv", (LINES[0], LINES[2]))
        ended = activity_import(
            "run", "two.csv", "-m", "report.yaml", "--base-url", server.url,
            "--json", "--yes", REEVO_API_KEY="k",
        )  # fmt: skip

    assert [row[1] for row in fates(ended)] == ["rejected", "rejected"]
    fix_me = Path(ended.summary["reports"]) / "fix-me.csv"
    assert len(fix_me.read_text("utf-8").splitlines()) == 3


def test_a_dry_run_foretells_it() -> None:
    ended = run("rows.csv", "--dry-run")

    assert [row[1] for row in fates(ended)] == [
        "valid", "valid", "valid", "skipped", "invalid", "invalid",
    ]  # fmt: skip
