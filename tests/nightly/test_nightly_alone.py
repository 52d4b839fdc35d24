"""One night at a time, stopped in order, and checked before it begins."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.nightly.endings import NightStatus
from pipeline.nightly.log import LOG_FILES, NightLog, on_stderr, silence
from pipeline.sandbox.process import Sandbox, running_sandbox
from tests.crash.forked import Zygote
from tests.crash.place import eventually
from tests.nightly.nights import HandClock, Nights


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Sandbox]:
    scenario = tmp_path / "slow.toml"
    scenario.write_text('description = "Slow."\nlatency_ms = 100\n', encoding="utf-8")
    with running_sandbox(scenario=scenario) as sandbox:
        yield sandbox


def has_begun(nights: Nights) -> bool:
    """Whether its first run has begun."""
    path = nights.ledger.with_name("ledger.sqlite.nightly.log")
    return path.exists() and any(line["event"] == "run" for line in nights.log())


def test_a_second_night_ends_quietly_while_the_first_goes_on(
    nights: Nights, forks: Zygote
) -> None:
    nights.arrives("calls.csv", range(2, 4))
    first = nights.start(forks)
    assert eventually(lambda: has_begun(nights))
    first.signal(signal.SIGSTOP)
    second = nights.typed("--json")
    first.signal(signal.SIGCONT)

    told = json.loads(second.out)
    assert (second.code, told["status"], told["jobs"]) == (0, "nothing", [])
    assert told["reason"] == (
        "The last night is still going on in another process: nothing was done."
    )
    assert first.ended().code == 0
    assert [line["event"] for line in nights.log()].count("nothing") == 1
    assert nights.taken() == [2, 3]


def test_two_configurations_do_not_work_in_one_inbox(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 4))
    work = nights.inbox / ".activity-import"
    work.mkdir(mode=0o700)
    with FileLock(work / "lock"):
        [job] = nights.held().jobs

    assert job.status is NightStatus.FAILED
    assert job.reason.startswith("Another process is working in the inbox.")
    assert nights.files() == ["inbox/calls.csv"]


def test_a_night_that_is_stopped_goes_on_the_next_night(
    nights: Nights, forks: Zygote, slow: Sandbox
) -> None:
    nights.sandbox = slow
    nights.configure(top="concurrency: 1")
    nights.arrives("a.csv", range(2, 42))
    nights.arrives("b.csv", range(50, 52))
    first = nights.start(forks)
    assert eventually(lambda: bool(nights.taken()))
    first.signal(signal.SIGTERM)
    ended = first.ended()

    assert ended.code == 128 + signal.SIGTERM
    assert ended.out.startswith("Night: interrupted\n\nThe night was stopped: by hand")
    assert nights.files() == ["inbox/b.csv", "work/a.csv"]
    assert 0 < len(nights.taken()) < 40
    nights.configure()
    assert nights.typed().code == 0
    assert nights.taken() == [*range(2, 42), 50, 51]
    assert nights.files() == ["archive/a.csv", "archive/b.csv"]


def test_what_a_job_left_that_is_gone_is_told(nights: Nights) -> None:
    key = nights.folder / "key"
    key.touch(mode=0o600)
    key.write_text("wrong", encoding="utf-8")
    nights.configure(top="api_key_file: key")
    nights.arrives("calls.csv", range(2, 4))
    nights.held()
    text = nights.config.read_text("utf-8").replace("name: calls", "name: mails")
    nights.config.write_text(text, encoding="utf-8")

    ended = nights.typed()

    assert "'calls.csv' was taken by the job calls, which the configuration" in (
        ended.err
    )
    [line] = [line for line in nights.log() if line["event"] == "left_behind"]
    assert (line["job"], line["file"]) == ("calls", "calls.csv")


def test_a_check_tries_everything_and_takes_nothing(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 4))

    ended = nights.typed("--check")

    told = json.loads(nights.typed("--check", "--json").out)
    assert (ended.code, told["exit_code"]) == (0, 0)
    assert [each["check"] for each in told["findings"]] == [
        *("calls: inbox", "calls: archive", "calls: quarantine", "calls: mapping"),
        *("calls: lookups", "url", "tls", "health", "clock", "key", "ledger"),
        *("reports", "rights", "disk", "time_zones", "open_files", "memory"),
        *("nightly: ledger", "nightly: journal", "nightly: log", "nightly: lock"),
    ]
    assert nights.files() == ["inbox/calls.csv"]
    assert nights.taken() == []


def test_a_check_lists_all_that_is_wrong(nights: Nights) -> None:
    nights.configure("lookups: nowhere", top="api_key_file: gone")
    (nights.folder / "calls.yaml").write_text("version: 1\nname: calls\n", "utf-8")
    nights.inbox.rmdir()
    (nights.folder / "archive").touch()

    ended = nights.typed("--check", "--json")

    told = json.loads(ended.out)
    failed = [one["check"] for one in told["findings"] if one["level"] == "failed"]
    assert (ended.code, failed) == (
        1,
        ["calls: inbox", "calls: archive", "calls: mapping", "key"],
    )


def test_missing_lookups_are_found_by_a_check(nights: Nights) -> None:
    mapping = (nights.folder / "calls.yaml").read_text("utf-8")
    mapping += "  contact_ids: {from: Who, lookup: people}\n"
    mapping += "lookups:\n  people: {file: people.csv, match: Id, return: Reevo}\n"
    (nights.folder / "calls.yaml").write_text(mapping, encoding="utf-8")
    nights.configure("lookups: ids")
    assert "The lookup file 'people.csv' is missing." in nights.typed("--check").out

    (nights.folder / "ids").mkdir()
    (nights.folder / "ids" / "people.csv").write_text("Id,Reevo\n", encoding="utf-8")

    assert "people can be read" in nights.typed("--check").out


def test_lookups_that_are_missing_are_no_fault_of_the_file(nights: Nights) -> None:
    mapping = (nights.folder / "calls.yaml").read_text("utf-8")
    mapping += "  contact_ids: {from: What, lookup: people}\n"
    mapping += "lookups:\n  people: {file: people.csv, match: Id, return: Reevo}\n"
    (nights.folder / "calls.yaml").write_text(mapping, encoding="utf-8")
    nights.arrives("calls.csv", range(2, 4))

    [job] = nights.held().jobs

    assert job.status is NightStatus.FAILED
    assert "people.csv" in job.files[0].reason
    assert nights.files() == ["work/calls.csv"]


def test_the_log_is_rotated_by_size(tmp_path: Path) -> None:
    log = NightLog(tmp_path / "night.log", silence, HandClock().now)
    for _ in range(LOG_FILES + 2):
        log.tell("big", "", padding="x" * 10_000_000)
    log.close()

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["night.log", *(f"night.log.{n}" for n in range(1, LOG_FILES + 1))]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_journal_of_the_system_is_told_how_grave_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_stderr("warning", "plain \x1b[31m\n<0>no line")
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    on_stderr("warning", "grave")

    assert capsys.readouterr().err == "plain \\x1b[31m\\n<0>no line\n<4>grave\n"
    assert "JOURNAL_STREAM" in os.environ
