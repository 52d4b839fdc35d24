"""What the ledger costs of a run's sending: the same requests with and without it.

Run by hand, with nginx: `python -m tests.benchmarks.ledger_share FOLDER [ROWS]`.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.api import ActivityApi, AdaptivePace, open_transport, parse_address
from pipeline.ledger import Intent, Ledger, Recorder, Settled, Standing
from pipeline.progress import Silence
from pipeline.rows import Request
from pipeline.stages.post import Limits, Shift
from tests.benchmarks.ledger_rate import _record
from tests.benchmarks.measure import URL, static_server

CONCURRENCY, ROUNDS = 64, 5
BODY = (
    b'{"attributes":{"metadata":{"activity_time":"2024-03-01T10:00:00Z","subject":'
    b'"Call with the buyer","description":"They asked for a new offer by Friday.",'
    b'"category":"CALL"},"account_id":"3fe6e7be-9ba0-4717-9ed4-0c227dab7ad2"}}'
)


class NoRecord:
    """Keeps nothing, and grants every claim."""

    async def __aenter__(self) -> "NoRecord":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def claim(self, intent: Intent) -> Standing | None:
        del intent
        return None

    def settle(self, settled: Settled) -> None:
        pass

    async def flush(self) -> None:
        pass


def requests(rows: int) -> Iterator[Request]:
    for _ in range(rows):
        identity = os.urandom(16)
        yield Request(identity, identity, BODY)


async def send(record: Recorder | NoRecord, rows: int) -> float:
    """Seconds for all of them."""
    transport = open_transport(concurrency=CONCURRENCY)
    address = parse_address(URL, allow_http=True)
    async with ActivityApi(address, key="k", transport=transport) as api, record:
        pace = AdaptivePace(rate=None, concurrency=CONCURRENCY)
        shift = Shift(api, record, pace, Limits(CONCURRENCY, 60.0), Silence())
        made = list(requests(rows))
        started = time.perf_counter()
        posted = await shift.work(iter(made))
        assert posted.sent == rows, posted
        return time.perf_counter() - started


def main(folder: Path, rows: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "share.sqlite"
    path.unlink(missing_ok=True)
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(_record())
    with_it, without = [], []
    with static_server(folder):
        for _ in range(ROUNDS):
            without.append(asyncio.run(send(NoRecord(), rows)))
            with_it.append(asyncio.run(send(Recorder(path, run), rows)))
    pairs = [1 - less / more for less, more in zip(without, with_it, strict=True)]
    sys.stdout.write(
        f"without {rows / statistics.median(without):,.0f} rows/s, with "
        f"{rows / statistics.median(with_it):,.0f} rows/s, share of the wall time "
        f"{statistics.median(pairs):.1%} (from {min(pairs):.1%} to {max(pairs):.1%})\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int((sys.argv[2:] or ["50000"])[0]))
