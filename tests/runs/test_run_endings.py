"""What each command says when it ends, and how it leaves."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.main import COMMANDS
from pipeline.mapping import presets
from tests.commands import activity_import, ended, lines_of, outcomes, started
from tests.misbehaving import misbehaving, nobody_listening
from tests.runs.givens import HEALTHY, MAPPING, TAKEN, source

pytestmark = pytest.mark.usefixtures("here")
PLAIN = ("-m", "plain.yaml")


IN_UTC = (
    "Times without an offset are read as UTC: neither `source.timezone` in the mapping "
    "nor --timezone names another zone."
)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An API that takes everything, one request after the other."""
    Path("activity-import.toml").write_text("concurrency = 1\n", encoding="utf-8")
    monkeypatch.setenv("REEVO_API_KEY", "k")
    with misbehaving([*HEALTHY, *TAKEN * 50]) as server:
        monkeypatch.setenv("REEVO_BASE_URL", server.url)
        yield server.url


def flawed(path: str = "rows.csv") -> None:
    """Row 2 is good, 3 has no subject, 4 has a bad time, 5 stands in row 2 already."""
    source(1, path=path)
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("r3,2024-03-01,\nr4,soon,=cmd\nr2,2024-03-01 10:00:00,Call 2\n")


def test_a_run_in_which_all_goes_well(api: str) -> None:
    source(3)
    ended = activity_import("run", "rows.csv", *PLAIN)

    assert (ended.code, ended.err) == (0, "")
    assert (
        ended.same()
        == f"""\
Run RUN: ok
  All is well: 3 rows read, and created in Reevo.
  rows.csv -> {api}
  took TIME

        3  100%  created  the API took them
        3        read     each with one outcome

Report: reports/RUN/ (report.html, report.xlsx, rows.csv, issues.csv, fix-me.csv)

Next: nothing is left to do. To see all runs, type:
  activity-import history
"""
    )


def test_a_run_in_which_rows_need_a_person(api: str) -> None:
    flawed()
    ended = activity_import("run", "rows.csv", *PLAIN)

    assert (ended.code, ended.err) == (3, "")
    assert (
        ended.same()
        == f"""\
Run RUN: attention
  2 rows of 4 need a person.
  rows.csv -> {api}
  took TIME

        1   25%  created    the API took them
        1   25%  duplicate  imported before, or twice in the source
        2   50%  invalid    something is wrong with them; not sent
        4        read       each with one outcome

Issues, with the first row of each:
  1x  required  row 3:  The field 'subject' is empty: column 'What' has no value.
  1x  bad_time  row 4:  'soon' in column 'When' is not a date or time in the expected \
form: 2024-03-01 or 2024-03-01T10:30:00+01:00.
  1x  repeated  row 5:  The same record stands earlier in this run.

Note: {IN_UTC}
Report: reports/RUN/ (report.html, report.xlsx, rows.csv, issues.csv, fix-me.csv)

Next: open fix-me.csv in a spreadsheet: it holds 2 rows with the reason beside each. \
Correct them, save, and type:
  activity-import run reports/RUN/fix-me.csv -m plain.yaml
"""
    )


def test_the_report_files_in_full(api: str) -> None:
    flawed()
    run = activity_import("run", "rows.csv", *PLAIN).run
    reports = Path("reports", run)
    expected = (
        "Write it in the expected form, or add its form to `formats` in the mapping."
    )

    assert (reports / "fix-me.csv").read_text("utf-8-sig").splitlines() == [
        "Id,When,What,_status,_code,_message,_hint",
        "r3,2024-03-01,,invalid,required,The field 'subject' is empty: column 'What' "
        'has no value.,"Fill in the cell, or give the field a `default` in the '
        'mapping."',
        "r4,soon,'=cmd,invalid,bad_time,'soon' in column 'When' is not a date or time "
        "in the expected form: 2024-03-01 or 2024-03-01T10:30:00+01:00.,"
        f'"{expected}"',
    ]
    assert [tuple(line.values())[:8] for line in lines_of(reports / "issues.csv")] == [
        ("rows.csv", "", "3", "error", "required", "What", "subject", ""),
        ("rows.csv", "", "4", "error", "bad_time", "When", "activity_time", "soon"),
        ("rows.csv", "", "5", "warning", "repeated", "", "", ""),
    ]
    assert [line["_row"] for line in lines_of(reports / "rows.csv")] == list("2345")
    assert api


def test_the_json_summary_in_full(api: str) -> None:
    flawed()
    ended = activity_import("run", "rows.csv", *PLAIN, "--json", "-q")
    told = ended.summary
    reports = f"reports/{told['run']}"

    assert json.loads(Path(reports, "summary.json").read_text("utf-8")) == told
    assert told.pop("started_at") <= told.pop("ended_at")
    assert told.pop("sources")[0].keys() == {"path", "sheet", "sha256", "rows"}
    assert told.pop("mapping")["name"] == "plain"
    assert [issue.pop("message")[:9] for issue in told["issues"]]
    assert told.pop("requests").pop("per_second") > 0
    assert told == {
        "schema": 1,
        "run": told["run"],
        "command": "run",
        "dry_run": False,
        "status": "attention",
        "exit_code": 3,
        "target": api,
        "counts": {
            "read": 4,
            "created": 1,
            "duplicate": 1,
            "skipped": 0,
            "valid": 0,
            "invalid": 2,
            "rejected": 0,
            "uncertain": 0,
            "unsent": 0,
        },
        "issues": [
            {"code": "required", "count": 1, "first_row": 3},
            {"code": "bad_time", "count": 1, "first_row": 4},
            {"code": "repeated", "count": 1, "first_row": 5},
        ],
        "reports": reports,
        "follows": None,
        "reason": "",
        "hint": "",
        "code": "",
        "notes": [IN_UTC],
        "next": [f"activity-import run {reports}/fix-me.csv -m plain.yaml"],
    }


@pytest.mark.parametrize(
    "words",
    [
        ["validate", "none.csv", *PLAIN],
        ["run", "rows.csv", "-m", "none"],
        ["run", "rows.csv", *PLAIN, "--base-url", "x"],
        ["resume", "20200101-0000-0000"],
        ["report", "20200101-0000-0000"],
    ],
)
def test_a_failure_is_one_json_document_too(words: list[str]) -> None:
    source(1)
    ended = activity_import(*words, "--json", REEVO_API_KEY="k")

    assert (ended.code, ended.summary["status"]) == (1, "failed")
    assert ended.summary["reason"].split(".")[0] in ended.err


def test_too_many_invalid_rows_send_nothing(api: str) -> None:
    flawed()
    ended = activity_import("run", "rows.csv", *PLAIN, "--max-invalid", "25%")

    assert (ended.code, api in ended.out) == (4, True)
    assert (
        "2 of 4 rows are invalid, more than --max-invalid 25% allows. Nothing was "
        "sent. Correct the source or the mapping and run it again; or let `resume` "
        "send the valid rows as they are." in ended.out
    )
    assert [status for status, _ in outcomes(ended.run).values()] == [
        "unsent",
        "invalid",
        "invalid",
        "duplicate",
    ]


@pytest.mark.parametrize("limit", ["2", "50%"])
def test_as_many_invalid_rows_as_allowed_do_not_stop_a_run(
    api: str, limit: str
) -> None:
    flawed()
    ended = activity_import("run", "rows.csv", *PLAIN, "--max-invalid", limit)

    assert (ended.code, outcomes(ended.run)[2]) == (3, ("created", ""))
    assert api


def test_several_files_are_one_run(api: str) -> None:
    source(2, path="a.csv")
    flawed("b.csv")
    ended = activity_import("run", "a.csv", "b.csv", *PLAIN)
    lines = lines_of(Path("reports", ended.run, "rows.csv"))

    assert [(line["_source"], line["_row"], line["_status"]) for line in lines] == [
        ("a.csv", "2", "created"),
        ("a.csv", "3", "created"),
        ("b.csv", "2", "duplicate"),
        ("b.csv", "3", "invalid"),
        ("b.csv", "4", "invalid"),
        ("b.csv", "5", "duplicate"),
    ]
    assert api in ended.out


@pytest.mark.parametrize(
    ("limit", "rows"), [(1, [2]), (3, [2, 3, 2]), (99, [2, 3, 2, 3])]
)
def test_limit_reads_the_first_rows_of_all_files(limit: int, rows: list[int]) -> None:
    source(2, path="a.csv")
    source(2, path="b.csv")
    ended = activity_import("validate", "a.csv", "b.csv", *PLAIN, "--limit", limit)

    lines = lines_of(Path("reports", ended.run, "rows.csv"))
    assert [int(line["_row"]) for line in lines] == rows


def test_dry_run_is_validate_and_sends_nothing() -> None:
    source(2)
    with nobody_listening() as url:
        words = ["rows.csv", *PLAIN, "--base-url", url]
        dry, validated = (
            activity_import("run", *words, "--dry-run"),
            activity_import("validate", *words),
        )

    assert dry.code == validated.code == 0
    assert dry.same() == validated.same()
    again = f"activity-import run rows.csv {' '.join(PLAIN)} --base-url={url}"
    assert dry.out.endswith(f" type:\n  {again}\n")


def test_the_next_command_repeats_what_was_typed(api: str) -> None:
    flawed()
    words = ["--ledger", "my ledger.sqlite", "--workspace", "w", "--reports", "r"]
    ended = activity_import("run", "rows.csv", *PLAIN, *words)

    fix_me = f"r/{ended.run}/fix-me.csv"
    typed = "--workspace=w '--ledger=my ledger.sqlite' --reports=r"
    assert ended.out.endswith(f"run {fix_me} -m plain.yaml {typed}\n")
    assert api


@pytest.mark.parametrize(
    "options",
    [
        "header_row: 3",
        "delimiter: semicolon",
        "encoding: windows-1252",
        "encoding: utf-16",
    ],
)
def test_a_fix_me_file_is_read_as_it_was_written_whatever_the_mapping_says(
    api: str, options: str
) -> None:
    Path("m.yaml").write_text(MAPPING + f"source: {{{options}}}\n", encoding="utf-8")
    line = "a\nb\n" if "header" in options else ""
    delimiter = ";" if "semicolon" in options else ","
    text = f"{line}Id,When,What\nr2,soon,Köln\n".replace(",", delimiter)
    encoding = options.partition("encoding: ")[2] or "utf-8"
    Path("rows.csv").write_text(text, encoding=encoding)
    first = activity_import("run", "rows.csv", "-m", "m.yaml")
    fix_me = Path("reports", first.run, "fix-me.csv")
    fixed = fix_me.read_text("utf-8").replace("r2,soon", "r2,2024-03-01")
    fix_me.write_text(fixed, encoding="utf-8")
    second = activity_import("run", fix_me, "-m", "m.yaml")

    [row] = lines_of(Path("reports", second.run, "rows.csv"))
    assert (row["_status"], row["What"]) == ("created", "Köln")
    assert api


@pytest.mark.parametrize("key", ["3.01188E+11", "3,01188E+11"])
def test_a_key_that_a_spreadsheet_shortened_is_not_sent(api: str, key: str) -> None:
    source(1)
    Path("rows.csv").write_text(f'Id,When,What\n"{key}",2024-03-01,Call\n')
    ended = activity_import("run", "rows.csv", *PLAIN)

    assert outcomes(ended.run) == {2: ("invalid", "mangled_id")}
    assert api


def test_a_key_file_may_be_saved_by_a_simple_editor(api: str) -> None:
    source(1)
    Path("key").touch(mode=0o600)
    Path("key").write_text("secret\r\n", encoding="utf-8-sig")
    words = ["run", "rows.csv", *PLAIN, "--api-key-file", "key"]

    assert activity_import(*words, REEVO_API_KEY="").code == 0
    assert api


def test_a_changed_record_is_told_and_not_sent_again(api: str) -> None:
    source(1)
    first = activity_import("run", "rows.csv", *PLAIN)
    Path("rows.csv").write_text("Id,When,What\nr2,2024-03-01 10:00:00,Other\n")
    again = activity_import("run", "rows.csv", *PLAIN)

    assert outcomes(again.run) == {2: ("duplicate", "changed_since_import")}
    assert f"with another content, in run {first.run}." in again.out
    assert api


def test_a_copied_mapping_of_one_system_sends_nothing_again(api: str) -> None:
    source(2)
    Path("a.yaml").write_text(MAPPING + "system: old-crm\n")
    Path("b.yaml").write_text(MAPPING.replace("plain", "b") + "system: old-crm\n")
    activity_import("run", "rows.csv", "-m", "a.yaml")
    again = activity_import("run", "rows.csv", "-m", "b.yaml")

    assert {status for status, _ in outcomes(again.run).values()} == {"duplicate"}
    assert api


def test_equal_rows_without_a_key_all_count_once(api: str) -> None:
    source(1)
    Path("c.yaml").write_text(MAPPING.replace("key: [Id]\n", ""))
    Path("rows.csv").write_text("When,What\n" + "2024-03-01,Call\n" * 2)
    first, second = (activity_import("run", "rows.csv", "-m", "c.yaml") for _ in "12")

    assert set(outcomes(first.run).values()) == {("created", "")}
    assert {status for status, _ in outcomes(second.run).values()} == {"duplicate"}
    assert api


def test_a_report_is_written_again_as_it_was(api: str) -> None:
    flawed()
    first = activity_import("run", "rows.csv", *PLAIN)
    reports = Path("reports", first.run)
    before = {path.name: path.read_bytes() for path in reports.glob("*.csv")}
    for path in reports.iterdir():
        path.unlink()
    Path("rows.csv").unlink()
    again = activity_import("report", first.run)

    assert {path.name: path.read_bytes() for path in reports.glob("*.csv")} == before
    assert (again.code, again.same()) == (3, first.same())
    assert api


def test_a_dry_run_cannot_be_resumed() -> None:
    source(1)
    dry = activity_import("validate", "rows.csv", *PLAIN)
    ended = activity_import("resume", dry.run, REEVO_API_KEY="k")

    assert (ended.code, ended.err) == (
        1,
        f"Error: The run {dry.run} was a dry run: there is nothing to go on with.\n"
        "  hint:  Use `activity-import run` to send the rows.\n"
        "  explain: activity-import explain run_was_dry\n",
    )


def test_an_unknown_run_is_told_with_the_nearest() -> None:
    source(1)
    run = activity_import("validate", "rows.csv", *PLAIN).run
    ended = activity_import("report", run[:-1] + "x")

    assert ended.code == 1
    assert f"Did you mean '{run}'?" in ended.err


def test_history_lists_the_runs_newest_first(api: str) -> None:
    flawed()
    runs = [activity_import("run", "rows.csv", *PLAIN).run for _ in "12"]
    told = activity_import("history").out
    target, _, header, *lines = told.split("\n\nReports:")[0].splitlines()

    assert target == f"Target: {api.removeprefix('http://')}"
    assert header.split() == [
        *("run", "ago", "what", "status", "rows", "created", "person", "unsent")
    ]
    assert {line.split()[0] for line in lines} == set(runs)
    assert [line.split()[4:] for line in lines if runs[0] in line] == [
        ["4", "1", "2", "0"]
    ]


def test_history_before_the_first_run() -> None:
    ended = activity_import("history")

    assert ended.out == "No runs yet. Try: activity-import demo\n"


def test_check_mapping_tells_the_mistakes_of_all_files() -> None:
    Path("a.yaml").write_text("version: 1\nname: a\n")
    Path("b.yaml").write_text("just text")
    ended = activity_import("check-mapping", "a.yaml", "b.yaml", "generic")

    assert (ended.code, ended.out) == (1, "generic: right, 8 tests hold\n")
    assert ended.err == (
        "Error: The mapping has 1 mistake.\n"
        "  where: a.yaml\n"
        "  a.yaml:1:1: The mapping needs 'fields'.\n"
        "  explain: activity-import explain mapping_wrong\n"
        "Error: The mapping has 1 mistake.\n"
        "  where: b.yaml\n"
        "  The file is no table of keys such as `version: 1`.\n"
        "  explain: activity-import explain mapping_wrong\n"
    )


def test_check_mapping_runs_the_tests_inside() -> None:
    test = (
        'tests:\n  - {given: {What: Hi, When: "2024-01-01"}, expect: {subject: Ho}}\n'
    )
    Path("a.yaml").write_text(MAPPING + test)
    ended = activity_import("check-mapping", "a.yaml")

    assert (ended.code, ended.err) == (
        1,
        "Error: The mapping has 1 mistake.\n"
        "  where: a.yaml\n"
        "  a.yaml:9:5: Test 1: subject is 'Hi', expected 'Ho'.\n"
        "  explain: activity-import explain mapping_wrong\n",
    )


def test_presets_can_be_listed_and_copied() -> None:
    listed = activity_import("presets").out
    copied = activity_import("presets", "--show", "generic").out

    names = [line.split()[0] for line in listed.split("\n\n")[0].splitlines()]
    assert names == [preset.name for preset in presets()]
    Path("mine.yaml").write_text(copied, encoding="utf-8")
    assert activity_import("check-mapping", "mine.yaml").code == 0


def test_settings_come_from_the_working_folder_below_options_and_environment(
    api: str,
) -> None:
    source(3)
    Path("activity-import.toml").write_text('limit = 2\nmapping = "plain.yaml"\n')
    from_file = activity_import("validate", "rows.csv", "--json").summary
    from_option = activity_import(
        "validate", "rows.csv", "--limit", 1, "--json"
    ).summary

    assert from_file["counts"]["read"] == 2
    assert from_option["counts"]["read"] == 1
    assert from_file["target"] == api


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limt = 2\n", "'limt' (did you mean 'limit'?)"),
        ("[validat]\nlimit = 2\n", "'validat' (did you mean 'validate'?)"),
    ],
)
def test_a_settings_file_with_an_unknown_key_is_refused(text: str, told: str) -> None:
    source(1)
    Path("activity-import.toml").write_text(text)
    ended = activity_import("validate", "rows.csv", *PLAIN)

    assert ended.code == 1
    assert f"unknown keys: {told}." in ended.err


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("run = 5", "run"),
        ("rate = {a = 1}\n[validate]\nlimit = [1]", "rate, limit"),
    ],
)
def test_a_settings_file_with_values_of_a_wrong_kind_is_refused(
    text: str, wrong: str
) -> None:
    source(1)
    Path("activity-import.toml").write_text(text)
    ended = activity_import("validate", "rows.csv", *PLAIN)

    assert ended.code == 1
    assert f"The settings file has values of the wrong kind: {wrong}.\n" in ended.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = " + "[" * 10_000, "it is nested too deeply."),
        ("a" + ".a" * 10_000 + " = 1", "it is larger than 16,384 bytes."),
    ],
    ids=["nested", "long"],
)
def test_a_settings_file_made_to_be_slow_is_refused(text: str, told: str) -> None:
    Path("activity-import.toml").write_text(text)
    ended = activity_import("history")

    assert ended.code == 1
    assert f"The settings file cannot be read: {told}\n" in ended.err


@pytest.mark.parametrize("text", ["yes = true", "[resume]\nallow-repeats = true"])
def test_an_order_is_typed_and_no_setting(text: str) -> None:
    source(1)
    Path("activity-import.toml").write_text(text)
    ended = activity_import("validate", "rows.csv", *PLAIN)

    assert ended.code == 1
    assert "The settings file gives an order: " in ended.err
    assert "An order holds for the one run that it is typed with: take" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "rows.csv", *PLAIN, "--rate", "fast"],
        ["run", "rows.csv", *PLAIN, "--max-invalid", "101%"],
        ["run", "rows.csv", *PLAIN, "--patience", "soon"],
        ["run", "rows.csv", *PLAIN, "--sandbox", "--base-url", "https://a.test"],
        ["sned"],
    ],
)
def test_wrong_usage(words: list[str]) -> None:
    ended = activity_import(*words)

    assert (ended.code, ended.out) == (2, "")
    assert "Usage: " in ended.err


def test_wrong_usage_is_one_json_document_too() -> None:
    with started("run", "--json") as process:
        left = ended(process)

    assert (left.code, left.summary["exit_code"]) == (2, 2)
    assert "Missing option" in left.err or "Missing argument" in left.err


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_has_help(command: str) -> None:
    ended = activity_import(command, "--help")

    assert ended.code == 0
    assert "activity-import" in ended.out or command == "demo"


def test_quiet_says_nothing_on_the_error_stream_and_lines_are_plain() -> None:
    source(2)
    with nobody_listening() as url:
        words = ["run", "rows.csv", *PLAIN, "--base-url", url, "--patience", "0.1s"]
        loud = activity_import(*words, REEVO_API_KEY="k")
        quiet = activity_import(*words, "-q", REEVO_API_KEY="k")

    assert re.fullmatch(
        r"No connection to the API could be made: Connection refused\. "
        r"Trying again in [01] s\.\n",
        loud.err,
    )
    assert (quiet.err, quiet.code) == ("", 4)


def test_the_demo_needs_nothing_and_creates_activities_each_time() -> None:
    first, second = activity_import("demo"), activity_import("demo")

    assert (first.code, second.code) == (0, 0)
    assert "       45   73%  created" in first.out
    assert "       45   73%  created" in second.out


def test_the_sandbox_says_where_it_is_and_ends_with_ctrl_c() -> None:
    with started("sandbox", "--port", "0") as process:
        assert process.stdout
        announced = json.loads(process.stdout.readline())
        doctor = activity_import(
            "doctor",
            "--base-url",
            announced["url"],
            REEVO_API_KEY=announced["api_key"],
        )
        process.send_signal(2)
        assert ended(process).code in {0, 130}

    assert doctor.code == 0
