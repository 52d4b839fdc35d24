"""Sources that are not as the mapping saw them last."""

from pathlib import Path

import pytest

from pipeline.rows import Source
from pipeline.runs.drift import source_name
from tests.commands import Ended, activity_import, lines_of

pytestmark = pytest.mark.usefixtures("here")
MAPPING = """
version: 1
name: calls
key: [Id]
source: {optional_columns: [Fax]}
skip: [{column: Kind, in: [Draft]}]
fields:
  activity_time: {from: When}
  subject: {from: What}
  description: {template: "{Fax}"}
  category: {from: Kind, values: {Call: CALL, Lunch: EVENT}, otherwise: OTHER}
"""
HEADER = ("Id", "When", "What", "Kind", "Fax", "Owner name")


def table(path: str, *kinds: str, header: tuple[str, ...] = HEADER) -> None:
    """A row per kind, with keys of its own."""
    rows = [
        ",".join([f"{path}-{number}", "2024-03-01", "Hello", kind, "", ""])
        for number, kind in enumerate(kinds)
    ]
    Path(path).write_text("\n".join([",".join(header), *rows]) + "\n", "utf-8")


def run(path: str, *words: str, command: str = "run") -> Ended:
    Path("calls.yaml").write_text(MAPPING, encoding="utf-8")
    return activity_import(command, path, "-m", "calls.yaml", "--sandbox", *words)


def told(ended: Ended) -> list[str]:
    """What is told of changes, without the time and the name of the run before."""
    lines = [line for line in ended.err.splitlines() if line.startswith("Changed: ")]
    return [line.partition("): ")[2] for line in lines]


def test_the_first_time_there_is_nothing_to_compare() -> None:
    table("calls-2026-11-24.csv", "Call", "Visit")
    ended = run("calls-2026-11-24.csv")

    assert (ended.code, told(ended)) == (0, [])


def test_a_new_a_missing_and_a_renamed_column_and_a_new_value_are_told() -> None:
    table("calls-2026-11-24.csv", "Call", "Visit")
    first = run("calls-2026-11-24.csv")
    header = ("Id", "When", "What", "Kind", "Owner's name", "Score")
    table("calls-2026-11-25.csv", "Call", "visit ", "Fair", "Fair", header=header)
    second = run("calls-2026-11-25.csv")
    changes = [
        "the column 'Fax' is missing.",
        "the column 'Owner name' seems to be called 'Owner's name' now.",
        "the column 'Score' is new.",
        "'Fair' in 'Kind' (for category) was never seen.",
    ]

    assert told(second) == changes
    assert second.code == 0
    assert "Changed: calls-#.csv, since " in second.err
    assert f"({first.run}): the column 'Score' is new." in second.err
    assert all(f"): {change}\n" in second.out for change in changes)


def test_changes_are_in_the_summary_for_programs() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv")
    table("calls-2.csv", "Fair")
    notes = run("calls-2.csv", "--json", "-q").summary["notes"]

    assert [note for note in notes if note.endswith("was never seen.")]


def test_what_was_told_once_is_known() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv")
    table("calls-2.csv", "Fair")
    assert told(run("calls-2.csv"))
    table("calls-3.csv", "Fair", "Call")

    assert told(run("calls-3.csv")) == []


def test_a_value_that_was_absent_for_a_night_is_not_new_on_the_next() -> None:
    for day, kind in enumerate(["Fair", "Call"]):
        table(f"calls-{day}.csv", kind)
        run(f"calls-{day}.csv")
    table("calls-9.csv", "fair")

    assert told(run("calls-9.csv")) == []


def test_what_the_mapping_names_is_foreseen_and_what_it_skips_is_not_seen() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv")
    table("calls-2.csv", "Lunch", "Draft")

    assert told(run("calls-2.csv")) == []


def test_a_source_of_another_name_is_not_compared() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv")
    table("meetings-1.csv", "Fair")

    assert told(run("meetings-1.csv")) == []


def test_stop_sends_nothing_and_resume_sends_it_as_it_is() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv")
    table("calls-2.csv", "Fair", "Call")
    stopped = run("calls-2.csv", "--on-drift", "stop")

    assert stopped.code == 4
    assert (
        "The source is not as it was, and --on-drift is stop. Nothing was sent."
        in stopped.out
    )
    assert f"activity-import resume {stopped.run}" in stopped.out
    rows = lines_of(Path("reports", stopped.run, "rows.csv"))
    assert [row["_status"] for row in rows] == ["unsent", "unsent"]

    again = run("calls-2.csv", "--on-drift", "stop")
    assert again.code == 4, "what was not sent is not remembered"
    resumed = activity_import("resume", stopped.run)
    assert (resumed.code, "2  100%  created" in resumed.out) == (0, True)
    assert run("calls-2.csv", "--on-drift", "stop").code == 0


def test_a_dry_run_tells_and_stops_but_is_not_remembered() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv")
    table("calls-2.csv", "Fair")

    assert told(run("calls-2.csv", command="validate"))
    stopped = run("calls-2.csv", "--on-drift=stop", command="validate")
    assert stopped.code == 4
    assert told(run("calls-2.csv"))


def test_a_run_that_keeps_to_its_columns_passes_a_guard() -> None:
    table("calls-1.csv", "Call")
    run("calls-1.csv", "--on-drift", "stop")
    table("calls-2.csv", "Call")

    assert run("calls-2.csv", "--on-drift", "stop").code == 0


@pytest.mark.parametrize(
    ("path", "sheet", "name"),
    [
        ("Task.csv", None, "Task.csv"),
        ("a/b/Task-2026-11-24.csv", None, "Task-#.csv"),
        ("Task-2026-11-24 (1).csv", None, "Task-#.csv"),
        ("Task (2).csv", None, "Task.csv"),
        ("Calls_001.csv", None, "Calls_#.csv"),
        ("report1700000000000.xlsx", "Q3 2024", "report#.xlsx [Q#]"),
        ("20261124T0731.csv", None, "#T#.csv"),
    ],
)
def test_a_name_is_known_without_its_dates_and_numbers(
    path: str, sheet: str | None, name: str
) -> None:
    source = Source(0, path, sheet, "", (), header_row=1, format="CSV")

    assert source_name(source) == name
