"""Who is asked for records, and how: over HTTP, thousands of values at a time."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

from pipeline.api import ActivityApi, Pace
from pipeline.lookups import forms, plural
from pipeline.mapping.model import QueryLookup
from pipeline.progress import Progress
from pipeline.stages.lookup.inquiry import Inquiry, Surroundings
from pipeline.stopping import Stop

_GROUP: Final = 5_000


class Directory(Protocol):
    """Knows the records of Reevo."""

    def find(self, lookup: QueryLookup, values: pl.Series) -> Iterator[pl.DataFrame]:
        """The records of each value that could be asked for, group by group.

        Frames have `value` (as the lookup compares it) and lists of equal length,
        `ids` and `names`: empty where Reevo knows none. Raises PipelineError.
        """


class NobodyAsked:
    """For work in which nothing is looked up."""

    def find(self, lookup: QueryLookup, values: pl.Series) -> Iterator[pl.DataFrame]:
        return iter(())


@dataclass(frozen=True)
class Counter:
    """What the API is asked through; opened anew for each time of asking."""

    api: ActivityApi
    pace: Pace


@dataclass(frozen=True)
class Asking:
    """How many queries may be in flight, and how long a silent API is borne."""

    in_flight: int = 8
    patience_seconds: float = 900.0


class ApiDirectory:
    """Asks the API. A stop ends it with Interrupted: nothing was sent yet."""

    def __init__(
        self,
        open_counter: Callable[[], Counter],
        asking: Asking,
        *,
        stop: Stop,
        progress: Progress,
    ) -> None:
        self._open_counter = open_counter
        self._asking = asking
        self._stop = stop
        self._progress = progress

    def find(self, lookup: QueryLookup, values: pl.Series) -> Iterator[pl.DataFrame]:
        asked = forms(values, lookup.by)
        wanted = asked["value"].unique(maintain_order=True)
        if wanted.is_empty():
            return
        self._stop.raise_if_requested()
        what = f"asking Reevo for {plural(lookup.record_type)}"
        self._progress.begin(what, len(wanted))
        with asyncio.Runner() as runner, self._inquiry(runner, lookup) as inquiry:
            for group in wanted.to_frame().iter_slices(_GROUP):
                yield runner.run(inquiry.ask(asked.join(group, on="value", how="semi")))
                self._progress.advance(group.height)

    @contextmanager
    def _inquiry(
        self, runner: asyncio.Runner, lookup: QueryLookup
    ) -> Iterator[Inquiry]:
        counter = self._open_counter()
        over = asyncio.Event()
        self._stop.on_request_in(runner.get_loop(), over.set)
        surroundings = Surroundings(
            self._asking.in_flight,
            self._asking.patience_seconds,
            over,
            self._stop.raise_if_requested,
        )
        runner.run(_enter(counter.api))
        try:
            self._progress.watch(lambda: counter.pace.state.situation)
            yield Inquiry(counter.api, counter.pace, lookup, surroundings)
        finally:
            runner.run(counter.api.__aexit__(None, None, None))


async def _enter(api: ActivityApi) -> None:
    await api.__aenter__()
