"""One start of a night as a process of its own, on a clock of hand.

    python -m tests.nightly.month_start AT POINT NTH CONFIG

It begins at AT, and is killed when it meets POINT for the NTH time; an empty POINT
kills nobody.
"""

import sys
from datetime import datetime

import pipeline.cli.nightly
from pipeline.cli import main
from tests.crash.seams import Seams, alter
from tests.nightly.nights import HandClock

if __name__ == "__main__":
    at, point, nth, config = sys.argv[1:]
    clock = HandClock(datetime.fromisoformat(at))
    vars(pipeline.cli.nightly)["WallClock"] = lambda _stop: clock
    alter(Seams(point, int(nth)))
    sys.argv = ["activity-import", "nightly", config]
    main()
