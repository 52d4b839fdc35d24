"""What becomes of files that arrive, one night after the other."""

import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.ledger import Ledger, RunRecord
from pipeline.nightly.config import Band
from pipeline.nightly.endings import FileEnding, NightStatus
from pipeline.nightly.guards import UnusualRows
from pipeline.nightly.journal import Journal
from pipeline.nightly.takes import Exit, Kind, Step, Take
from pipeline.plan import Plan
from pipeline.progress import Silence
from tests.commands import activity_import
from tests.nightly.nights import MAPPING, Nights

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def reason_beside(nights: Nights) -> str:
    [path] = nights.folder.glob("quarantine/calls/*.reason.txt")
    return path.read_text("utf-8")


def imported_before(nights: Nights, *rows: int) -> None:
    """The journal of nights with files of so many rows."""
    path = nights.ledger.with_name("ledger.sqlite.nightly")
    with Journal.open(path) as journal:
        for number, count in enumerate(rows):
            name = f"{number}.csv"
            away = nights.folder / name
            ending = FileEnding(name, name, NightStatus.OK, away)
            journal.begin(
                Take(
                    number=0,
                    job="calls",
                    inbox=nights.inbox,
                    name=name,
                    step=Step.DONE,
                    taken_at=NOON,
                    size=0,
                    changed_ns=0,
                    sha256=name,
                    rows=count,
                    exit=Exit(Kind.IMPORTED, away, ending),
                    done_at=NOON,
                )
            )


@dataclass
class Shown(Silence):
    """The piece of work that is shown, and all that were."""

    piece: str | None = None
    pieces: list[str] = field(default_factory=list)

    def begin(self, what: str, total: int | None) -> None:
        self.piece = what
        self.pieces.append(what)

    def rest(self) -> None:
        self.piece = None


def test_a_run_that_is_over_is_no_longer_shown(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 5))
    nights.progress = shown = Shown()

    nights.held()

    assert (shown.pieces[-1], shown.piece) == ("reporting", None)


def test_a_file_is_imported_and_archived_by_its_day(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 5))

    ended = nights.typed()

    assert ended.code == 0
    assert nights.taken() == [2, 3, 4]
    [archived] = nights.folder.glob("archive/calls/????-??-??/calls.csv")
    assert archived.stat().st_mode & 0o777 == 0o600
    assert nights.files() == ["archive/calls.csv"]
    assert not list(nights.inbox.glob(".activity-import/0*"))


def test_nothing_to_do_is_all_right(nights: Nights) -> None:
    ended = nights.typed()

    assert (ended.code, ended.out) == (0, "Night: nothing\n\ncalls: nothing\n")


def test_files_that_overlap_send_each_row_once(nights: Nights) -> None:
    nights.arrives("b.csv", range(3, 7))
    nights.arrives("a.csv", range(2, 5))

    [job] = nights.held().jobs

    assert [file.name for file in job.files] == ["a.csv", "b.csv"]
    assert [file.counts["duplicate"] for file in job.files] == [0, 2]
    assert nights.taken() == [2, 3, 4, 5, 6]


def test_the_same_content_under_another_name_is_told_and_not_run(
    nights: Nights,
) -> None:
    nights.arrives("monday.csv", range(2, 4))
    first = nights.held()
    nights.arrives("tuesday.csv", range(2, 4))

    [job] = nights.held().jobs

    [file] = job.files
    run = first.jobs[0].files[0].run
    assert (job.status, file.run) == (NightStatus.NOTHING, None)
    [notice] = job.notices
    assert notice == file.reason
    assert "'tuesday.csv' has the very content of 'monday.csv', imported on" in notice
    assert f"(run {run})" in notice
    assert nights.files() == ["archive/monday.csv", "archive/tuesday.csv"]


def test_rows_that_need_a_person_are_for_attention(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 4))
    with (nights.inbox / "calls.csv").open("a") as file:
        file.write("r9,soon,No date\n")

    ended = nights.typed()

    assert ended.code == 3
    assert ended.same().splitlines()[:4] == [
        "Night: attention",
        "",
        "calls: attention",
        "  calls.csv: attention, 2 created, 1 invalid",
    ]
    assert "Next:\n  activity-import run" in ended.out
    assert nights.files() == ["archive/calls.csv"]


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("min_rows: 4", "The file has 3 rows, fewer than min_rows 4."),
        ("max_rows: 2", "The file has 3 rows, more than max_rows 2."),
        ("max_invalid: 0", "1 of 3 rows are invalid, more than max_invalid 0"),
    ],
)
def test_a_guard_keeps_a_file_from_being_sent(
    nights: Nights, job: str, said: str
) -> None:
    nights.configure(job)
    nights.arrives("calls.csv", range(2, 4))
    with (nights.inbox / "calls.csv").open("a") as file:
        file.write("r9,soon,No date\n")

    ended = nights.typed()

    assert ended.code == 4
    assert nights.taken() == []
    assert nights.files() == ["quarantine/calls.csv"]
    assert reason_beside(nights).startswith("calls.csv was not imported: stopped.\n")
    assert said in reason_beside(nights)


def test_a_guard_speaks_although_no_row_was_left_to_send(nights: Nights) -> None:
    nights.arrives("all.csv", range(2, 6))
    nights.held()
    nights.configure("min_rows: 4")
    nights.arrives("few.csv", range(2, 4))

    [job] = nights.held().jobs

    assert (job.status, job.files[0].counts["duplicate"]) == (NightStatus.STOPPED, 2)
    assert "fewer than min_rows 4" in job.files[0].reason


def test_a_file_of_an_unusual_size_is_put_aside(nights: Nights) -> None:
    nights.configure("usual_rows: 50%..200%")
    imported_before(nights, 8, 8, 9)
    nights.arrives("few.csv", range(50, 53))
    nights.arrives("more.csv", range(60, 76))

    few, more = nights.held().jobs[0].files

    assert few.reason == (
        "The file has 3 rows, and 8 are usual (the median of the last 3 files): that "
        "is outside usual_rows 50%..200%. Nothing was sent."
    )
    assert (few.status, more.status) == (NightStatus.STOPPED, NightStatus.OK)


def usual(folder: Path, band: Band, before: tuple[int, ...], limit: int) -> list[int]:
    """The numbers of rows, from 1 to a limit, that are usual."""
    record = RunRecord(
        name="run",
        command="nightly",
        dry_run=False,
        target="",
        workspace="",
        mapping_name="",
        mapping_sha256="",
        started_at=NOON,
        reports="",
    )
    guard = UnusualRows(band, before)
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        return [
            rows
            for rows in range(1, limit + 1)
            if not guard.objection(
                Plan(folder, (), (), (), (rows,), {}), record, ledger
            )
        ]


@pytest.mark.parametrize(
    ("band", "before", "expected"),
    [
        (Band(50, 200), (8, 8, 8), range(4, 17)),
        (Band(None, 200), (1, 8, 90), range(1, 17)),
        (Band(50, None), (8, 8, 8, 10), range(4, 21)),
        (Band(50, 200), (8, 8), range(1, 21)),
    ],
)
def test_what_is_usual(
    tmp_path: Path, band: Band, before: tuple[int, ...], expected: range
) -> None:
    assert usual(tmp_path, band, before, 20) == list(expected)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 no archive", "not"),
        (b"Number,Moment\n1,2024-03-01\n", "The mapping does not fit"),
    ],
)
def test_a_file_that_cannot_be_read_is_put_aside(
    nights: Nights, content: bytes, said: str
) -> None:
    (nights.inbox / "calls.csv").write_bytes(content)
    nights.arrives("later.csv", range(2, 4))

    ended = nights.typed()

    assert ended.code == 1
    assert nights.files() == ["archive/later.csv", "quarantine/calls.csv"]
    assert said in reason_beside(nights)


def test_a_file_put_aside_is_run_when_it_comes_again(nights: Nights) -> None:
    nights.configure("min_rows: 4")
    nights.arrives("calls.csv", range(2, 5))
    nights.held()
    nights.configure()
    nights.arrives("calls.csv", range(2, 5))

    assert nights.held().status is NightStatus.OK
    assert nights.taken() == [2, 3, 4]


def test_the_reason_of_a_file_goes_when_the_file_is_taken_again(
    nights: Nights,
) -> None:
    nights.configure("min_rows: 4")
    for name, rows in {"a.csv": range(2, 5), "b.csv": range(5, 7)}.items():
        nights.arrives(name, rows)
    nights.held()
    quarantine = nights.folder / "quarantine" / "calls"
    (quarantine / "c.csv.reason.txt").write_text("a person's")
    (quarantine / "a.csv").rename(nights.inbox / "a again.csv")
    shutil.copy(quarantine / "b.csv", nights.inbox)
    nights.configure()

    assert nights.held().status is NightStatus.OK
    assert sorted(path.name for path in quarantine.iterdir()) == [
        *("b.csv", "b.csv.reason.txt", "c.csv.reason.txt"),
    ]


def test_what_the_api_did_not_take_is_sent_the_next_night(nights: Nights) -> None:
    key = nights.folder / "key"
    key.touch(mode=0o600)
    key.write_text("wrong", encoding="utf-8")
    nights.configure(top="api_key_file: key")
    nights.arrives("calls.csv", range(2, 5))
    nights.arrives("later.csv", range(5, 7))
    [job] = nights.held().jobs
    [file] = job.files
    assert (file.name, file.status) == ("calls.csv", NightStatus.STOPPED)
    assert file.hint.endswith("It stays where it is, and goes on by itself next time.")
    assert nights.files() == ["inbox/later.csv", "work/calls.csv"]

    assert nights.sandbox is not None
    key.write_text(nights.sandbox.api_key, encoding="utf-8")
    first, later = nights.held().jobs[0].files

    assert (first.run, first.status) == (file.run, NightStatus.OK)
    assert (later.name, later.status) == ("later.csv", NightStatus.OK)
    assert nights.taken() == [2, 3, 4, 5, 6]
    assert nights.files() == ["archive/calls.csv", "archive/later.csv"]


def test_a_name_that_cannot_be_imported_needs_a_person_and_keeps_no_other(
    nights: Nights,
) -> None:
    nights.arrives("calls\n.csv", range(2, 4))
    nights.arrives("more.csv", range(4, 6))

    [job] = nights.held().jobs

    assert (job.status, job.reason, job.hint) == (
        NightStatus.ATTENTION,
        "'calls .csv' has characters in its name that are no text.",
        "Rename it: letters, digits, blanks, '-', '_' and '.' are right.",
    )
    assert nights.taken() == [4, 5]


def test_a_job_that_cannot_be_done_does_not_keep_others_back(nights: Nights) -> None:
    other = (
        "  - {name: other, inbox: nowhere, pattern: '*', mapping: calls.yaml}\n"
        "  - {name: third, inbox: inbox, pattern: '*.csv', mapping: gone.yaml}\n"
    )
    text = nights.config.read_text("utf-8")
    nights.config.write_text(text.replace("jobs:\n", f"jobs:\n{other}"), "utf-8")
    nights.arrives("calls.csv", range(2, 4))

    night = nights.held()

    assert [(job.job, job.status.value) for job in night.jobs] == [
        ("other", "failed"),
        ("third", "failed"),
        ("calls", "ok"),
    ]
    assert night.jobs[0].reason == (
        "The inbox cannot be read: No such file or directory. "
        f"({nights.folder / 'nowhere'})"
    )
    assert night.jobs[1].reason.startswith("There is no mapping 'gone.yaml'")
    assert night.status is NightStatus.FAILED


def test_what_others_cannot_be_told_fails_no_night(nights: Nights) -> None:
    class Broken:
        def begun(self, at: object) -> None:
            raise OSError("no network")

        def ended(self, night: object) -> None:
            raise RuntimeError("a bug")

    nights.onlookers = (Broken(),)
    nights.arrives("calls.csv", range(2, 4))

    assert nights.held().status is NightStatus.OK


def test_the_document_of_a_night(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 4))

    ended = nights.typed("--json", "-q")

    told = json.loads(ended.out)
    [job] = told["jobs"]
    [file] = job["files"]
    assert (ended.err, ended.code) == ("", 0)
    assert set(told) == {
        *("schema", "status", "exit_code", "started_at", "ended_at", "reason"),
        *("hint", "jobs", "mistakes"),
    }
    assert {name: job[name] for name in ("job", "status", "notices")} == {
        "job": "calls",
        "status": "ok",
        "notices": [],
    }
    assert Path(file["now_at"]).name == "calls.csv"
    assert file["counts"] == {
        "read": 2,
        "created": 2,
        "duplicate": 0,
        "skipped": 0,
        "valid": 0,
        "invalid": 0,
        "rejected": 0,
        "uncertain": 0,
        "unsent": 0,
    }


def test_a_configuration_that_is_wrong_is_told_in_json_too(nights: Nights) -> None:
    nights.config.write_text("version: 1\n", encoding="utf-8")

    ended = nights.typed("--json")

    told = json.loads(ended.out)
    assert (ended.code, told["exit_code"], told["status"]) == (1, 1, "failed")
    assert told["reason"].startswith("The configuration has 1 mistake.")


def test_a_job_that_nobody_knows_is_wrong_usage(nights: Nights) -> None:
    ended = nights.typed("--job", "cals")

    assert ended.code == 2
    assert "There is no job 'cals'. Did you mean 'calls'?" in ended.err


def test_the_log_names_files_and_runs_and_no_cell(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 4))
    with (nights.inbox / "calls.csv").open("a") as file:
        file.write("r9,Grace Hopper,No date\n")
    ended = nights.typed()

    log = nights.log()

    path = nights.ledger.with_name("ledger.sqlite.nightly.log")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [line["event"] for line in log] == [
        *("begun", "taken", "run", "file", "job", "ended"),
    ]
    [end] = [line for line in log if line["event"] == "file"]
    assert end["run"] in ended.out
    assert (end["file"], end["status"], end["counts"]) == (
        "calls.csv",
        "attention",
        {"created": 2, "invalid": 1},
    )
    assert nights.sandbox is not None
    told = path.read_text("utf-8") + ended.err
    assert "Hopper" not in told
    assert nights.sandbox.api_key not in told


def test_a_report_without_a_key_is_put_aside_and_one_with_a_key_is_taken(
    nights: Nights,
) -> None:
    lines = "Id,When,What,_status,_code,_message,_hint\nr2,2024-03-01,x,invalid,,,\n"
    for keyed, status in ((False, NightStatus.STOPPED), (True, NightStatus.OK)):
        mapping = MAPPING if keyed else MAPPING.replace("key: [Id]\n", "")
        (nights.folder / "calls.yaml").write_text(mapping, encoding="utf-8")
        (nights.inbox / f"fix-me-{keyed}.csv").write_text(lines + "\n" * keyed, "utf-8")

        [file] = nights.held().jobs[0].files

        assert file.status is status, file.reason
    assert "it is not known which run it corrects" in reason_beside(nights)


def test_the_log_says_why_and_how_grave_it_is(nights: Nights) -> None:
    (nights.inbox / "calls.csv").write_text("", encoding="utf-8")

    nights.typed()

    told = {line["event"]: line for line in nights.log()}
    levels = {event: told[event]["level"] for event in ("begun", "file", "ended")}
    assert levels == {"begun": "info", "file": "error", "ended": "error"}
    assert told["file"]["reason"] == "The file is empty."
    assert told["job"]["level"] == "error"


def test_a_night_that_waits_says_so(nights: Nights) -> None:
    nights.configure("settle: 5m")
    path = nights.arrives("calls.csv", range(2, 4))
    now = nights.clock.now().timestamp()
    os.utime(path, (now, now))

    nights.held()

    log = (nights.folder / "night.log").read_text("utf-8").splitlines()
    [waits] = [each for each in map(json.loads, log) if each["event"] == "waits"]
    assert (waits["files"], waits["seconds"]) == (1, 300)
    assert [round(seconds) for seconds in nights.clock.waits] == [300]


def test_without_a_key_a_night_says_where_it_is_to_be_named(nights: Nights) -> None:
    nights.arrives("calls.csv", range(2, 4))

    ended = activity_import("nightly", nights.config, REEVO_API_KEY="")

    assert ended.code == 1
    assert "name a file by `api_key_file`. To try without a key: `sandbox: true`." in (
        ended.out
    )
    assert "--api-key-file" not in ended.out + ended.err
