"""From the parts of a text to a local time.

A reading is a frame of `row`, `value`, `column`, `local` (the time as the text says
it, null if the form does not fit), `is_date` (there is no time of day) and `zone`
(the text that names the zone, null if none does).
"""

import re
from collections.abc import Callable

import polars as pl

from pipeline.mapping.times.grammar import UNSEEN
from pipeline.mapping.times.names import is_weekday, month_number
from pipeline.mapping.times.rule import TimeRule

NAIVE = pl.Datetime("us")
_FIRST_YEAR = 1900
_LAST_YEAR = 9998  # so that no time zone leads beyond the year 9999
_PIVOT = 69  # as POSIX has it: 69 is 1969, and 68 is 2068
Attempt = Callable[[pl.DataFrame, TimeRule], pl.DataFrame]


def reading(
    cells: pl.DataFrame,
    local: pl.Expr,
    *,
    is_date: pl.Expr | bool = False,
    zone: pl.Expr | None = None,
) -> pl.DataFrame:
    return cells.select(
        "row",
        "value",
        "column",
        local=local,
        is_date=is_date if isinstance(is_date, pl.Expr) else pl.lit(is_date),
        zone=pl.lit(None, dtype=pl.String) if zone is None else zone,
    )


def by_form(form: str, date: pl.Expr, *, bare_hours: bool = False) -> Attempt:
    """Reads what a form of `grammar` fits and whose parts make the `date`.

    `bare_hours`: an hour may stand without minutes and without AM or PM.
    """
    names = frozenset(re.findall(r"\(\?P<(\w+)>", form))

    def attempt(cells: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
        text = pl.col("value").str.replace_all(UNSEEN, "")
        found = cells.with_columns(parts=text.str.extract_groups(form))
        is_date = part("hour").is_null()
        clock = _clock(names, bare_hours=bare_hours)
        local = pl.when(is_date).then(at_clock(date, rule)).otherwise(date + clock)
        return reading(found, sane(local), is_date=is_date, zone=part("zone"))

    return attempt


def part(name: str) -> pl.Expr:
    return pl.col("parts").struct.field(name)


def number(name: str) -> pl.Expr:
    return part(name).cast(pl.Int32, strict=False)


def calendar_date(month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Midnight of a day in the part `year`; null if there is no such day."""
    possible = month.is_between(1, 12) & day.is_between(1, 31)
    first = pl.date(_year(), pl.when(possible).then(month), 1)
    date = first.cast(NAIVE) + pl.duration(days=day - 1)
    return pl.when(date.dt.month() == month).then(date)


def numbered_date(month: str, day: str) -> pl.Expr:
    """The same of numbers with one kind of sign between them."""
    date = calendar_date(number(month), number(day))
    return pl.when(part("gap") == part("same_gap")).then(date)


def named_date() -> pl.Expr:
    return calendar_date(month_number(part("month")), number("day"))


def after_weekday(date: pl.Expr) -> pl.Expr:
    """The date, where the word before it is a weekday or is not there."""
    word = part("weekday")
    return pl.when(word.is_null() | is_weekday(word)).then(date)


def week_date() -> pl.Expr:
    """A day of a week of ISO 8601: week 1 is the one that 4 January lies in."""
    fourth = pl.date(number("year"), 1, 4)
    monday = fourth.cast(NAIVE) - pl.duration(days=fourth.dt.weekday() - 1)
    days = (number("week") - 1) * 7 + number("weekday_number") - 1
    date = monday + pl.duration(days=days)
    same = (date.dt.iso_year() == number("year")) & (number("week") > 0)
    return pl.when(same).then(date)


def ordinal_date() -> pl.Expr:
    day = number("day_of_year")
    date = pl.date(number("year"), 1, 1).cast(NAIVE) + pl.duration(days=day - 1)
    return pl.when(date.dt.year() == number("year")).then(date)


def at_clock(date: pl.Expr, rule: TimeRule) -> pl.Expr:
    """The time that the rule gives to a date without one."""
    clock = rule.date_only
    return date.cast(NAIVE) + pl.duration(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second
    )


def sane(moment: pl.Expr) -> pl.Expr:
    year = moment.dt.year()
    return pl.when(year.is_between(_FIRST_YEAR, _LAST_YEAR)).then(moment)


def _year() -> pl.Expr:
    year = number("year")
    century = pl.when(year < _PIVOT).then(2000).otherwise(1900)
    short = part("year").str.len_bytes() == 2
    return pl.when(short).then(year + century).otherwise(year)


def _clock(names: frozenset[str], *, bare_hours: bool) -> pl.Expr:
    """The time since midnight; null if there is no such time of day."""
    hour, minute, second = number("hour"), number("minute"), number("second")
    micros = part("fraction").str.pad_end(6, "0").str.slice(0, 6)
    half = part("half") if "half" in names else pl.lit(None, dtype=pl.String)
    after_noon = half.str.to_lowercase() == "p"
    on_24 = hour % 12 + pl.when(after_noon).then(12).otherwise(0)
    hours = pl.when(half.is_null()).then(hour).otherwise(on_24)
    passed = pl.duration(
        hours=hours,
        minutes=minute.fill_null(0),
        seconds=second.fill_null(0),
        microseconds=micros.cast(pl.Int32, strict=False).fill_null(0),
    )
    most = pl.when(half.is_null()).then(24).otherwise(12)
    least = pl.when(half.is_null()).then(0).otherwise(1)
    is_time = (
        hour.is_between(least, most)
        & (minute.is_null() | (minute < 60))
        & (second.is_null() | (second <= 60))
        & (passed <= pl.duration(days=1))
        & (minute.is_not_null() | half.is_not_null() | bare_hours)
    )
    return pl.when(is_time).then(passed)
