"""What `nightly --check` tries of the pipeline; it sends nothing."""

from collections.abc import Callable, Iterator
from functools import partial

from pipeline.checkup import Finding
from pipeline.cli.orders import Asked
from pipeline.errors import LookupsMissing
from pipeline.mapping import with_times_as_told
from pipeline.mapping.model import Mapping
from pipeline.nightly.config import NightlyJob
from pipeline.nightly.findings import finding
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


def _lookups(job: NightlyJob, asked: Asked, mapping: Mapping) -> str:
    try:
        with spooling() as spool:
            found = open_lookups(mapping, places_of(mapping, (), spool, asked.beside))
    except LookupsMissing:
        if not any(".zip" in pattern.lower() for pattern in job.patterns):
            raise
        return "not here; they are looked for in the archives that come"
    return f"{', '.join(found)} can be read" if found else "the mapping needs no files"
