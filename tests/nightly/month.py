"""Thirty nights: what arrives, what fails, what people do, and whom that is told.

After a change of what mails say, `python -m tests.nightly.month` writes the table of
all mails again, `month_mails.txt`; read it as who receives them would.
"""

import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pipeline.sandbox.front.scenario import Scenario
from tests.nightly.month_files import File, cut, empty, widened
from tests.nightly.month_lived import (
    FIRST,
    HEAD,
    OPS,
    ApiIs,
    Arrives,
    BandIs,
    BeginsToArrive,
    IsMarked,
    IsMended,
    IsPutBack,
    IsRenamed,
    IsWritten,
    KeyExpires,
    KeyIsReplaced,
    Month,
    Passes,
    PostCloses,
    PostOpens,
    Start,
    StartElsewhere,
    Step,
    Told,
    lived,
    small_disk_at,
)
from tests.nightly.month_town import CALM

MAILS: Final = Path(__file__).with_name("month_mails.txt")
SEED: Final = 20


def scenario(text: str) -> Scenario:
    return Scenario.model_validate(tomllib.loads(f'description = "a night"\n{text}'))


DOWN: Final = scenario(
    '[[outages]]\nkind = "answers"\nafter_requests = 0\nstatus = 503'
)
BREAKS: Final = scenario(
    '[[faults]]\nkind = "commit-then-reset"\nat = [6]\n'
    '[[outages]]\nkind = "refused"\nafter_requests = 6'
)
BUSY: Final = scenario(
    '[[faults]]\nkind = "refuse"\nat = [4, 9]\nstatus = 429\nretry_after = 1'
)


def calls(night: int, name: str = "") -> File:
    """The ten calls of a day."""
    rows = tuple(range(10 * night, 10 * night + 10))
    return File("calls", name or f"calls-03{night:02}.csv", rows)


def meetings(night: int, *rows: int, ends: str = "archive") -> File:
    return File("meetings", f"meetings-{night:02}.csv", rows, ends=ends)


def letters(night: int, count: int, ends: str = "archive") -> File:
    """Files of the first nineteen nights are removed by the thirtieth."""
    rows = tuple(range(3000 + 10 * night, 3000 + 10 * night + count))
    return File("letters", f"letters {night:02}.xlsx", rows, ends=ends)


OVERLAPPING: Final = replace(calls(2), rows=tuple(range(15, 30)))
CUT: Final = replace(calls(9), form=cut, ends="quarantine")
TENFOLD: Final = replace(calls(11), rows=tuple(range(1100, 1200)))
FLAWED: Final = replace(calls(23), bad=frozenset({232, 237}))
A_TENTH: Final = replace(calls(24), rows=(240,), ends="quarantine")
EMPTY: Final = replace(calls(29), rows=(), form=empty, ends="quarantine")
STRANGE: Final = calls(19, "calls of März 19 (Kopie) – neu.csv")
DRIFTED: Final = replace(
    meetings(22, 2220, 2221, 2222), form=widened, ends="quarantine"
)
UNFINISHED: Final = replace(
    meetings(29, 2290, 2291), name="meetings-29.csv.part", ends="inbox"
)
DOUBLED: Final = replace(letters(1, 5, "removed"), name="letters 01 - Kopie.xlsx")
COMES_AS_PART: Final = letters(3, 4, "removed")

MONDAY_TO_COME: Final = (Passes("02:00"), Start(), Passes("06:30"), Start())
"""The two starts of each night: the second sees whether a file is missing."""


def marked(file: File) -> tuple[Step, ...]:
    return Arrives(file), IsMarked(file)


MONTH: Final[tuple[tuple[Step, ...], ...]] = (
    # 1, Monday: the first files of all jobs
    (
        *(Arrives(calls(1)), Arrives(letters(1, 5, "removed"))),
        *marked(meetings(1, 2010, 2011, 2012, 2013)),
        *MONDAY_TO_COME,
    ),
    # 2: five of yesterday's rows again, and a file under another name
    (Arrives(OVERLAPPING), Arrives(DOUBLED), *MONDAY_TO_COME),
    # 3: a marker comes late; two rows of a file are equal; a file is being copied
    (
        Arrives(calls(3)),
        Arrives(meetings(3, 2030, 2031, 2031, 2032)),
        IsWritten(COMES_AS_PART, "letters 03.xlsx.part"),
        *(Passes("02:00"), Start()),
        IsMarked(meetings(3)),
        *(Passes("06:30"), Start()),
    ),
    # 4: no calls until nine
    (
        IsRenamed(COMES_AS_PART, "letters 03.xlsx.part"),
        *MONDAY_TO_COME,
        *(Passes("09:00"), Arrives(calls(4))),
    ),
    # 5, Friday: both days' calls
    (Arrives(calls(5)), *MONDAY_TO_COME),
    # 6 and 7: a weekend
    MONDAY_TO_COME,
    (Arrives(letters(7, 3, "removed")), *MONDAY_TO_COME),
    # 8, Monday: a file is being written at two
    (
        *marked(meetings(8, 2080, 2081)),
        *(Passes("01:59"), BeginsToArrive(calls(8))),
        *(Passes("02:00"), Start(meanwhile=Arrives(calls(8)))),
        *(Passes("06:30"), Start()),
    ),
    # 9: the exporter died within a row
    (Arrives(CUT), *MONDAY_TO_COME),
    # 10: it did its work again; the machine dies while a file is taken
    (
        *(Arrives(calls(9)), Arrives(calls(10))),
        *(Passes("02:00"), StartElsewhere("the file is moved")),
        *(Passes("02:10"), Start(), Passes("06:30"), Start()),
    ),
    # 11: ten times as much
    (Arrives(TENFOLD), *MONDAY_TO_COME),
    # 12, Friday: a person finds that in order
    (
        *(BandIs("30%..2000%"), IsPutBack(TENFOLD)),
        *(Arrives(calls(12)), Arrives(letters(12, 3, "removed"))),
        *(MONDAY_TO_COME),
        BandIs(),
    ),
    # 13 and 14: a weekend in which nothing happens
    MONDAY_TO_COME,
    MONDAY_TO_COME,
    # 15, Monday: the API is down until six
    (
        *(Arrives(calls(15)), *marked(meetings(15, 2032, 2150, 2151, 2152))),
        *(ApiIs(DOWN), Passes("02:00"), Start()),
        *(ApiIs(CALM), Passes("06:30"), Start()),
    ),
    # 16 and 17: the key has expired
    (Arrives(calls(16)), KeyExpires(), *MONDAY_TO_COME),
    (Arrives(calls(17)), *MONDAY_TO_COME, Passes("10:00"), KeyIsReplaced()),
    # 18: there is a new one
    (Arrives(calls(18)), *MONDAY_TO_COME),
    # 19, Friday: the API wants less haste; somebody saved the file by hand
    (Arrives(STRANGE), ApiIs(BUSY), *MONDAY_TO_COME, ApiIs(CALM)),
    # 20: the machine dies with a row in flight, and starts again at six
    (
        Arrives(letters(20, 5)),
        *(Passes("02:00"), StartElsewhere("the answer is there", 3)),
        *(Passes("06:30"), Start()),
    ),
    # 21: the API breaks down after five rows
    (
        *(Arrives(letters(21, 10)), ApiIs(BREAKS), Passes("02:00"), Start()),
        *(ApiIs(CALM), Passes("06:30"), Start()),
    ),
    # 22, Monday: a column that was never there
    (Arrives(calls(22)), *marked(DRIFTED), *MONDAY_TO_COME),
    # 23: it is gone again; two rows are wrong, which a person mends by noon
    (
        *(Arrives(FLAWED), *marked(meetings(22, 2220, 2221, 2222))),
        *MONDAY_TO_COME,
        *(Passes("12:00"), IsMended(FLAWED)),
    ),
    # 24: a tenth of the usual size, in a night without a mail server
    (Arrives(A_TENTH), PostCloses(), *MONDAY_TO_COME, PostOpens()),
    # 25: all of it came
    (Arrives(calls(24)), Arrives(calls(25)), *MONDAY_TO_COME),
    # 26, Friday: the disk is full until six
    (
        Arrives(calls(26)),
        *(Passes("02:00"), small_disk_at("reports", "8k")),
        *(Passes("06:30"), Start()),
    ),
    # 27: nothing
    MONDAY_TO_COME,
    # 28: somebody starts the night a second time while it still works
    (
        *(Passes("01:59"), Arrives(calls(28))),
        *(Passes("02:00"), Start(meanwhile=StartElsewhere())),
        *(Passes("06:30"), Start()),
    ),
    # 29, Monday: an empty file, and one that never becomes complete
    (Arrives(EMPTY), Arrives(UNFINISHED), *MONDAY_TO_COME),
    # 30: it is there; the machine dies while a file is put away
    (
        *(Arrives(calls(29)), Arrives(calls(30))),
        *(Passes("02:00"), StartElsewhere("the file is about to be put away")),
        *(Passes("02:10"), Start(), Passes("06:30"), Start()),
    ),
)

KILLED: Final = -9
CODES: Final = (
    *((0, 0), (0, 0), (0, 0), (0, 3), (0, 0), (0, 0), (0, 0)),
    *((0, 0), (1, 0), (KILLED, 0, 0), (4, 0), (0, 0), (0, 0), (0, 0)),
    *((4, 0), (4, 4), (4, 4), (0, 0), (0, 0), (KILLED, 0), (4, 0)),
    *((4, 0), (3, 0), (4, 0), (0, 0), (1, 0), (0, 0), (0, 0, 0)),
    *((1, 0), (KILLED, 0, 0)),
)
"""How each start of each night should leave."""


@dataclass(frozen=True)
class Wanted:
    """A message that a person should get: of which start, about which jobs.

    `cause` is a word that must stand in it. It arrives in the course of the same
    start, if `arrives` does not name another.
    """

    night: int
    hour: str
    jobs: dict[str, str]
    cause: str = ""
    to: tuple[str, ...] = (OPS,)
    arrives: tuple[int, str] | None = None


BOTH: Final = (OPS, HEAD)
WANTED: Final = (
    Wanted(4, "06:30", {"calls": "missing"}, "No file came", BOTH),
    Wanted(5, "02:00", {"calls": "recovered"}, "", BOTH),
    Wanted(9, "02:00", {"calls": "failed"}, "quote", BOTH),
    Wanted(10, "02:10", {"calls": "recovered"}, "", BOTH),
    Wanted(11, "02:00", {"calls": "stopped"}, "100 rows"),
    Wanted(12, "02:00", {"calls": "recovered"}),
    Wanted(15, "02:00", {"calls": "stopped", "meetings": "stopped"}, "503"),
    Wanted(15, "06:30", {"calls": "recovered", "meetings": "recovered"}),
    Wanted(16, "02:00", {"calls": "stopped"}, "key"),
    Wanted(17, "02:00", {"calls": "stopped"}, "key"),
    Wanted(18, "02:00", {"calls": "recovered"}),
    Wanted(21, "02:00", {"letters": "stopped"}, "The API"),
    Wanted(21, "06:30", {"letters": "recovered"}),
    Wanted(22, "02:00", {"meetings": "stopped"}, "Mood"),
    Wanted(23, "02:00", {"calls": "attention", "meetings": "recovered"}, "2 of 10"),
    Wanted(24, "02:00", {"calls": "stopped"}, "1 row", arrives=(25, "02:00")),
    Wanted(25, "02:00", {"calls": "recovered"}),
    Wanted(26, "02:00", {"calls": "failed"}, "disk is full", BOTH),
    Wanted(26, "06:30", {"calls": "recovered"}, "", BOTH),
    Wanted(29, "02:00", {"calls": "failed"}, "empty", BOTH),
    Wanted(30, "02:10", {"calls": "recovered"}, "", BOTH),
)
"""All messages of the month, as somebody wants them who has other work to do."""


def files() -> tuple[File, ...]:
    """All that ever arrived, as they are at last."""
    steps = (step for night in MONTH for step in night)
    arriving = (step.file for step in steps if isinstance(step, Arrives | IsWritten))
    meanwhile = (
        step.meanwhile.file
        for night in MONTH
        for step in night
        if isinstance(step, Start) and isinstance(step.meanwhile, Arrives)
    )
    return (*arriving, *meanwhile)


def table(month: Month) -> str:
    """Start by start: how it left, and the mails that arrived, each with its cause."""
    return "\n".join(line for start in month.starts for line in _lines(start)) + "\n"


def _lines(start: Any) -> Iterator[str]:
    yield f"night {start.night:>2} {start.at:%a %H:%M}  exit {start.code}"
    for told in start.told:
        yield from _told_lines(told, start.at)


def _told_lines(told: Told, at: Any) -> Iterator[str]:
    late = f"  (of {told.of:%a %H:%M})" if told.of != at else ""
    yield f"    {told.to}: {told.mail['Subject']}{late}"
    for tidings in told.document["told"]:
        event = f"{tidings['job']} {tidings['event']}"
        yield f"        {event}, night {tidings['nights']}, silent {tidings['silent']}"
        yield from (f"            {line}" for line in _causes(told, tidings["job"]))


def _causes(told: Told, name: str) -> Iterator[str]:
    for job in told.document["jobs"]:
        if job["job"] == name:
            yield from filter(None, (job["reason"], *job["notices"]))
            for file in job["files"]:
                counts = {k: n for k, n in file["counts"].items() if n and k != "read"}
                yield f"{file['name']}: {file['status']} {counts} {file['issues']}"
                yield from filter(None, (file["reason"], file["hint"]))


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        lived(Path(folder), MONTH, SEED) as month,
    ):
        MAILS.write_text(table(month), encoding="utf-8")


if __name__ == "__main__":
    main()
