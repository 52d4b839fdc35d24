"""The formats that a mapping can name, each as attempts in order."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from types import MappingProxyType

import polars as pl

from pipeline.mapping.times import grammar
from pipeline.mapping.times.parts import (
    NAIVE,
    Attempt,
    after_weekday,
    at_clock,
    by_form,
    calendar_date,
    named_date,
    number,
    numbered_date,
    ordinal_date,
    reading,
    sane,
    week_date,
)
from pipeline.mapping.times.patterns import pattern_attempts
from pipeline.mapping.times.rule import DAY_FIRST, MONTH_FIRST, UNDECIDED, TimeRule

_UTC = pl.Datetime("us", "UTC")
_EXCEL_DAY_ZERO = "1899-12-30"
_EXCEL_FIRST_DAY = 61  # before it, Excel counts a 29 February 1900 that never was
_EXCEL_LAST_DAY = 2_958_465

day_first = by_form(grammar.NUMBERS, after_weekday(numbered_date("other", "one")))
month_first = by_form(grammar.NUMBERS, after_weekday(numbered_date("one", "other")))


def attempts(formats: tuple[str, ...]) -> Iterator[Attempt]:
    """The ways to read a cell, in order; a name that is not known is a pattern."""
    for name in formats:
        yield from _FORMS[name] if name in _FORMS else pattern_attempts(name)


def only_reading(cells: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
    """Reads the dates of numbers that one order alone allows, or that are the same."""
    one = day_first(cells, rule)
    other = month_first(cells, rule)["local"].alias("other")
    local, second = pl.col("local"), pl.col("other")
    agreed = pl.when(local.is_null() | second.is_null() | (local == second)).then(
        pl.coalesce(local, second)
    )
    return one.with_columns(other).with_columns(local=agreed).drop("other")


def _excel(cells: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
    days = pl.col("value").cast(pl.Float64, strict=False)
    days = pl.when(days.is_between(_EXCEL_FIRST_DAY, _EXCEL_LAST_DAY)).then(days)
    zero = pl.lit(_EXCEL_DAY_ZERO).str.to_datetime("%Y-%m-%d", time_unit="us")
    moment = zero + pl.duration(seconds=(days * 86_400).round().cast(pl.Int64))
    whole = days == days.floor()
    local = pl.when(whole).then(at_clock(moment.dt.date(), rule)).otherwise(moment)
    return reading(cells, sane(local), is_date=whole.fill_null(value=False))


def _epoch(unit_us: int, digits: str) -> Attempt:
    def attempt(cells: pl.DataFrame, _rule: TimeRule) -> pl.DataFrame:
        count = pl.col("value").cast(pl.Int64, strict=False)
        plain = pl.col("value").str.contains(f"^[0-9]{{{digits}}}$")
        moment = sane((pl.when(plain).then(count) * unit_us).cast(NAIVE))
        return reading(cells, moment, zone=pl.lit("UTC"))

    return attempt


def _quick(mould: str, pattern: str, suffix: str = "") -> Attempt:
    """Reads cells of the very shape of `mould` and a suffix, many times faster.

    A suffix is an offset of nothing.
    """
    value = pl.col("value")
    fits = (
        (value.str.len_bytes() == len(mould) + len(suffix))
        & value.str.ends_with(suffix)
        & (value.str.slice(10, 1) == mould[10:11])
    )
    zone = pl.lit("UTC" if suffix else None, dtype=pl.String)
    text = pl.when(fits).then(value).str.slice(0, len(mould))

    def attempt(cells: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
        if not cells.select(fits.any()).item():
            return reading(cells, pl.lit(None, dtype=NAIVE))
        if len(mould) == len("2024-03-01"):
            date = text.str.to_date(pattern, strict=False)
            return reading(cells, sane(at_clock(date, rule)), is_date=True)
        moment = text.str.to_datetime(pattern, time_unit="us", strict=False)
        return reading(cells, sane(moment), zone=zone)

    return attempt


_NAMED = (
    by_form(grammar.DAY_THEN_NAME, after_weekday(named_date())),
    by_form(grammar.NAME_THEN_DAY, after_weekday(named_date())),
    by_form(grammar.YEAR_LAST, after_weekday(named_date())),
    by_form(grammar.YEAR_THEN_NAME, named_date()),
)
_CALENDAR = calendar_date(number("month"), number("day"))
_ISO = (
    _quick("2024-03-01 10:30:05", "%Y-%m-%d %H:%M:%S"),
    _quick("2024-03-01", "%Y-%m-%d"),
    _quick("2024-03-01 10:30", "%Y-%m-%d %H:%M"),
    *(
        _quick("2024-03-01T10:30:05", "%Y-%m-%dT%H:%M:%S", zero)
        for zero in ("", "Z", ".000Z", "+00:00", ".000+0000", ".000+00:00")
    ),
    by_form(grammar.YEAR_FIRST, numbered_date("month", "day"), bare_hours=True),
    by_form(grammar.BASIC, _CALENDAR, bare_hours=True),
    by_form(grammar.WEEK, week_date(), bare_hours=True),
    by_form(grammar.ORDINAL, ordinal_date(), bare_hours=True),
    by_form(grammar.BASIC_ORDINAL, ordinal_date(), bare_hours=True),
)
_FORMS: Dict[str, tuple[Attempt, ...]] = MappingProxyType(
    {
        "iso": _ISO,
        "excel": (_excel,),
        "epoch_s": (_epoch(1_000_000, "9,11"),),
        "epoch_ms": (_epoch(1_000, "12,14"),),
        DAY_FIRST: (day_first, *_NAMED),
        MONTH_FIRST: (month_first, *_NAMED),
        UNDECIDED: (only_reading, *_NAMED),
        "month_name": _NAMED,
    }
)
