"""Text to points in time, a column at a time.

Every format is tried on the rows that the formats before it could not read.
Polars' strptime (chrono) takes a year such as 24 as the year 24: years before
1900 count as unread.
"""

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import time

import polars as pl

from pipeline.issues import all_issues, issue_rows

UTC = pl.Datetime("us", "UTC")
_NAIVE = pl.Datetime("us")
_ISO = (
    "%Y-%m-%d %H:%M:%S",  # polars reads a pattern without %.f four times faster
    "%Y-%m-%dT%H:%M:%S",
    *(
        f"{day}{separator}{clock}{zone}"
        for zone in ("", "%#z", " %#z")
        for separator in (" ", "T")
        for day, clock in (
            ("%Y-%m-%d", "%H:%M:%S%.f"),
            ("%Y-%m-%d", "%H:%M"),
            ("%Y%m%d", "%H%M%S"),
        )
    ),
)
FORMATS = {
    "iso": "2024-03-01 or 2024-03-01T10:30:00+01:00",
    "excel": "an Excel day number",
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
}
_EXCEL_DAY_ZERO = "1899-12-30"
_EXCEL_FIRST_DAY = 61  # before it, Excel counts a 29 February 1900 that never was
_EXCEL_LAST_DAY = 2_958_465
_LAST_YEAR = 9998  # so that no time zone leads beyond the year 9999


@dataclass(frozen=True)
class TimeRule:
    """How the text of a column is read. `zone` is an IANA name."""

    formats: tuple[str, ...]
    zone: str
    date_only: time


def parse_times(
    cells: pl.DataFrame, rule: TimeRule
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`cells` (row, value, column) with `value` as UTC datetimes, and the issues.

    A value that is not read is null and has an issue: bad_time, nonexistent_time
    or ambiguous_time.
    """
    waiting = cells.filter(pl.col("value").is_not_null())
    read = [cells.filter(pl.col("value").is_null()).with_columns(value=_nothing(UTC))]
    issues: list[pl.DataFrame] = []
    for attempt in _attempts(rule):
        if waiting.is_empty():
            break
        tried = waiting.with_columns(local=attempt)
        hit = pl.col("local").is_not_null()
        placed, off_clock = _to_utc(tried.filter(hit), rule.zone)
        read.append(placed)
        issues += off_clock
        waiting = tried.filter(~hit).drop("local")
    read.append(waiting.with_columns(value=_nothing(UTC)))
    issues.append(_unread(waiting, rule))
    return pl.concat(read).sort("row", maintain_order=True), all_issues(issues)


def _attempts(rule: TimeRule) -> Iterator[pl.Expr]:
    for name in rule.formats:
        yield from _READERS.get(name, _pattern)(name, rule)


def _iso(_name: str, rule: TimeRule) -> Iterator[pl.Expr]:
    yield from (_moment(pattern) for pattern in _ISO)
    yield _date("%Y-%m-%d", rule.date_only)
    named = pl.col("value").str.strip_suffix(" UTC")
    in_utc = pl.when(named != pl.col("value")).then(named)
    yield from (
        _moment(pattern, in_utc).dt.replace_time_zone("UTC")
        for pattern in _ISO
        if "z" not in pattern
    )


def _pattern(pattern: str, rule: TimeRule) -> Iterator[pl.Expr]:
    if is_date_only(pattern):
        yield _date(pattern, rule.date_only)
    else:
        yield _moment(pattern)


def _excel(_name: str, rule: TimeRule) -> Iterator[pl.Expr]:
    days = pl.col("value").cast(pl.Float64, strict=False)
    days = pl.when(days.is_between(_EXCEL_FIRST_DAY, _EXCEL_LAST_DAY)).then(days)
    zero = pl.lit(_EXCEL_DAY_ZERO).str.to_datetime("%Y-%m-%d", time_unit="us")
    seconds = (days * 86_400).round().cast(pl.Int64)
    moment = zero + pl.duration(seconds=seconds)
    yield (
        pl.when(days == days.floor())
        .then(_at_clock(moment.dt.date(), rule.date_only))
        .otherwise(moment)
    )


def _epoch(unit_us: int, most_digits: int) -> Iterator[pl.Expr]:
    count = pl.col("value").cast(pl.Int64, strict=False)
    plain = pl.col("value").str.contains(f"^[0-9]{{9,{most_digits}}}$")
    yield _sane((count * unit_us).cast(UTC)).pipe(lambda at: pl.when(plain).then(at))


_READERS: Dict[str, Callable[[str, TimeRule], Iterator[pl.Expr]]] = {
    "iso": _iso,
    "excel": _excel,
    "epoch_s": lambda _name, _rule: _epoch(1_000_000, 11),
    "epoch_ms": lambda _name, _rule: _epoch(1_000, 14),
}


def is_date_only(pattern: str) -> bool:
    """Whether a strptime pattern has no directive for a time of day."""
    directives = re.findall(r"%[-#:.\d]*([A-Za-z%])", pattern)
    return not set(directives) & set("HIMSTRXcsfpPklr")


def _moment(pattern: str, text: pl.Expr | None = None) -> pl.Expr:
    text = pl.col("value") if text is None else text
    return _sane(text.str.to_datetime(pattern, time_unit="us", strict=False))


def _date(pattern: str, clock: time) -> pl.Expr:
    return _sane(_at_clock(pl.col("value").str.to_date(pattern, strict=False), clock))


def _at_clock(date: pl.Expr, clock: time) -> pl.Expr:
    return date.cast(_NAIVE) + pl.duration(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second
    )


def _sane(moment: pl.Expr) -> pl.Expr:
    return pl.when(moment.dt.year().is_between(1900, _LAST_YEAR)).then(moment)


def _to_utc(read: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    local = pl.col("local")
    if isinstance(kind := read.schema["local"], pl.Datetime) and kind.time_zone:
        return read.select("row", "column", value=local.cast(UTC)).select(
            "row", "value", "column"
        ), []
    placed = read.with_columns(
        at=local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    )
    lost = placed.filter(pl.col("at").is_null()).with_columns(
        twice=local.dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        ).is_not_null()
    )
    issues = [
        _clock_issues("ambiguous_time", lost.filter("twice"), zone),
        _clock_issues("nonexistent_time", lost.filter(~pl.col("twice")), zone),
    ]
    at = pl.col("at").dt.convert_time_zone("UTC")
    return placed.select("row", value=at, column="column"), issues


def _clock_issues(code: str, frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    return issue_rows(
        code,
        frame,
        column=pl.col("column"),
        field="activity_time",
        value=pl.col("value"),
        detail=zone,
    )


def _unread(waiting: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
    forms = ", or ".join(FORMATS.get(name, f'"{name}"') for name in rule.formats)
    return issue_rows(
        "bad_time",
        waiting,
        column=pl.col("column"),
        field="activity_time",
        value=pl.col("value"),
        detail=forms,
    )


def _nothing(dtype: pl.DataType) -> pl.Expr:
    return pl.lit(None, dtype=dtype)
