"""What `nightly --check` tries of the pipeline; it sends nothing."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from pipeline.api import ActivityApi, Health
from pipeline.cli.orders import Asked
from pipeline.cli.tools import Connection, Reach, Sending, connect
from pipeline.errors import ApiError, LookupsMissing, PipelineError
from pipeline.ledger import Ledger
from pipeline.mapping import with_times_as_told
from pipeline.mapping.model import Mapping
from pipeline.nightly.config import Finding, NightlyJob
from pipeline.nightly.findings import finding
from pipeline.private_files import private_folder, writing
from pipeline.runs.places import places_of
from pipeline.runs.prepare import open_lookups
from pipeline.stages.read import spooling

_LEAST_FREE_BYTES = 1_000_000_000


def mapping_and_lookups(
    job: NightlyJob, asked: Asked, load: Callable[[], Mapping]
) -> Iterator[Finding]:
    """That the mapping is right, and its lookup files are there and can be read."""
    loaded: list[Mapping] = []

    def look() -> str:
        mapping = with_times_as_told(load(), timezone=asked.timezone, dates=asked.dates)
        loaded.append(mapping)
        return f"{mapping.name} is right"

    yield finding(f"{job.name}: mapping", look)
    for mapping in loaded:
        yield finding(f"{job.name}: lookups", partial(_lookups, job, asked, mapping))


def everything_needed(
    ledger: Path, reports: Path, sending: Sending
) -> Iterator[Finding]:
    """Ledger, reports, disk, key and the API's health; the key is not tried."""
    yield finding("ledger", lambda: _ledger(ledger))
    yield finding("reports", lambda: _reports(reports))
    yield finding("disk", lambda: _disk(ledger))
    with ExitStack() as stack:
        opened: list[Connection] = []

        def settings() -> str:
            opened.append(connect(stack, sending))
            return f"{opened[0].address.base_url}, and a key is set"

        yield finding("settings", settings)
        if opened:
            api = Reach(opened[0], sending, ledger).open
            yield finding("api", lambda: _health(api))


def _lookups(job: NightlyJob, asked: Asked, mapping: Mapping) -> str:
    try:
        with spooling() as spool:
            found = open_lookups(mapping, places_of(mapping, (), spool, asked.beside))
    except LookupsMissing:
        if not any(".zip" in pattern.lower() for pattern in job.patterns):
            raise
        return "not here; they are looked for in the archives that come"
    return f"{', '.join(found)} can be read" if found else "the mapping needs no files"


def _ledger(path: Path) -> str:
    with Ledger.open(path):
        return f"{path} can be opened"


def _reports(folder: Path) -> str:
    private_folder(folder)
    with writing(folder), tempfile.TemporaryFile(dir=folder):
        return f"{folder} can be written"


def _disk(ledger: Path) -> str:
    free = shutil.disk_usage(ledger.parent).free
    if free < _LEAST_FREE_BYTES:
        raise PipelineError(
            f"Only {free / 1e9:,.1f} GB are free at {ledger.parent}.",
            hint="A plan takes about as much room as its source: make room.",
        )
    return f"{free / 1e9:,.1f} GB free at {ledger.parent}"


def _health(open_api: Callable[[], ActivityApi]) -> str:
    async def ask() -> Health:
        async with open_api() as api:
            return await api.health()

    health = asyncio.run(ask())
    if not health.ok:
        raise ApiError(health.message, hint="Check the base URL and the network.")
    return health.message
