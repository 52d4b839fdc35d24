"""Thirty nights in which everything happens: no row twice, no file lost, no idle mail.

The API, the mail server and the kills are real; the clock is not.
"""

import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from pipeline.ledger import Ledger
from pipeline.nightly.journal import Journal
from tests.commands import activity_import
from tests.nightly.month import MAILS, MONTH, SEED, Nights, files, mended
from tests.nightly.month_files import ACCOUNTS, UNREADABLE, Activity, File
from tests.nightly.month_lived import (
    ALONE_ON_DISKS,
    FIRST,
    FIRST_KEY,
    SECOND_KEY,
    Month,
    Told,
    lived,
)
from tests.nightly.month_mails import table
from tests.nightly.month_wishes import CODES, WANTED

OUR_OWN = (".reason.txt", ".done", "lock")


class Message(NamedTuple):
    """Of which start a message tells whom, when it came, and the event of each job."""

    at: datetime
    of: datetime
    to: str
    jobs: dict[str, str]


def moment(night: int, hour: str) -> datetime:
    hours, minutes = map(int, hour.split(":"))
    return FIRST + timedelta(days=night - 1, hours=hours, minutes=minutes)


@pytest.fixture(scope="module")
def small_disks() -> None:
    """Where nobody may mount one, there is no month."""
    mount = [*ALONE_ON_DISKS, "mount", "-t", "tmpfs", "none", "/tmp"]  # noqa: S108
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr}")


@pytest.fixture(scope="module")
def month(
    small_disks: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Month]:
    with lived(tmp_path_factory.mktemp("month"), MONTH, SEED) as whole_month:
        yield whole_month


def taken(month: Month) -> Counter[Activity]:
    """What the API holds."""
    names = {account: job for job, account in ACCOUNTS.items()}
    listed = httpx.get(f"{month.town.api_url}/_sandbox/activities").json()
    told = (each["body"]["attributes"] for each in listed)
    return Counter(
        Activity(
            each["metadata"]["subject"],
            each["metadata"]["activity_time"],
            each["metadata"]["category"],
            names[each["account_id"]],
        )
        for each in told
    )


def due(nights: Nights = MONTH) -> Counter[Activity]:
    """Of rows that several files have, as many as the file that has most of them."""
    whole: Counter[Activity] = Counter()
    for file in (*files(nights), *mended(nights)):
        if file.is_imported:
            whole |= file.activities()
    return whole


def places(month: Month) -> list[tuple[str, str, str, str]]:
    """Folder, job, name and content of each file that somebody else wrote."""
    found = [
        path
        for place in ("inbox", "archive", "quarantine")
        for path in (month.folder / place).rglob("*")
        if path.is_file() and not path.name.endswith(OUR_OWN)
    ]
    return sorted(_place(path.relative_to(month.folder), path) for path in found)


def _place(relative: Path, path: Path) -> tuple[str, str, str, str]:
    place, job = relative.parts[:2]
    return place, job, path.name, _digest(path.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def due_places(arrived: tuple[File, ...]) -> list[tuple[str, str, str, str]]:
    return sorted(
        (file.ends, file.job, file.name, _digest(file.content))
        for file in arrived
        if file.ends != "removed"
    )


def test_each_start_leaves_as_it_should(month: Month) -> None:
    by_night = groupby(month.starts, lambda start: start.night)

    codes = tuple(tuple(start.code for start in starts) for _, starts in by_night)

    assert codes == CODES


def test_the_api_holds_each_activity_once(month: Month) -> None:
    assert taken(month) == due()


def test_each_file_lies_in_one_place_as_it_was(month: Month) -> None:
    assert places(month) == due_places(files())


def test_nothing_is_under_way(month: Month) -> None:
    with Journal.open(month.ledger.with_name("ledger.sqlite.nightly")) as journal:
        left = [journal.under_way(job, month.inbox(job)) for job in ACCOUNTS]
    outbox = [*month.ledger.parent.glob("*.told/outbox/*")]
    halves = [path for path in month.folder.rglob("*.part") if "29" not in path.name]

    assert (left, outbox, halves) == ([[], [], []], [], [])


def test_each_run_accounts_for_all_of_its_rows(month: Month) -> None:
    ended = activity_import("history", "--json", f"--ledger={month.ledger}", "-n", 99)

    counted = {run["run"]: run["counts"] for run in json.loads(ended.out)["runs"]}
    with Journal.open(month.ledger.with_name("ledger.sqlite.nightly")) as journal:
        takes = [
            take for job in ACCOUNTS for take in journal.done(job, month.inbox(job))
        ]
    sums = {
        run: sum(n for status, n in counts.items() if status != "read")
        for run, counts in counted.items()
    }
    assert sums == {run: counts["read"] for run, counts in counted.items()}
    rows = {take.run: take.rows for take in takes if take.run in counted}
    assert rows == {run: sums[run] for run in rows}
    assert len(rows) == len(sums) - len(month.typed)


def test_the_ledger_is_sound_and_no_row_is_in_doubt(month: Month) -> None:
    ended = activity_import("history", "--json", f"--ledger={month.ledger}", "-n", 99)

    runs = json.loads(ended.out)["runs"]
    with Ledger.open(month.ledger) as ledger:
        assert ledger.check() == []
    assert Counter(run["status"] for run in runs).keys() == {
        *("ok", "attention", "stopped")
    }
    assert [run["run"] for run in runs if run["counts"].get("uncertain")] == []


def test_what_a_person_typed_as_a_mail_said_mended_the_rows(month: Month) -> None:
    [ended] = month.typed
    assert (ended.code, "2 rows read, and created" in ended.out) == (0, True), ended.out


def wanted() -> list[Message]:
    return [
        Message(
            at=moment(*(each.arrives or (each.night, each.hour))),
            of=moment(each.night, each.hour),
            to=to,
            jobs=each.jobs,
        )
        for each in WANTED
        for to in each.to
    ]


def arrived(month: Month) -> list[Message]:
    return [
        Message(
            at=start.at,
            of=told.of,
            to=told.to,
            jobs={each["job"]: each["event"] for each in told.document["told"]},
        )
        for start in month.starts
        for told in start.told
    ]


def test_people_get_the_mails_that_they_want_and_no_other(month: Month) -> None:
    assert arrived(month) == wanted()


def test_a_mail_says_why(month: Month) -> None:
    mails = {(told.of, told.to): told.text for told in tidings(month)}

    unsaid = [
        (each.night, each.cause)
        for each in WANTED
        for to in each.to
        if each.cause not in mails[moment(each.night, each.hour), to]
    ]

    assert unsaid == []


def test_the_mails_read_as_they_did(month: Month) -> None:
    """`python -m tests.nightly.month` writes them anew."""
    assert table(month) == MAILS.read_text("utf-8")


def tidings(month: Month) -> list[Told]:
    return [told for start in month.starts for told in start.told]


def words_of_nights(month: Month) -> str:
    """The log, what was said, and all messages but what is attached to them."""
    log = month.ledger.with_name("ledger.sqlite.nightly.log").read_text("utf-8")
    said = (start.said for start in month.starts)
    heard = (
        json.dumps(document, ensure_ascii=False) for _, document in month.town.heard
    )
    mails = (told.text + told.html for told in tidings(month))
    return "\n".join([log, *said, *heard, *mails])


def test_no_cell_stands_in_logs_and_messages(month: Month) -> None:
    words = words_of_nights(month)

    cells = {cell for file in files() for cell in file.cells()}
    assert len(cells) > 1_000
    assert [cell for cell in cells if cell in words] == []
    assert UNREADABLE not in words


def test_no_key_leaves_its_file(month: Month) -> None:
    words = words_of_nights(month)
    mails = b"".join(each for told in tidings(month) for each in told.parts)
    written = b"".join(
        path.read_bytes()
        for path in month.folder.rglob("*")
        if path.is_file() and path.name != "key"
    )

    for key in (FIRST_KEY, SECOND_KEY):
        assert key not in words
        assert key.encode() not in mails
        assert key.encode() not in written


@pytest.mark.parametrize("seed", [7, 8])
def test_in_whatever_order_files_arrive(tmp_path: Path, seed: int) -> None:
    """The first seven nights again, with another throw of the dice."""
    first = MONTH[:7]
    with lived(tmp_path, first, seed) as week:
        assert taken(week) == due(first)
        names = sorted(file.name for file in files(first))
        assert sorted(name for _, _, name, _ in places(week)) == names
        assert arrived(week) == [
            each for each in wanted() if each.at < moment(8, "0:00")
        ]
