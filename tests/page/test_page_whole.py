"""The page as a file: what it says first, and that it is closed to the world."""

import base64
import hashlib
import re
import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.rows import Status
from pipeline.stages.report.page import Ended
from pipeline.stages.report.page.shares import shares_of
from pipeline.stages.report.page.verdict import Tone, Verdict, steps_of, verdict_of
from tests.commands import activity_import
from tests.runs.givens import source

AT = datetime(2026, 11, 23, tzinfo=UTC)


def ended(status: str, *, goes_on: bool = False, **counts: int) -> Ended:
    return Ended(status, AT, Counter(counts), goes_on=goes_on)


@pytest.mark.parametrize(
    ("given", "tone", "sentence", "more"),
    [
        (
            ended("ok", created=1_200),
            Tone.GOOD,
            "All is well: 1,200 rows read, and created in Reevo.",
            "",
        ),
        (
            ended("ok", created=5, skipped=2, duplicate=1),
            Tone.GOOD,
            "All is well: 5 rows went to Reevo.",
            "5 created in Reevo, 1 there already, or twice in the source, 2 left out "
            "by a rule of the mapping.",
        ),
        (
            ended("ok", skipped=1, duplicate=1),
            Tone.GOOD,
            "All is well: there was nothing new to send.",
            "1 there already, or twice in the source, 1 left out by a rule of the "
            "mapping.",
        ),
        (
            ended("attention", created=3, uncertain=1, rejected=1, invalid=1),
            Tone.ATTENTION,
            "3 rows of 6 need a person.",
            "3 created in Reevo.",
        ),
        (
            ended("attention", valid=1, invalid=1),
            Tone.ATTENTION,
            "1 row of 2 needs a person.",
            "1 ready to be sent.",
        ),
        (
            ended("stopped", created=1, unsent=8, invalid=1),
            Tone.STOPPED,
            "The run stopped early: 8 rows of 10 were not sent.",
            "1 created in Reevo. 1 row needs a person.",
        ),
        (
            ended("stopped", duplicate=1, unsent=1),
            Tone.STOPPED,
            "The run stopped early: 1 row of 2 was not sent.",
            "1 there already, or twice in the source.",
        ),
        (
            ended("stopped"),
            Tone.STOPPED,
            "The run stopped early: the source has no rows.",
            "",
        ),
        (
            ended("interrupted", created=1, unsent=1, goes_on=True),
            Tone.STOPPED,
            "The run is still going on, with 1 row to go.",
            "1 created in Reevo.",
        ),
        (
            ended("interrupted", uncertain=1),
            Tone.STOPPED,
            "The run was interrupted.",
            "1 row needs a person.",
        ),
    ],
)
def test_the_verdict_on(given: Ended, tone: Tone, sentence: str, more: str) -> None:
    assert verdict_of(given, dry_run=False) == Verdict(tone, sentence, more)


def test_what_to_do_is_said_of_each_command() -> None:
    commands = (
        "activity-import resume r1",
        "activity-import reconcile r1",
        "activity-import run 'my reports/r1/fix-me.csv' -m a.yaml",
    )
    counts: Counter[str] = Counter({Status.INVALID: 1, Status.REJECTED: 1})
    steps = steps_of(Ended("attention", AT, counts, next=commands))

    assert [step.command for step in steps] == list(commands)
    assert [step.todo for step in steps] == [
        "To send the rows that were not sent, type:",
        "To find out what became of the uncertain rows, type:",
        "Open fix-me.csv in a spreadsheet: it holds 2 rows with the reason beside "
        "each. Correct them, save, and type:",
    ]


def test_after_a_stop_something_is_put_right_before_the_source_is_run_again() -> None:
    again = ("activity-import run calls.csv -m a.yaml",)
    steps = [
        steps_of(Ended(status, AT, Counter(), next=again))
        for status in ("ok", "stopped")
    ]

    assert [step.todo for (step,) in steps] == [
        "Nothing was sent yet. To send the rows, type:",
        "When that is put right, run the source again:",
    ]


def test_a_few_rows_among_a_million_are_seen() -> None:
    counts: Counter[str] = Counter(created=999_990, invalid=4, uncertain=6)

    assert [
        (each.status, each.count, each.percent, each.left, each.width)
        for each in shares_of(counts)
    ] == [
        ("created", 999_990, "over 99.9 %", 0.0, 98.619),
        ("invalid", 4, "under 0.1 %", 98.619, 0.69),
        ("uncertain", 6, "under 0.1 %", 99.31, 0.69),
    ]
    assert shares_of(Counter()) == []


@pytest.fixture
def page(here: Path) -> Path:
    """The page of a check whose second row is flawed."""
    source(1)
    with (here / "rows.csv").open("a", encoding="utf-8") as file:
        file.write("r3,soon,<script>\n")
    run = activity_import("validate", "rows.csv", "-m", "plain.yaml").run
    return here / "reports" / run / "report.html"


def test_the_page_is_for_its_owner_only(page: Path) -> None:
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert not list(page.parent.glob(".*"))


def test_the_policy_lets_nothing_but_our_own_script_and_style_run(page: Path) -> None:
    text = page.read_text("utf-8")
    policy = re.findall('Content-Security-Policy" content="(.*?)"', text)[0]
    [style] = re.findall("(?s)<style>(.*?)</style>", text)
    [script] = re.findall("(?s)<script>(.*?)</script>", text)

    assert policy.replace("&#39;", "'").split("; ") == [
        "default-src 'none'",
        f"script-src '{sha256(script)}'",
        f"style-src '{sha256(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not re.search(r"""\s(on\w+|style)=["']""", text)
    assert not re.search(r"""(src|href)=["'](?!#|[\w-]+\.csv["'])""", text)


def sha256(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def test_the_page_is_written_again_with_the_other_files(page: Path) -> None:
    page.unlink()
    assert activity_import("report", page.parent.name).code == 3

    assert "1 row of 2 needs a person." in page.read_text("utf-8")


def test_a_plan_of_an_older_program_has_no_calendar(page: Path) -> None:
    [seal] = Path.home().rglob("plan.json")
    seal.write_text(seal.read_text("utf-8").replace('"calendar":', '"other":'))
    assert activity_import("report", page.parent.name).code == 3

    assert 'id="activities"' not in page.read_text("utf-8")
