"""Why a file was not imported: what is told of it, and what only stands beside it."""

import pytest

from pipeline.nightly.endings import FileEnding, NightStatus
from tests.nightly.nights import Nights

HEADERLESS = "Jane Doe,jane@example.org\nJohn Roe,john@example.org\n"
LISTED = """\
  category: {from: Kind, values: {Call: CALL}, otherwise: OTHER}
"""


def reason_beside(nights: Nights) -> str:
    [path] = nights.folder.glob("quarantine/calls/*.reason.txt")
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text("utf-8")


def only_file(nights: Nights) -> FileEnding:
    [job] = nights.held().jobs
    [file] = job.files
    return file


def with_kinds(nights: Nights, name: str, header: str, kind: str) -> None:
    """A file with one more column, or with two."""
    rows = [f"{name}{n},2024-03-01 10:00:00,{nights.name} {n},{kind}" for n in "12"]
    text = "\n".join([f"Id,When,What,{header}", *rows]) + "\n"
    (nights.inbox / f"{name}.csv").write_text(text, encoding="utf-8")


def test_the_first_row_of_a_file_without_header_is_told_to_nobody(
    nights: Nights,
) -> None:
    (nights.inbox / "calls.csv").write_text(HEADERLESS, encoding="utf-8")

    ended = nights.typed("--json")

    log = nights.ledger.with_name("ledger.sqlite.nightly.log").read_text("utf-8")
    assert "jane" not in (ended.out + ended.err + log).lower()
    assert (
        "The mapping does not fit the file: it has 2 columns, and the mapping knows 0 "
        "of them. The file has no column 'Id'. The file has no column 'When'."
        in ended.out
    )
    assert "The file has these columns: Jane Doe, jane@example.org." in reason_beside(
        nights
    )


def test_cells_that_a_refusal_quotes_stand_beside_the_file_only(
    nights: Nights,
) -> None:
    text = (nights.folder / "calls.yaml").read_text("utf-8")
    text = text.replace("from: When", "from: When, formats: [day_or_month_first]")
    (nights.folder / "calls.yaml").write_text(text, encoding="utf-8")
    nights.arrives("calls.csv", range(2, 3))
    path = nights.inbox / "calls.csv"
    path.write_text("Id,When,What\n1,03/04/2024,Hello\n", encoding="utf-8")

    file = only_file(nights)

    told = file.reason + file.hint
    assert "03/04/2024" not in told
    assert "no row tells which" in told
    assert "03/04/2024" in reason_beside(nights)


@pytest.mark.parametrize("said", ["", "columns", "values"])
def test_what_changed_is_told_without_what_only_the_file_holds(
    nights: Nights, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (nights.folder / "calls.yaml").write_text(
        (nights.folder / "calls.yaml").read_text("utf-8") + LISTED, encoding="utf-8"
    )
    nights.configure("on_drift: stop")
    with_kinds(nights, "calls1", "Kind", "Call")
    assert nights.held().status is NightStatus.OK
    header, kind = {"": ("Kind", "Call"), "columns": ("Kind,Jane", "Call,x")}.get(
        said, ("Kind", "Jane Doe")
    )
    with_kinds(nights, "calls2", header, kind)

    ended = nights.typed()

    told = {
        "": "",
        "columns": "new columns that the mapping does not know: 1.",
        "values": "new values in 'Kind' (for category): 1.",
    }[said]
    assert told in ended.out
    assert "Jane" not in ended.out + ended.err
    assert (ended.code == 4) == bool(said)
    assert not said or "Jane" in reason_beside(nights)


def test_a_file_that_a_guard_stopped_can_be_run_by_what_is_typed(
    nights: Nights,
) -> None:
    nights.configure("min_rows: 4\nlookups: ids")
    nights.arrives("calls.csv", range(2, 4))

    file = only_file(nights)

    folder = nights.folder
    assert nights.sandbox is not None
    options = [
        f"--ledger={nights.ledger}",
        f"--base-url={nights.sandbox.url}",
        f"--reports={folder / 'reports'}",
        f"--lookups={folder / 'ids'}",
    ]
    assert file.next == (
        f"activity-import run {folder / 'quarantine/calls/calls.csv'} "
        f"-m {folder / 'calls.yaml'} {' '.join(options)}",
    )
    assert f"To type: {file.next[0]}\n" in reason_beside(nights)


def test_limits_are_called_as_in_the_configuration(nights: Nights) -> None:
    nights.configure("max_invalid: 0")
    nights.arrives("calls.csv", range(2, 4), when="soon")

    file = only_file(nights)

    assert "--" not in file.reason + file.hint
    assert "2 of 2 rows are invalid, more than max_invalid 0 allows." in file.reason
    assert "change `max_invalid`; then move the file back into the inbox" in file.hint


def test_paths_hold_in_every_folder(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(nights.folder)
    nights.arrives("calls.csv", range(2, 4), when="soon")

    file = only_file(nights)

    assert file.reports is not None
    assert file.reports.parent == nights.folder / "reports"
    [fix] = file.next
    assert fix.startswith(f"activity-import run {file.reports / 'fix-me.csv'} -m ")
    assert f"--ledger={nights.ledger}" in fix


def test_what_goes_on_by_itself_is_not_to_be_resumed(nights: Nights) -> None:
    key = nights.folder / "key"
    key.touch(mode=0o600)
    key.write_text("wrong", encoding="utf-8")
    nights.configure(top="api_key_file: key")
    nights.arrives("calls.csv", range(2, 4))

    file = only_file(nights)

    assert file.status is NightStatus.STOPPED
    assert "resume" not in " ".join([file.hint, *file.next])
    assert file.hint.endswith("It stays where it is, and goes on by itself next time.")


def test_what_is_to_be_done_is_said_once(nights: Nights) -> None:
    (nights.inbox / "calls.csv").write_text("", encoding="utf-8")

    nights.held()

    assert reason_beside(nights).count("xport or copy it again") == 1


def test_a_job_without_a_key_is_asked_once_when_its_rules_change(
    nights: Nights,
) -> None:
    mapping = nights.folder / "calls.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("key: [Id]\n", ""), "utf-8")
    nights.arrives("calls-1.csv", range(1, 4))
    nights.held()
    nights.configure("timezone: Asia/Tokyo")
    nights.arrives("calls-2.csv", range(3, 6))

    asked = only_file(nights)

    assert asked.status is NightStatus.STOPPED
    assert "the mapping or the time zone is not that of run" in asked.reason
    assert "write `allow_repeats: true` for the job" in asked.hint
    assert nights.taken() == [1, 2, 3]

    nights.configure("timezone: Asia/Tokyo\nallow_repeats: true")
    nights.arrives("calls-3.csv", range(4, 6))
    nights.held()
    nights.configure("timezone: Asia/Tokyo")
    nights.arrives("calls-4.csv", range(5, 8))

    assert only_file(nights).status is NightStatus.OK
    assert nights.taken() == [1, 2, 3, 4, 5, 6, 7]


def test_a_column_that_several_fields_lack_is_told_once(nights: Nights) -> None:
    mapping = nights.folder / "calls.yaml"
    text = mapping.read_text("utf-8") + "  description: {from: What}\n"
    mapping.write_text(text, encoding="utf-8")
    (nights.inbox / "calls.csv").write_text(
        "Id,When\n1,2024-03-01 10:00:00\n", encoding="utf-8"
    )

    assert only_file(nights).reason.count("no column 'What'") == 1
