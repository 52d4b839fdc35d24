"""The sending of a run, drawn over its time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl

from pipeline.pages import Chart, Series, number, stacked
from pipeline.rows import Status
from pipeline.stages.report.page.traffic import Traffic, seconds_of

_MOST_BARS: Final = 40
_FEWEST_BARS: Final = 3
_WIDTHS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_LONG_RUN: Final = 86_400
_SENT: Final = (Status.CREATED, Status.REJECTED, Status.UNCERTAIN)


@dataclass(frozen=True)
class Sending:
    """`pace` counts rows per second by outcome; `tries` what was tried again;
    `waits` the usual and the slow time until an answer, in `wait_unit`.

    A chart is None where there is too little to draw. `typical` and `slow` are the
    times, in words, within which half and 95 % of the answers came.
    """

    rows: int
    width: str
    pace: Chart | None
    tries: Chart | None
    waits: Chart | None
    wait_unit: str
    typical: str | None
    slow: str | None
    again: int


def sending_of(traffic: Traffic) -> Sending | None:
    """None for a run that sent nothing."""
    told = traffic.told
    if told.is_empty():
        return None
    seconds = told.with_columns(second=pl.col("slice") * traffic.slice_ms // 1000)
    first, last = (int(seconds["second"].sort()[end]) for end in (0, -1))
    width = _width(first, last, traffic.slice_ms / 1000)
    bars = seconds.with_columns(
        bar=(pl.col("second") - first // width * width) // width
    )
    count = int(bars["bar"].sort()[-1]) + 1
    labels = [
        _moment(first // width * width + n * width, last - first) for n in range(count)
    ]
    drawn = count >= _FEWEST_BARS
    half, most = (_quantile(bars, share) for share in (0.5, 0.95))
    again = int(bars["again"].sum())
    scale, unit = (1000, "milliseconds") if (most or 0) < 1 else (1, "seconds")
    return Sending(
        rows=int(bars["rows"].sum()),
        width=_duration(width),
        pace=stacked(list(_pace(bars, count, width)), labels) if drawn else None,
        tries=stacked([_tries(bars, count)], labels) if drawn and again else None,
        waits=stacked(_waits(bars, count, scale), labels) if drawn and half else None,
        wait_unit=unit,
        typical=_seconds(half) if half else None,
        slow=_seconds(most) if most else None,
        again=again,
    )


def _width(first: int, last: int, least: float) -> int:
    """Of a bar, in seconds."""
    wanted = max(least, (last - first + 1) / _MOST_BARS)
    wide = -(-int(wanted) // 3600) * 3600
    return next((width for width in _WIDTHS if width >= wanted), wide)


def _pace(bars: pl.DataFrame, count: int, width: int) -> Iterable[Series]:
    for status in _SENT:
        own = (
            bars.filter(pl.col("status") == status)
            .group_by("bar")
            .agg(pl.col("rows").sum())
        )
        yield Series(
            status.value,
            f"{status.value} per second",
            tuple(each / width for each in _filled(own, count)),
        )


def _tries(bars: pl.DataFrame, count: int) -> Series:
    again = bars.group_by("bar").agg(pl.col("again").sum())
    return Series("again", "tried again", tuple(_filled(again, count)))


def _waits(bars: pl.DataFrame, count: int, scale: int) -> list[Series]:
    halves, rests = [0.0] * count, [0.0] * count
    for (bar,), own in bars.group_by("bar"):
        half, most = _quantile(own, 0.5), _quantile(own, 0.95)
        if half and most:
            place = int(str(bar))
            halves[place], rests[place] = half * scale, (most - half) * scale
    return [
        Series("usual", "for half of the answers", tuple(halves)),
        Series("slow", "and so much more for 95 %", tuple(rests)),
    ]


def _filled(counts: pl.DataFrame, count: int) -> list[float]:
    numbers = [0.0] * count
    for bar, value in counts.iter_rows():
        numbers[bar] = float(value)
    return numbers


def _quantile(bars: pl.DataFrame, share: float) -> float | None:
    waits = (
        bars.filter(pl.col("wait").is_not_null())
        .group_by("wait")
        .agg(pl.col("rows").sum())
        .sort("wait")
    )
    reached = pl.col("rows").cum_sum() >= share * pl.col("rows").sum()
    found = waits.filter(reached)["wait"]
    return None if found.is_empty() else seconds_of(int(found[0]))


def _moment(second: int, length: int) -> str:
    form = "%d %b %H:%M" if length >= _LONG_RUN else "%H:%M:%S"
    return datetime.fromtimestamp(second, UTC).strftime(form)


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{number(round(seconds * 1000))} ms"
    return f"{number(seconds)} s"


def _duration(seconds: int) -> str:
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            many = seconds // size
            return unit if many == 1 else f"{many} {unit}s"
    return f"{seconds} seconds"
