"""`history` on the terminal, and for programs."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.ledger import Ledger, State
from pipeline.plan import Plan
from tests.bundle.bundle_givens import source
from tests.commands import activity_import
from tests.history.history_givens import ledger_with, night, nights
from tests.ledger.given import send

CUT_OFF = """
UPDATE run SET status = NULL, exit_code = NULL, ended_at = NULL, counts = NULL,
issues = NULL
"""
AGO = re.compile(r"\b\d+d\b")


@pytest.fixture
def ledger(here: Path) -> Path:
    return here / "ledger.sqlite"


def test_no_runs_lead_to_the_demo(ledger: Path) -> None:
    for words in ((), ("--html", "history.html")):
        ended = activity_import("history", "--ledger", ledger, *words)
        assert ended.out == "No runs yet. Try: activity-import demo\n"
    assert not Path("history.html").exists()


def test_the_newest_runs_stand_on_top_and_fit_the_terminal(ledger: Path) -> None:
    ledger_with(ledger, [*nights(12, ledger.parent)])

    ended = activity_import("history", "--ledger", ledger, "-n", 3)

    lines = ended.out.split("\n")
    assert [AGO.sub("AGO", " ".join(line.split())) for line in lines] == [
        "Target: api.example.test",
        "",
        "run ago what status rows created person unsent",
        "20240112-0200-000b AGO run attention 256 211 15 0",
        "20240111-0200-000a AGO run attention 250 210 10 0",
        "20240110-0200-0009 AGO dry run attention 249 209 10 0",
        "",
        "Reports: reports/ (a folder for each run)",
        "",
        "Next:",
        "activity-import history --html history.html",
        "",
    ]
    assert max(map(len, lines)) <= 80


def test_of_several_targets_each_run_names_its_own(ledger: Path) -> None:
    other = replace(night(1, ledger.parent), target="sandbox", workspace="trial")
    ledger_with(ledger, [night(0, ledger.parent), other])

    lines = activity_import("history", "--ledger", ledger).out.splitlines()

    assert lines[0].endswith("  unsent  target")
    assert lines[1].endswith("  sandbox trial")
    assert lines[2].endswith("  api.example.test")


def test_for_programs_it_is_one_document(ledger: Path) -> None:
    [run] = nights(1, ledger.parent)
    ledger_with(ledger, [replace(run, issues={"bad_time": 2})])

    document = json.loads(activity_import("history", "--ledger", ledger, "--json").out)

    assert document == {
        "schema": 1,
        "runs": [
            {
                "run": "20240101-0200-0000",
                "command": "run",
                "dry_run": False,
                "status": "ok",
                "exit_code": 0,
                "started_at": "2024-01-01T02:00:00Z",
                "ended_at": "2024-01-01T02:03:00Z",
                "target": "https://api.example.test",
                "workspace": "default",
                "mapping": {"name": "acme-tasks", "sha256": "0" * 64},
                "sources": [str(ledger.parent / "exports" / "tasks.csv")],
                "counts": {
                    "read": 230,
                    "created": 200,
                    "duplicate": 30,
                    "skipped": 0,
                    "valid": 0,
                    "invalid": 0,
                    "rejected": 0,
                    "uncertain": 0,
                    "unsent": 0,
                },
                "issues": {"bad_time": 2},
                "reports": str(ledger.parent / "reports" / "20240101-0200-0000"),
                "ledger": str(ledger),
            }
        ],
    }


def test_a_run_tells_its_causes_when_its_report_is_gone(here: Path) -> None:
    rows = [("1", "soon", "A", "x", ""), ("2", "later", "B", "x", "")]
    activity_import("validate", *source(here, rows), "--ledger", "l.db")

    document = json.loads(activity_import("history", "--ledger", "l.db", "--json").out)

    assert document["runs"][0]["issues"] == {"bad_time": 2}


def test_a_run_that_was_cut_off_tells_what_was_sent(here: Path, ledger: Path) -> None:
    """The ledger of a run that a `kill -9` ended: 2 of 5 rows have an answer."""
    good = [(f"{n}", "01/03/2024", "A", "x", "") for n in range(5)]
    rows = [*good, ("", "01/03/2024", "no key", "x", "")]
    words = (*source(here, rows), "--ledger", ledger, "--sandbox")
    ended = activity_import("run", *words, "--max-invalid", 0)
    cut_off(ledger, ended.run)

    shown = activity_import("history", "--ledger", ledger)
    document = json.loads(activity_import("history", "--ledger", ledger, "--json").out)

    [line] = [line for line in shown.out.splitlines() if line.startswith(ended.run)]
    assert line.split("run", 1)[1].split() == ["cut", "off", "6", "1", "3", "2"]
    assert f"  activity-import resume {ended.run} --ledger={ledger}\n" in shown.out
    [run] = document["runs"]
    assert (run["status"], run["exit_code"], run["issues"]) == ("cut_off", None, None)
    counts = {name: count for name, count in run["counts"].items() if count}
    assert counts == {
        "read": 6,
        "created": 1,
        "invalid": 1,
        "rejected": 1,
        "uncertain": 1,
        "unsent": 2,
    }


def cut_off(path: Path, name: str) -> None:
    """Leaves the ledger as it is when a run is killed while it sends."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(CUT_OFF)
    plan = Plan.open(path.with_name(f"{path.name}.runs") / name)
    assert plan is not None
    identities = plan.batches[0].planned()["identity"].drop_nulls().to_list()
    with Ledger.open(path) as ledger:
        number = ledger.number_of(name)
    ends = (State.CREATED, State.REJECTED, State.INTENT)
    send(path, number, dict(zip(map(as_number, identities), ends, strict=False)))


def as_number(identity: bytes) -> int:
    return int.from_bytes(identity, "big")
