"""Starts claimers and kills each; they are forked, so that many rounds are quick.

Reads lines `PATH RUN_NAME FIRST SECONDS`. On standard output comes what the claimer
says in that time, then a line `killed`.
"""

import io
import os
import signal
import sys
import time
from pathlib import Path

from tests.ledger import claimer

ROWS = 1_000_000


def main() -> None:
    for line in sys.stdin:
        path, name, first, seconds = line.split()
        child = os.fork()
        if not child:
            sys.stdin = io.StringIO()  # what comes here is not for the claimer
            claimer.main(Path(path), name, int(first), ROWS)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        claimer.say("\nkilled")


if __name__ == "__main__":
    main()
