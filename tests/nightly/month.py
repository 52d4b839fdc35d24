"""Thirty nights: what arrives, what fails, what people do, and whom that is told.

After a change of what mails say, `python -m tests.nightly.month` writes the table of
all mails again, `month_mails.txt`; read it as who receives them would.
"""

import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.sandbox.front.scenario import Scenario
from tests.nightly.month_files import File, cut, empty, widened
from tests.nightly.month_lived import (
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
    Passes,
    PostCloses,
    PostOpens,
    Start,
    StartElsewhere,
    StartOnSmallDisk,
    Step,
    lived,
)
from tests.nightly.month_mails import table
from tests.nightly.month_town import CALM

Nights = tuple[tuple[Step, ...], ...]
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
    '[[faults]]\nkind = "refuse"\nat = [4]\nstatus = 429\nretry_after = 1'
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
EARLY: Final = replace(calls(2, "calls-0302 b.csv"), rows=tuple(range(25, 35)))
CUT: Final = replace(calls(9), bad=frozenset({99}), form=cut)
TENFOLD: Final = replace(calls(11), rows=tuple(range(1100, 1200)))
FLAWED: Final = replace(calls(23), bad=frozenset({232, 237}))
A_TENTH: Final = replace(calls(24), rows=(240,), ends="quarantine")
EMPTY: Final = replace(calls(29), rows=(), form=empty, ends="quarantine")
STRANGE: Final = calls(19, "calls of März 19 (Kopie), neu.csv")
DRIFTED: Final = replace(
    meetings(22, 2220, 2221, 2222), form=widened, ends="quarantine"
)
UNFINISHED: Final = replace(
    meetings(29, 2290, 2291), name="meetings-29.csv.part", ends="inbox"
)
DOUBLED: Final = replace(letters(1, 5, "removed"), name="letters 01 - Kopie.xlsx")
AGAIN: Final = replace(letters(7, 5, "removed"), name="letters 07 b.xlsx")
ONCE_MORE: Final = replace(letters(7, 7, "removed"), name="letters 06.xlsx")
COMES_AS_PART: Final = letters(3, 4, "removed")

ITS_STARTS: Final = (Passes("02:00"), Start(), Passes("06:30"), Start())
"""The two starts of each night: the second sees whether a file is missing."""


def marked(file: File) -> tuple[Step, ...]:
    return Arrives(file), IsMarked(file)


MONTH: Final[Nights] = (
    # 1, Monday: the first files of all jobs
    (
        *(Arrives(calls(1)), Arrives(letters(1, 5, "removed"))),
        *marked(meetings(1, 2010, 2011, 2012, 2013)),
        *ITS_STARTS,
    ),
    # 2: five of yesterday's rows again, some of tomorrow's; a file by another name
    (Arrives(OVERLAPPING), Arrives(EARLY), Arrives(DOUBLED), *ITS_STARTS),
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
        *ITS_STARTS,
        *(Passes("09:00"), Arrives(calls(4))),
    ),
    # 5, Friday: both days' calls
    (Arrives(calls(5)), *ITS_STARTS),
    # 6 and 7: a weekend
    ITS_STARTS,
    (
        *(Arrives(letters(7, 3, "removed")), Arrives(AGAIN), Arrives(ONCE_MORE)),
        *ITS_STARTS,
    ),
    # 8, Monday: a file is being written at two
    (
        *marked(meetings(8, 2080, 2081)),
        *(Passes("01:59"), BeginsToArrive(calls(8))),
        *(Passes("02:00"), Start(meanwhile=Arrives(calls(8)))),
        *(Passes("06:30"), Start()),
    ),
    # 9: the exporter died within a row
    (Arrives(CUT), *ITS_STARTS),
    # 10: it did its work again; the machine dies while a file is taken
    (
        *(Arrives(calls(9)), Arrives(calls(10))),
        *(Passes("02:00"), StartElsewhere("the file is moved")),
        *(Passes("02:10"), Start(), Passes("06:30"), Start()),
    ),
    # 11: ten times as much
    (Arrives(TENFOLD), *ITS_STARTS),
    # 12, Friday: a person finds that in order
    (
        *(BandIs("30%..2000%"), IsPutBack(TENFOLD)),
        *(Arrives(calls(12)), Arrives(letters(12, 3, "removed"))),
        *(ITS_STARTS),
        BandIs(),
    ),
    # 13 and 14: a weekend in which nothing happens
    ITS_STARTS,
    ITS_STARTS,
    # 15, Monday: the API is down until six
    (
        *(Arrives(calls(15)), *marked(meetings(15, 2032, 2150, 2151, 2152))),
        *(ApiIs(DOWN), Passes("02:00"), Start()),
        *(ApiIs(CALM), Passes("06:30"), Start()),
    ),
    # 16 and 17: the key has expired
    (Arrives(calls(16)), KeyExpires(), *ITS_STARTS),
    (Arrives(calls(17)), *ITS_STARTS, Passes("10:00"), KeyIsReplaced()),
    # 18: there is a new one
    (Arrives(calls(18)), *ITS_STARTS),
    # 19, Friday: the API wants less haste; somebody saved the file by hand
    (Arrives(STRANGE), ApiIs(BUSY), *ITS_STARTS, ApiIs(CALM)),
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
    (Arrives(calls(22)), *marked(DRIFTED), *ITS_STARTS),
    # 23: it is gone again; two rows are wrong, which a person mends by noon
    (
        *(Arrives(FLAWED), *marked(meetings(22, 2220, 2221, 2222))),
        *ITS_STARTS,
        *(Passes("12:00"), IsMended(FLAWED)),
    ),
    # 24: a tenth of the usual size, in a night without a mail server
    (Arrives(A_TENTH), PostCloses(), *ITS_STARTS, PostOpens()),
    # 25: all of it came
    (Arrives(calls(24)), Arrives(calls(25)), *ITS_STARTS),
    # 26, Friday: the disk is full until six
    (
        Arrives(calls(26)),
        *(Passes("02:00"), StartOnSmallDisk("reports", "8k")),
        *(Passes("06:30"), Start()),
    ),
    # 27: nothing
    ITS_STARTS,
    # 28: somebody starts the night a second time while it still works
    (
        *(Passes("01:59"), Arrives(calls(28))),
        *(Passes("02:00"), Start(meanwhile=StartElsewhere())),
        *(Passes("06:30"), Start()),
    ),
    # 29, Monday: an empty file, and one that never becomes complete
    (Arrives(EMPTY), Arrives(UNFINISHED), *ITS_STARTS),
    # 30: it is there; the machine dies while a file is put away
    (
        *(Arrives(calls(29)), Arrives(calls(30))),
        *(Passes("02:00"), StartElsewhere("the file is about to be put away")),
        *(Passes("02:10"), Start(), Passes("06:30"), Start()),
    ),
)


def files(nights: Nights = MONTH) -> tuple[File, ...]:
    """All that arrived in them, as they are at last."""
    steps = [step for night in nights for step in night]
    meanwhile = [step.meanwhile for step in steps if isinstance(step, Start)]
    return tuple(
        step.file
        for step in (*steps, *meanwhile)
        if isinstance(step, Arrives | IsWritten)
    )


def mended(nights: Nights = MONTH) -> tuple[File, ...]:
    """Those of which a person corrected the rows, as they are then."""
    steps = (step for night in nights for step in night)
    return tuple(
        replace(step.file, bad=frozenset())
        for step in steps
        if isinstance(step, IsMended)
    )


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        lived(Path(folder), MONTH, SEED) as month,
    ):
        MAILS.write_text(table(month), encoding="utf-8")


if __name__ == "__main__":
    main()
