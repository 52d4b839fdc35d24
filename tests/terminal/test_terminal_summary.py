"""Whole summaries, as terminals of 80 columns and 24 lines show them."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli.screen import Screen, width_of
from pipeline.cli.summary_text import summary_text
from pipeline.rows import Source, Status
from pipeline.runs.summary import EXIT_CODES, Heading, RunStatus, Summary
from pipeline.stages.post import Ending, Posted
from tests.terminal.terminals import CODES

AT = datetime(2026, 11, 23, 7, 31, tzinfo=UTC)
RUN = "20261123-0731-ab12"
USUAL = Screen(80, 24)
HEADING = Heading(
    run=RUN,
    command="run",
    dry_run=False,
    target="https://api.reevo.ai",
    mapping_name="acme-tasks",
    mapping_sha256="0" * 64,
    started_at=AT,
    reports=f"reports/{RUN}",
)
FIX = f"activity-import run reports/{RUN}/fix-me.csv -m acme-tasks"
NOTE = (
    "Times without an offset are read as UTC: neither `source.timezone` in the "
    "mapping nor --timezone names another zone."
)


def a_source(path: str) -> Source:
    return Source(0, path, None, "0" * 64, columns=(), header_row=1, format="csv")


def a_summary(status: RunStatus, /, **facts: Any) -> Summary:
    given: dict[str, Any] = {
        "heading": HEADING,
        "exit_code": EXIT_CODES[status],
        "ended_at": AT,
        "sources": ((a_source("tasks.csv"), 1_200),),
    }
    return Summary(status=status, **{**given, **facts})


def an_issue(count: int, code: str, row: int, message: str) -> dict[str, Any]:
    return {"code": code, "count": count, "first_row": row, "message": message}


def shown(summary: Summary, screen: Screen = USUAL, seconds: float = 23.4) -> str:
    return CODES.sub("", summary_text(summary, screen, seconds=seconds))


GOOD = a_summary(
    RunStatus.OK,
    counts=Counter({Status.CREATED: 1_200}),
    posted=Posted(sent=1_200, seconds=23.4),
    next=("activity-import history",),
)
BAD_DATE = an_issue(
    8,
    "bad_time",
    17,
    "'31/02/2024' in column 'CompletedDateTime' is not a date or time in the expected "
    "form: 2024-03-01 or 2024-03-01T10:30:00+01:00.",
)
REFUSED = an_issue(
    4, "record_not_found", 30, "No account 00000000-0000-4000-8000-000000000001."
)
NEEDY = a_summary(
    RunStatus.ATTENTION,
    counts=Counter(
        {
            Status.CREATED: 1_180,
            Status.DUPLICATE: 4,
            Status.SKIPPED: 3,
            Status.INVALID: 8,
            Status.REJECTED: 4,
            Status.UNCERTAIN: 1,
        }
    ),
    issues=(BAD_DATE, REFUSED),
    posted=Posted(sent=1_190, retried=6, throttled=35, seconds=23.2),
    notes=(NOTE,),
    next=(FIX, f"activity-import reconcile {RUN}"),
)


def test_all_went_well() -> None:
    assert shown(GOOD) == (
        f"""\
Run {RUN}: ok
  All is well: 1,200 rows read, and created in Reevo.
  tasks.csv -> https://api.reevo.ai
  took 23.4 s; 1,200 requests, 51/s

    1,200  100%  created  the API took them
    1,200        read     each with one outcome

Report: reports/{RUN}/ (report.html, report.xlsx, rows.csv,
  issues.csv, fix-me.csv)

Next: nothing is left to do. To see all runs, type:
  activity-import history"""
    )


def test_some_rows_need_a_person() -> None:
    assert shown(NEEDY) == (
        f"""\
Run {RUN}: attention
  13 rows of 1,200 need a person.
  tasks.csv -> https://api.reevo.ai
  took 23.4 s; 1,190 requests, 51/s; the API asked to slow down 35 times

    1,180   98%  created    the API took them
        4   <1%  duplicate  imported before, or twice in the source
        3   <1%  skipped    left out by a rule of the mapping
        8   <1%  invalid    something is wrong with them; not sent
        4   <1%  rejected   the API refused them
        1   <1%  uncertain  sent, and the answer is not known
    1,200        read       each with one outcome

Issues, with the first row of each:
  8x  bad_time          row 17:  '31/02/2024' in column 'CompletedDateTime' i...
  4x  record_not_found  row 30:  No account 00000000-0000-4000-8000-000000000...

Note: Times without an offset are read as UTC: neither `source.timezone` in the
  mapping nor --timezone names another zone.
Report: reports/{RUN}/ (report.html, report.xlsx, rows.csv,
  issues.csv, fix-me.csv)

Next: open fix-me.csv in a spreadsheet: it holds 12 rows with the reason beside
  each. Correct them, save, and type:
  {FIX}
Then: to find out what became of the uncertain rows, type:
  activity-import reconcile {RUN}"""
    )


def test_a_run_that_a_guard_stopped() -> None:
    stopped = a_summary(
        RunStatus.STOPPED,
        counts=Counter({Status.CREATED: 150, Status.UNSENT: 1_050}),
        posted=Posted(Ending.STOPPED, sent=151, seconds=3.0),
        reason="The API does not accept the key",
        hint="Set REEVO_API_KEY to a valid key, then go on with `resume`.",
        next=(f"activity-import resume {RUN}",),
    )

    assert shown(stopped, seconds=3.04) == (
        f"""\
Run {RUN}: stopped
  The run stopped early: 1,050 rows of 1,200 were not sent.
  tasks.csv -> https://api.reevo.ai
  took 3.0 s; 151 requests, 50/s

      150   12%  created  the API took them
    1,050   88%  unsent   the run stopped before their turn
    1,200        read     each with one outcome

The API does not accept the key. Set REEVO_API_KEY to a valid key, then go on
with `resume`.

Report: reports/{RUN}/ (report.html, report.xlsx, rows.csv,
  issues.csv, fix-me.csv)

Next: to send the rows that were not sent, type:
  activity-import resume {RUN}"""
    )


def test_a_run_that_was_interrupted_before_anything_was_sent() -> None:
    interrupted = a_summary(
        RunStatus.INTERRUPTED,
        counts=Counter({Status.UNSENT: 1_200}),
        posted=Posted(Ending.INTERRUPTED, "You stopped the run."),
        reason="You stopped the run.",
        next=(f"activity-import resume {RUN}",),
    )

    assert shown(interrupted, seconds=2) == (
        f"""\
Run {RUN}: interrupted
  The run was interrupted: 1,200 rows of 1,200 were not sent.
  tasks.csv -> https://api.reevo.ai
  took 2.0 s

    1,200  100%  unsent  the run stopped before their turn
    1,200        read    each with one outcome

You stopped the run.

Report: reports/{RUN}/ (report.html, report.xlsx, rows.csv,
  issues.csv, fix-me.csv)

Next: to send the rows that were not sent, type:
  activity-import resume {RUN}"""
    )


def test_a_dry_run() -> None:
    dry = a_summary(
        RunStatus.OK,
        heading=replace(HEADING, dry_run=True),
        counts=Counter({Status.VALID: 1_199, Status.SKIPPED: 1}),
        next=("activity-import run tasks.csv -m acme-tasks",),
    )

    assert shown(dry, seconds=0.3) == (
        f"""\
Dry run {RUN}: ok
  All is well: 1,199 rows would be sent.
  tasks.csv -> https://api.reevo.ai
  took 0.3 s; 4,000 rows/s

        1   <1%  skipped  left out by a rule of the mapping
    1,199  >99%  valid    would be sent
    1,200        read     each with one outcome

Report: reports/{RUN}/ (report.html, report.xlsx, rows.csv,
  issues.csv, fix-me.csv)

Next: nothing was sent yet. To send the rows, type:
  activity-import run tasks.csv -m acme-tasks"""
    )


def test_a_run_without_rows() -> None:
    empty = a_summary(RunStatus.OK, next=("activity-import history",))

    assert shown(empty).split("\n\n")[:2] == [
        f"Run {RUN}: ok\n"
        "  There is nothing to import: the source has no rows.\n"
        "  tasks.csv -> https://api.reevo.ai\n"
        "  took 23.4 s",
        "        0    read  each with one outcome",
    ]


MANY = replace(
    NEEDY,
    issues=tuple(an_issue(99 - n, f"kind_{n}", n, f"It is {n}.") for n in range(20)),
)


@pytest.mark.parametrize(
    ("lines", "issues"), [(24, 3), (34, 5), (60, 8), (None, 8)], ids=str
)
def test_as_many_issues_are_told_as_there_is_room_for(
    lines: int | None, issues: int
) -> None:
    said = shown(MANY, Screen(80, lines))

    assert said.count("x  kind_") == issues
    assert f"\n  and {20 - issues} kinds more, in issues.csv\n" in said
    assert lines != 34 or len(said.splitlines()) + 2 <= lines


def test_a_file_gets_every_word_and_no_line_is_folded() -> None:
    said = shown(NEEDY, Screen()).splitlines()

    assert f"Note: {NOTE}" in said
    assert sum(BAD_DATE["message"] in line for line in said) == 1


HOSTILE = a_summary(
    RunStatus.ATTENTION,
    sources=((a_source("a\x1b[2J日本語.csv"), 2),),
    counts=Counter({Status.INVALID: 2}),
    issues=(
        an_issue(1, "bad_time", 2, "'\x1b]0;own\x07\u202e🙂日本語' is\nno date."),
        an_issue(1, "too_long", 10, "日本語" * 40),
    ),
    notes=("\x9b5nnote\nRun 1: ok",),
    next=(FIX,),
)


def test_hostile_texts_are_spelled_out_and_stay_on_their_line() -> None:
    assert shown(HOSTILE) == (
        f"""\
Run {RUN}: attention
  2 rows of 2 need a person.
  a\\x1b[2J日本語.csv -> https://api.reevo.ai
  took 23.4 s

        2  100%  invalid  something is wrong with them; not sent
        2        read     each with one outcome

Issues, with the first row of each:
  1x  bad_time  row 2:   '\\x1b]0;own\\x07\\u202e🙂日本語' is no date.
  1x  too_long  row 10:  日本語日本語日本語日本語日本語日本語日本語日本語日本...

Note: \\x9b5nnote Run 1: ok
Report: reports/{RUN}/ (report.html, report.xlsx, rows.csv,
  issues.csv, fix-me.csv)

Next: open fix-me.csv in a spreadsheet: it holds 2 rows with the reason beside
  each. Correct them, save, and type:
  {FIX}"""
    )


@given(st.text(max_size=200), st.integers(20, 120))
@settings(deadline=None, max_examples=50)
def test_no_text_is_wider_than_the_screen(text: str, columns: int) -> None:
    issue = an_issue(1, "bad_time", 2, text)
    said = shown(replace(NEEDY, issues=(issue,)), Screen(columns, 24))
    issues = said.partition("Issues")[2].partition("\n\n")[0].splitlines()[1:]

    assert len(issues) == 1
    assert width_of(issues[0]) <= columns


def test_status_words_are_coloured_and_nothing_else() -> None:
    said = summary_text(NEEDY, USUAL, seconds=1)

    assert re.findall(r"\x1b\[\d+m(?:\x1b\[1m)?([^\x1b]*)\x1b\[0m", said) == [
        "attention",
        "created",
        "invalid",
        "rejected",
        "uncertain",
    ]
    assert said.count("\x1b[0m") == 5
