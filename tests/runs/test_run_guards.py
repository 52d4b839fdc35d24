"""What keeps a plan from being sent, and what a person is asked before it is."""

import os
import pty
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from openpyxl import Workbook

from pipeline.ledger import Ledger, RunRecord
from pipeline.plan import Plan
from pipeline.runs.guards import AGAINST_REPEATS
from pipeline.sandbox.process import Sandbox, running_sandbox
from pipeline.stages.post import Posted
from tests.commands import Ended, activity_import, outcomes
from tests.runs.givens import MAPPING, source

pytestmark = pytest.mark.usefixtures("here")
_HEEDED_WITHIN = 10.0
RUN = ("run", "rows.csv", "-m", "plain.yaml")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The stand-in at an address of its own: to the program it is a real target."""
    with running_sandbox() as running:
        monkeypatch.setenv("REEVO_BASE_URL", running.url)
        monkeypatch.setenv("REEVO_API_KEY", running.api_key)
        yield running


def taken(api: Sandbox) -> list[str]:
    listed = httpx.get(f"{api.url}/_sandbox/activities").json()
    return [one["body"]["attributes"]["metadata"]["subject"] for one in listed]


@dataclass
class Terminal:
    """A program on a terminal of its own, and what stands on it."""

    process: int
    master: int
    text: str = ""

    def until(self, words: str) -> None:
        """Reads until the words are there."""
        while words not in self.text:
            self.text += os.read(self.master, 4096).decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Sends SIGINT until it is heeded.

        A prompt that is written but does not wait yet misses one: Python's readline
        looks for signals only when its waiting is interrupted.
        """
        at_end = False
        while not at_end:
            os.kill(self.process, signal.SIGINT)
            at_end = self._reads_to_the_end(patience=_HEEDED_WITHIN)

    def ended(self) -> int:
        """Reads to the end; the exit code."""
        self._reads_to_the_end()
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _reads_to_the_end(self, patience: float | None = None) -> bool:
        """False when nothing more is said for so many seconds."""
        while select.select([self.master], [], [], patience)[0]:
            try:
                more = os.read(self.master, 4096)
            except OSError:  # how a terminal ends on Linux
                return True
            if not more:
                return True
            self.text += more.decode(errors="replace")
        return False

    def outcome(self, code: int) -> str:
        """What it said, when it has left with `code`."""
        left = self.ended()
        assert left == code, self.text
        return self.text.replace("\r\n", "\n")


@contextmanager
def terminal(*words: str) -> Iterator[Terminal]:
    process, master = pty.fork()
    if process == 0:
        command = [sys.executable, "-m", "pipeline", *words]
        os.execv(command[0], command)  # noqa: S606 - our own program
    try:
        yield Terminal(process, master)
    finally:
        os.close(master)


def test_the_first_real_run_shows_what_it_will_do_and_asks_once(api: Sandbox) -> None:
    source(3)
    with terminal(*RUN, "--workspace", "sales", "-q") as asked:
        asked.until("Send them? [y/N]: ")
        assert taken(api) == []
        asked.type("y\n")
        said = asked.outcome(0)

    assert (
        "This is the first run against this target.\n"
        "  rows to send  3\n"
        f"  target        {api.url}\n"
        "  workspace     sales\n"
        "The API offers no undo. Send them? [y/N]: "
    ) in said
    assert len(taken(api)) == 3

    source(4)
    with terminal(*RUN, "--workspace", "sales", "-q") as again:
        assert "Send them?" not in again.outcome(0)
    with terminal(*RUN, "--workspace", "other", "-q") as elsewhere:
        elsewhere.until("Send them? [y/N]: ")
        elsewhere.type("\n")
        assert "You did not confirm. Nothing was sent." in elsewhere.outcome(4)
    assert len(taken(api)) == 4


def test_ctrl_c_at_the_question_is_an_interruption(api: Sandbox) -> None:
    source(2)
    with terminal(*RUN, "-q") as asked:
        asked.until("Send them? [y/N]: ")
        asked.interrupt()
        assert "You stopped the run before anything was sent." in asked.outcome(130)

    assert taken(api) == []


@pytest.mark.parametrize("words", [("--yes",), ("--sandbox",)])
def test_who_said_yes_or_rehearses_is_not_asked(
    api: Sandbox, words: tuple[str, ...]
) -> None:
    source(2)
    with terminal(*RUN, "-q", *words) as unasked:
        assert "Send them?" not in unasked.outcome(0)

    assert len(taken(api)) == (2 if words == ("--yes",) else 0)


def test_nobody_is_asked_where_nobody_is(api: Sandbox) -> None:
    source(2)

    assert activity_import(*RUN).code == 0
    assert len(taken(api)) == 2


def test_a_pilot_is_spread_over_the_source_and_shown_before_the_rest_goes(
    api: Sandbox,
) -> None:
    source(10)
    with terminal(*RUN, "--pilot", "3", "-q", "--yes") as piloted:
        said = piloted.outcome(0)
    assert taken(api)[:3] == ["Call 2", "Call 5", "Call 8"]
    assert len(taken(api)) == len(set(taken(api))) == 10
    assert said.count("each with one outcome") == 1

    with terminal(*RUN, "--pilot", "3", "--workspace", "b") as asked:
        asked.until("Send them? [y/N]: ")
        asked.type("y\n")
        asked.until("Send the other 7 rows? [y/N]: ")
        assert taken(api)[10:] == ["Call 2", "Call 5", "Call 8"]
        asked.type("y\n")
        said = asked.outcome(0)
    assert "Pilot: 3 rows went first." in said
    assert "  row 5  created  " in said
    assert "It is linked to no record: the API shows it nowhere." in said
    assert len(taken(api)) == 20


def test_a_pilot_that_nobody_looks_at_stops_and_resume_sends_the_rest(
    api: Sandbox,
) -> None:
    source(5)
    ended = activity_import(*RUN, "--pilot", "2")

    assert (ended.code, len(taken(api))) == (4, 2)
    assert "Pilot: 2 rows went first." in ended.err
    assert "The run stopped after its pilot. When the rows look right" in ended.out
    assert f"activity-import resume {ended.run}" in ended.out

    resumed = activity_import("resume", ended.run)
    assert (resumed.code, sorted(taken(api))) == (
        0,
        [f"Call {row}" for row in range(2, 7)],
    )


def test_a_pilot_shows_what_the_timeline_says_of_its_rows(api: Sandbox) -> None:
    contact = "b4d343a8-4b68-41c7-9dba-58587dc7abbe"
    Path("rows.csv").write_text(
        f"Id,When,What,Who\n1,2024-03-01,Call Ada,{contact}\n2,2024-03-01,x,{'0' * 8}\n"
    )
    Path("plain.yaml").write_text(MAPPING + "  contact_ids: {from: Who}\n")
    ended = activity_import(*RUN, "--pilot", "5")

    assert ended.code == 3
    assert (
        f"    In the timeline of contact {contact}: 'Call Ada', created " in ended.err
    )
    assert "(when it was sent)." in ended.err
    assert len(taken(api)) == 1


def test_a_pilot_of_all_rows_has_nobody_to_ask(api: Sandbox) -> None:
    source(2)
    ended = activity_import(*RUN, "--pilot", "9")

    assert (ended.code, len(taken(api))) == (0, 2)


def test_a_source_without_rows_stops_the_run(api: Sandbox) -> None:
    source(0)
    stopped, dry = activity_import(*RUN), activity_import(*RUN, "--dry-run")
    allowed = activity_import(*RUN, "--allow-empty")

    assert (stopped.code, dry.code, allowed.code) == (4, 4, 0)
    told = "The source has a header and no rows. Was the export complete?"
    assert told in stopped.out
    assert "resume" not in stopped.out
    assert api.url in stopped.out


@pytest.mark.parametrize("change", ["key: [Id, What]", "key: [Id]\nsystem: renamed"])
def test_content_that_was_imported_under_another_key_or_system_is_not_sent(
    api: Sandbox, change: str
) -> None:
    source(8)
    activity_import(*RUN)
    Path("plain.yaml").write_text(MAPPING.replace("key: [Id]", change))
    source_of_more = Path("rows.csv").read_text() + "r99,2024-05-05,New\n"
    Path("rows.csv").write_text(source_of_more)

    foreseen, stopped = activity_import(*RUN, "--dry-run"), activity_import(*RUN)
    assert (foreseen.code, stopped.code, len(taken(api))) == (4, 4, 8)
    assert (
        "Of 9 rows to send that were compared, 8 have the very content of activities "
        "imported before as other records. Was the `key` or the `system` of the "
        "mapping changed? Nothing was sent."
    ) in stopped.out
    assert " type:\n  activity-import history" in stopped.out

    resumed = activity_import("resume", stopped.run)
    assert (resumed.code, len(taken(api))) == (4, 8)
    ordered = activity_import("resume", stopped.run, "--allow-repeats")
    assert (ordered.code, len(taken(api))) == (0, 17)


def test_a_few_rows_with_content_of_others_go_in(api: Sandbox) -> None:
    source(4)
    activity_import(*RUN)
    lines = [f"n{row},2024-06-0{row},New {row}\n" for row in range(1, 6)]
    same = [f"s{row},2024-03-01 10:00:00,Call {row}\n" for row in range(2, 5)]
    Path("rows.csv").write_text("Id,When,What\n" + "".join(lines + same))

    assert activity_import(*RUN).code == 0
    assert len(taken(api)) == 12


KEYLESS = MAPPING.replace("key: [Id]\n", "")


def test_a_source_that_looks_new_under_another_time_zone_is_not_sent_twice(
    api: Sandbox,
) -> None:
    source(3)
    lines = Path("rows.csv").read_text().replace("Z,", ",")
    Path("rows.csv").write_text(lines)
    Path("plain.yaml").write_text(KEYLESS)
    first = activity_import(*RUN, "--timezone", "UTC")
    elsewhere = (*RUN, "--timezone", "America/New_York")

    foreseen = activity_import(*elsewhere, "--dry-run")
    stopped = activity_import(*elsewhere)
    limited = activity_import(*elsewhere, "--limit", "1")
    assert (foreseen.code, stopped.code, limited.code) == (4, 4, 4), limited.out
    assert (
        f"3 rows of this very source went out before (run {first.run}), and 3 more "
        "would be sent now that look new. It has 3 rows: at least 3 would be there "
        "twice. "
        "Was the time zone, a field, the `key` or the `system` changed? Nothing was "
        "sent. Run it as it was run then. If these are other activities all the same, "
        "add --allow-repeats."
    ) in " ".join(stopped.out.split())
    assert "It has 3 rows: at least 1 would be" in " ".join(limited.out.split())
    assert len(taken(api)) == 3
    assert activity_import(*RUN, "--timezone", "UTC").code == 0
    assert len(taken(api)) == 3

    assert activity_import("resume", stopped.run).code == 4
    assert activity_import("resume", stopped.run, "--allow-repeats").code == 0
    assert len(taken(api)) == 6


def test_rows_that_were_not_sent_before_go_in_when_the_mapping_is_mended(
    api: Sandbox,
) -> None:
    source(4)
    wrong = Path("rows.csv").read_text().replace("2024-03-01 10:00:00Z", "01.03.24", 2)
    Path("rows.csv").write_text(wrong)
    Path("plain.yaml").write_text(KEYLESS)
    assert activity_import(*RUN).code == 3
    formats = "from: When, formats: [iso, '%d.%m.%y']"
    Path("plain.yaml").write_text(KEYLESS.replace("from: When", formats))

    assert activity_import(*RUN, "--limit", "1").code == 0
    assert activity_import(*RUN).code == 0
    assert len(taken(api)) == len(set(taken(api))) == 4


def test_the_sheets_of_a_workbook_are_sources_of_their_own(api: Sandbox) -> None:
    source(0)
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in ("North", "South"):
        sheet = book.create_sheet(name)
        sheet.append(["Id", "When", "What"])
        sheet.append([f"{name}-1", "2024-03-01 10:00:00Z", f"Call {name}"])
    book.save("rows.xlsx")
    sheets = ("run", "rows.xlsx", "-m", "plain.yaml", "--sheet")

    assert [activity_import(*sheets, name).code for name in ("North", "South")] == [
        0,
        0,
    ]
    assert taken(api) == ["Call North", "Call South"]


def test_what_another_workspace_took_is_no_reason_to_stop(api: Sandbox) -> None:
    source(8)
    activity_import(*RUN, "--workspace", "old")
    Path("plain.yaml").write_text(MAPPING.replace("key: [Id]", "key: [Id, What]"))

    assert activity_import(*RUN).code == 0
    assert len(taken(api)) == 16


@pytest.mark.parametrize(("limit", "refused"), [("2", 3), ("50%", 4), ("40%", 3)])
def test_too_many_refusals_stop_the_run_as_it_goes(
    api: Sandbox, limit: str, refused: int
) -> None:
    """The share is held against the rows there are, since they are few."""
    lines = [f"r{row},2024-03-01,{'x' * 256}\n" for row in range(2, 9)]
    Path("rows.csv").write_text("Id,When,What\n" + "".join(lines))
    mapping = MAPPING.replace("from: What", "from: What, max_length: 300")
    Path("plain.yaml").write_text(mapping)
    ended = activity_import(*RUN, "--max-failed", limit, "--concurrency", "1")

    assert ended.code == 4
    told = f"{refused} of {refused} rows were refused, more than --max-failed {limit}"
    assert told in ended.out
    assert [status for status, _ in outcomes(ended.run).values()] == [
        *["rejected"] * refused,
        *["unsent"] * (7 - refused),
    ]
    assert taken(api) == []


def test_a_scenario_needs_the_sandbox() -> None:
    source(1)
    ended = activity_import(*RUN, "--scenario", "outage", REEVO_API_KEY="k")

    assert ended.code == 2
    assert "--scenario is for the sandbox: add --sandbox." in ended.err


def test_an_unknown_scenario_is_told_with_the_nearest() -> None:
    source(1)
    ended = activity_import(*RUN, "--sandbox", "--scenario", "outige")

    assert ended.code == 2
    assert "Did you mean 'outage'?" in ended.err


def test_without_a_key_a_file_of_old_and_new_rows_is_not_read_by_other_rules(
    api: Sandbox,
) -> None:
    def day(number: int, rows: range) -> None:
        lines = [f"{row},2024-03-{row:02} 10:00:00,Call {row}\n" for row in rows]
        Path(f"calls-{number}.csv").write_text("Id,When,What\n" + "".join(lines))

    def read(number: int, *options: str) -> Ended:
        return activity_import(
            "run", f"calls-{number}.csv", "-m", "plain.yaml", *options
        )

    Path("plain.yaml").write_text(KEYLESS)
    day(1, range(1, 5))
    day(2, range(4, 12))
    day(3, range(11, 14))
    first = read(1)

    elsewhere = ("--timezone", "Asia/Tokyo")
    stopped, foreseen = read(2, *elsewhere), read(2, *elsewhere, "--dry-run")
    assert (first.code, stopped.code, foreseen.code, len(taken(api))) == (0, 4, 4, 4)
    assert (
        "8 rows look new, but the mapping or the time zone is not that of run "
        f"{first.run}, which read the last source of this name. The mapping has no "
        "`key`: a row that was imported then would be there twice. Nothing was sent."
    ) in " ".join(stopped.out.split())
    assert activity_import("resume", stopped.run).code == 4
    assert (read(2).code, len(taken(api))) == (0, 11)

    Path("plain.yaml").write_text(KEYLESS + "# another rule\n")
    asked = read(3)
    assert "that of run" in asked.out
    assert (asked.code, len(taken(api))) == (4, 11)
    assert activity_import("resume", asked.run, "--allow-repeats").code == 0
    day(4, range(14, 16))
    assert (read(4).code, len(taken(api))) == (0, 15)


def test_a_run_that_was_stopped_is_a_reader_too(api: Sandbox) -> None:
    source(3)
    Path("plain.yaml").write_text(KEYLESS)
    pilot = activity_import(*RUN, "--pilot", "1")
    Path("plain.yaml").write_text(KEYLESS + "# another rule\n")
    more = Path("rows.csv").read_text() + "r9,2024-05-05,New\n"
    Path("rows (1).csv").write_text(more)

    stopped = activity_import("run", "rows (1).csv", "-m", "plain.yaml")

    assert (pilot.code, stopped.code, len(taken(api))) == (4, 4, 1)
    assert f"is not that of run {pilot.run}" in " ".join(stopped.out.split())


def test_with_a_key_a_mapping_is_mended_as_often_as_one_likes(api: Sandbox) -> None:
    source(3)
    activity_import(*RUN)
    Path("plain.yaml").write_text(MAPPING + "# another rule\n")
    Path("rows.csv").write_text(Path("rows.csv").read_text() + "r9,2024-05-05,New\n")

    assert (activity_import(*RUN).code, len(taken(api))) == (0, 4)


def test_a_dry_run_has_no_pilot(api: Sandbox) -> None:
    source(3)

    refused = activity_import(*RUN, "--dry-run", "--pilot", "2")

    assert (refused.code, taken(api)) == (2, [])
    assert "A dry run sends no row, also no pilot of some." in refused.err


@dataclass
class Meanwhile:
    """Another run of these rows, after the plan was made, before it is looked at."""

    words: tuple[str, ...]
    ended: Ended | None = None

    def objection(self, plan: Plan, run: RunRecord, ledger: Ledger) -> Posted | None:
        if self.ended is None:
            self.ended = Ended(0, "", "")
            self.ended = activity_import(*self.words)
        return None


def test_what_another_run_sends_meanwhile_is_no_reason_to_stop(
    api: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(8)
    other = Meanwhile((*RUN, "--limit", "4"))
    guards = (other, *AGAINST_REPEATS)
    monkeypatch.setattr("pipeline.cli.orders.AGAINST_REPEATS", guards)

    ended = activity_import(*RUN)

    assert other.ended is not None
    assert (other.ended.code, ended.code) == (0, 0)
    assert len(taken(api)) == len(set(taken(api))) == 8
    assert [status for status, _ in outcomes(ended.run).values()] == [
        *["duplicate"] * 4,
        *["created"] * 4,
    ]
