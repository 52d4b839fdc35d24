"""Rows whose answers never came, settled against the stand-in's own record."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.sandbox.process import Sandbox, running_sandbox
from tests.commands import Ended, activity_import, lines_of

pytestmark = pytest.mark.usefixtures("here")
ADA = "b4d343a8-4b68-41c7-9dba-58587dc7abbe"
LINKED = """
version: 1
name: linked
key: [Id]
fields:
  activity_time: {from: When}
  subject: {from: What}
  description: {from: Text}
  contact_ids: {from: Who}
"""
QUICK = ("--look-again", "0.2s", "--timeout", "2s", "--concurrency", "1")
FAULT = """
description = "For tests."
[[faults]]
kind = "{kind}"
at = [{at}]
"""


def source(*subjects: str, who: str = ADA) -> None:
    lines = [
        f"r{row},2024-03-01 10:00:0{row},{subject},Text {row},{who}\n"
        for row, subject in enumerate(subjects, start=2)
    ]
    Path("rows.csv").write_text("Id,When,What,Text,Who\n" + "".join(lines))
    Path("linked.yaml").write_text(LINKED)


@contextmanager
def sandbox(kind: str, *at: int) -> Iterator[Sandbox]:
    """A stand-in that goes wrong at these requests."""
    script = Path("scenario.toml")
    script.write_text(FAULT.format(kind=kind, at=", ".join(map(str, at))))
    with running_sandbox(scenario=script) as running:
        yield running


def typed(of: Sandbox, *words: object) -> Ended:
    environment = {"REEVO_BASE_URL": of.url, "REEVO_API_KEY": of.api_key}
    command, *rest = words
    return activity_import(command, *QUICK, *rest, **environment)


def run(of: Sandbox, *words: object) -> Ended:
    return typed(of, "run", "rows.csv", "-m", "linked.yaml", *words)


def rows(ended: Ended) -> dict[int, dict[str, str]]:
    """rows.csv of a run, by row."""
    lines = lines_of(Path("reports", ended.run, "rows.csv"))
    return {int(line["_row"]): line for line in lines}


def statuses(ended: Ended) -> list[tuple[str, str]]:
    return [(line["_status"], line["_code"]) for line in rows(ended).values()]


def taken(of: Sandbox) -> dict[str, str]:
    """What the stand-in took: the id by text; each but once."""
    listed: list[dict[str, Any]] = httpx.get(
        f"{of.inspection_url}/_sandbox/activities"
    ).json()
    texts = [one["body"]["attributes"]["metadata"]["description"] for one in listed]
    assert [text for text, times in Counter(texts).items() if times > 1] == []
    return dict(zip(texts, (one["id"] for one in listed), strict=True))


def test_a_row_that_was_taken_without_an_answer_is_found_at_the_end_of_the_run() -> (
    None
):
    source("One", "Two", "Three")
    with sandbox("commit-then-drop", 2) as api:
        ended = run(api)
        known = taken(api)

    assert (ended.code, statuses(ended)) == (
        0,
        [("created", ""), ("created", "reconciled"), ("created", "")],
    )
    assert {line["Text"]: line["_activity_id"] for line in rows(ended).values()} == (
        known
    )
    assert (
        f"Found in Reevo, in the timeline of contact {ADA}"
        in rows(ended)[3]["_message"]
    )


def test_a_row_that_was_not_taken_is_not_sent_again_by_itself_but_by_order() -> None:
    source("One", "Two", "Three")
    with sandbox("close-unanswered", 2) as api:
        ended = run(api)
        assert ended.code == 3
        assert statuses(ended)[1] == ("uncertain", "not_found")
        assert set(taken(api)) == {"Text 2", "Text 4"}
        order = f"activity-import reconcile {ended.run} --resend-uncertain"
        assert ended.out.endswith(f" type:\n  {order}\n")
        assert order in rows(ended)[3]["_hint"]

        looked = typed(api, "reconcile", ended.run)
        assert (looked.code, set(taken(api))) == (3, {"Text 2", "Text 4"})

        again = typed(api, "reconcile", ended.run, "--resend-uncertain")
        assert (again.code, statuses(again)) == (0, [("created", "")] * 3)
        assert set(taken(api)) == {"Text 2", "Text 3", "Text 4"}


def test_a_run_may_be_ordered_to_send_again_what_it_does_not_find() -> None:
    source("One", "Two")
    with sandbox("reset-before-reading", 1) as api:
        ended = run(api, "--resend-uncertain")

        assert (ended.code, statuses(ended)) == (0, [("created", "")] * 2)
        assert rows(ended)[2]["_attempts"] == "2"
        assert set(taken(api)) == {"Text 2", "Text 3"}


def test_no_reconcile_leaves_the_row_for_later() -> None:
    source("One", "Two")
    with sandbox('commit-then-answer"\nstatus = 500\nbody = "oops', 1) as api:
        ended = run(api, "--no-reconcile")
        assert statuses(ended)[0] == ("uncertain", "server_error")
        assert ended.out.endswith(f" type:\n  activity-import reconcile {ended.run}\n")

        looked = typed(api, "reconcile", ended.run)

    assert (looked.code, statuses(looked)) == (
        0,
        [("created", "reconciled"), ("created", "")],
    )
    assert rows(looked)[2]["_http_status"] == "500"


def test_rows_that_look_alike_stay_uncertain_until_a_person_says() -> None:
    source("Same", "Same", "Other")
    with sandbox("commit-then-drop", 1, 2) as api:
        ended = run(api)
        assert statuses(ended)[:2] == [("uncertain", "several_found")] * 2
        known = taken(api)
        message = rows(ended)[2]["_message"]
        assert known["Text 2"] in message
        assert known["Text 3"] in message

        person = typed(
            api,
            *("reconcile", ended.run, "--taken", f"2={known['Text 2']}"),
            *("--taken", f"rows.csv:3={known['Text 3']}"),
        )

    assert (person.code, statuses(person)[:2]) == (
        0,
        [("created", "settled_by_person")] * 2,
    )
    assert rows(person)[2]["_activity_id"] == known["Text 2"]


def test_a_row_that_a_person_did_not_find_is_sent_by_resume() -> None:
    source("One", who="")
    with sandbox("close-unanswered", 1) as api:
        ended = run(api)
        assert statuses(ended) == [("uncertain", "no_link_to_look_in")]
        assert "--not-taken ROW" in rows(ended)[2]["_hint"]

        person = typed(api, "reconcile", ended.run, "--not-taken", "2")
        assert (person.code, statuses(person)) == (4, [("unsent", "")])
        assert taken(api) == {}

        resumed = typed(api, "resume", ended.run)
        assert (resumed.code, set(taken(api))) == (0, {"Text 2"})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--taken", "3"], "Row 3 is not among the uncertain rows of this run."),
        (["--taken", "other.csv:2"], "Row other.csv:2 is not among"),
        (["--taken", "2", "--not-taken", "2"], "A row was named twice."),
        (["--taken", "2=none"], "'none' is no activity id."),
    ],
)
def test_a_wrong_word_of_a_person_changes_nothing(words: list[str], told: str) -> None:
    source("One", "Two", who="")
    with sandbox("close-unanswered", 1) as api:
        first = run(api)
        ended = typed(api, "reconcile", first.run, *words)

    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert statuses(first) == [("uncertain", "no_link_to_look_in"), ("created", "")]
    assert "attention" in activity_import("history").out


def test_a_row_that_is_no_row_is_wrong_usage() -> None:
    ended = activity_import("reconcile", "x", "--taken", "second")

    assert ended.code == 2
    assert "'second' is no row, such as 17, tasks.csv:17 or 17=ID." in ended.err


@pytest.mark.parametrize(
    ("scenario", "code"),
    [("cannot-read", "timeline_unread"), ("queries-down", "timeline_unread")],
)
def test_an_api_that_cannot_be_read_leaves_rows_uncertain_and_says_how_to_go_on(
    scenario: str, code: str
) -> None:
    source(*(f"Call {number}" for number in range(2, 9)))
    with running_sandbox(scenario=scenario) as api:
        ended = run(api)

    uncertain = [line for line in rows(ended).values() if line["_status"] != "created"]
    assert ended.code == 3
    assert {line["_code"] for line in uncertain} == {code}
    assert all("--taken ROW" in line["_hint"] for line in uncertain)


def test_the_other_reading_of_created_at_is_found_too() -> None:
    source(*(f"Call {number}" for number in range(2, 9)))
    with running_sandbox(scenario="timeline-by-activity-time") as api:
        ended = run(api)

    assert ended.code == 0
    assert ("created", "reconciled") in statuses(ended)


def test_what_comes_late_is_found_by_the_second_look() -> None:
    source(*(f"Call {number}" for number in range(2, 9)))
    with running_sandbox(scenario="late-timeline") as api:
        ended = run(api, "--look-again", "12s")

    assert ended.code == 0
    assert ("created", "reconciled") in statuses(ended)
    assert "not in Reevo, or not yet; looking again in" in ended.err


@pytest.mark.parametrize(
    ("stamp", "scenario"), [("subject", "commit-then-drop"), ("description", "echo")]
)
def test_a_stamp_tells_rows_apart_that_look_alike(stamp: str, scenario: str) -> None:
    source("Same", "Same", "Same")
    Path("linked.yaml").write_text(LINKED + f"stamp: {stamp}\n")
    script = Path("scenario.toml")
    echo = "[timeline]\necho = true\n" if scenario == "echo" else ""
    script.write_text(FAULT.format(kind="commit-then-drop", at="1, 2") + echo)
    with running_sandbox(scenario=script) as api:
        ended = run(api)
        listed = httpx.get(f"{api.inspection_url}/_sandbox/activities").json()

    assert (ended.code, statuses(ended)[:2]) == (0, [("created", "reconciled")] * 2)
    marks = [one["body"]["attributes"]["metadata"][stamp][-21:] for one in listed]
    assert len(set(marks)) == 3
    assert all(mark.startswith("[import:") for mark in marks)
    by_text = {
        one["body"]["attributes"]["metadata"]["description"][:6]: one["id"]
        for one in listed
    }
    assert {row["Text"]: row["_activity_id"] for row in rows(ended).values()} == by_text


def test_a_stamp_makes_no_record_a_new_one() -> None:
    source("One", "Two")
    with running_sandbox() as api:
        run(api)
        Path("linked.yaml").write_text(LINKED + "stamp: description\n")
        again = run(api)

    assert (again.code, statuses(again)) == (0, [("duplicate", "already_imported")] * 2)


def test_a_later_run_does_not_send_what_is_uncertain_and_names_the_run_to_settle() -> (
    None
):
    source("One", "Two")
    with sandbox("close-unanswered", 1) as api:
        first = run(api)
        second = run(api)

    assert statuses(second)[0] == ("uncertain", "sent_before_unanswered")
    assert f"in run {first.run}" in rows(second)[2]["_message"]
    assert f"activity-import reconcile {first.run}" in rows(second)[2]["_hint"]
