"""A disk that fills up: on a small disk of its own, in a name space of its own."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest

from pipeline.sandbox.process import running_sandbox
from tests.commands import lines_of
from tests.runs.givens import source

ROWS = 5_000
SCRIPT = """
mkdir small
mount -t tmpfs -o size={size} none small || exit 99
activity() {{ "{python}" -m pipeline "$@" --ledger small/ledger.sqlite -q; }}
activity run rows.csv -m plain.yaml --concurrency 32 >first.out 2>first.err
echo "run $?"
mount -o remount,size=100m small
run=$(ls reports)
activity resume "$run" --concurrency 32 >second.out 2>second.err
echo "resume $?"
"""


REPORTS = """
mkdir small
mount -t tmpfs -o size={size} none small || exit 99
activity() {{ "{python}" -m pipeline "$@" -q; }}
activity run rows.csv -m plain.yaml --reports small/reports >first.out 2>first.err
echo "run $?"
find small -name "*.part"
mount -o remount,size=100m small
activity report "$(ls small/reports)" >second.out 2>second.err
echo "report $?"
cp -r small/reports reports
"""


def on_a_small_disk(size: str, what: str = SCRIPT) -> str:
    script = what.format(size=size, python=sys.executable)
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 99 or "unshare:" in done.stderr:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr}")
    return done.stdout


def test_a_disk_that_fills_while_sending_loses_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(ROWS)
    with running_sandbox() as sandbox:
        monkeypatch.setenv("REEVO_BASE_URL", sandbox.url)
        monkeypatch.setenv("REEVO_API_KEY", sandbox.api_key)
        assert on_a_small_disk("1500k") in ("run 1\nresume 3\n", "run 1\nresume 0\n")
        taken = httpx.get(f"{sandbox.url}/_sandbox/activities", timeout=60).json()

    [reports] = Path("reports").iterdir()
    assert (here / "first.err").read_text().splitlines() == [
        "Error: The ledger cannot be written: the disk is full.",
        "  where: small/ledger.sqlite",
        "  hint:  Make room on the disk, then go on with `activity-import resume`.",
        "  explain: activity-import explain disk_full",
        f"  next:  activity-import resume {reports.name} --ledger=small/ledger.sqlite",
    ]
    subjects = [each["body"]["attributes"]["metadata"]["subject"] for each in taken]
    assert len(set(subjects)) == len(subjects)
    statuses = Counter(line["_status"] for line in lines_of(reports / "rows.csv"))
    assert statuses.keys() <= {"created", "uncertain"}
    assert statuses.total() == ROWS
    assert statuses["created"] <= len(subjects) <= statuses.total()
    assert statuses["uncertain"] < 1_000


def test_a_disk_that_fills_while_planning_sends_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(ROWS)
    monkeypatch.setenv("REEVO_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("REEVO_API_KEY", "k")
    assert on_a_small_disk("200k") == "run 1\nresume 1\n"

    first, second = ((here / f"{name}.err").read_text() for name in ("first", "second"))
    assert "disk is full" in first
    assert "ended before its plan was complete; nothing of it was sent" in second


@pytest.mark.parametrize("size", ["12k", "24k", "32k", "40k"])
def test_a_disk_that_fills_while_reporting_leaves_no_half_file_and_forgets_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    """Three files are written at once, the summary last: each size ends elsewhere."""
    source(400)
    with running_sandbox() as sandbox:
        monkeypatch.setenv("REEVO_BASE_URL", sandbox.url)
        monkeypatch.setenv("REEVO_API_KEY", sandbox.api_key)
        assert on_a_small_disk(size, REPORTS) == "run 1\nreport 0\n"
        taken = httpx.get(f"{sandbox.url}/_sandbox/activities", timeout=60).json()

    [reports] = Path("reports").iterdir()
    first = (here / "first.err").read_text()
    assert "Error: The file cannot be written: " in first
    assert "The disk is full: make room, then run it again." in first
    assert f"activity-import resume {reports.name}" in first
    lines = lines_of(reports / "rows.csv")
    assert [line["_status"] for line in lines] == ["created"] * 400
    assert len(taken) == 400
