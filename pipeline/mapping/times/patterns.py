"""Formats that a mapping states as a strptime pattern.

Polars' strptime (chrono) takes a year such as 24 as the year 24: years before
1900 count as unread.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl

from pipeline.mapping.times.grammar import HALF_OF_DAY, UNSEEN, ZONE_AT_END
from pipeline.mapping.times.parts import Attempt, at_clock, part, reading, sane
from pipeline.mapping.times.rule import TimeRule

_SAMPLE = datetime(2024, 10, 31, 22, 45, 30, tzinfo=UTC)
_NAMED_ZONE = re.compile(r"\s*%Z$")
_CHRONO_PIVOT = 2069  # chrono's 69 of two digits; POSIX says 1969
_TIDY = pl.col("value").str.replace(HALF_OF_DAY, "${1}m").str.replace_all(UNSEEN, "")


def is_date_only(pattern: str) -> bool:
    """Whether a strptime pattern has no directive for a time of day."""
    return not _directives(pattern) & set("HIMSTRXcsfpPklr")


def pattern_trouble(pattern: str) -> str:
    """Why a strptime pattern cannot be used; empty if it can."""
    text = _NAMED_ZONE.sub("", pattern)
    if "Z" in _directives(text):
        return f"In the pattern '{pattern}', %Z must stand at the end, after a time."
    written = pl.Series([_SAMPLE]).dt
    try:
        sample = written.strftime(text).str
        read = sample.to_date(text) if is_date_only(text) else sample.to_datetime(text)
    except pl.exceptions.PolarsError:
        return f"The pattern '{pattern}' cannot be read: check its % letters."
    if read.dt.date()[0] != _SAMPLE.date():
        return f"The pattern '{pattern}' does not tell year, month and day."
    return ""


def pattern_attempts(pattern: str) -> Iterator[Attempt]:
    """The text as it stands, then with AM and PM made plain, and without a zone."""
    bare = _NAMED_ZONE.sub("", pattern)
    if is_date_only(bare):
        yield _plain_date(bare)
        return
    if bare == pattern:
        yield _moment(pattern, pl.col("value"))
    if "p" in _directives(bare):
        yield _moment(bare, _TIDY)
    if "z" not in _directives(bare):
        yield _before_zone(bare)


def _moment(pattern: str, text: pl.Expr) -> Attempt:
    def attempt(cells: pl.DataFrame, _rule: TimeRule) -> pl.DataFrame:
        return _in_utc(reading(cells, _strptime(text, pattern)))

    return attempt


def _before_zone(pattern: str) -> Attempt:
    def attempt(cells: pl.DataFrame, _rule: TimeRule) -> pl.DataFrame:
        split = cells.with_columns(parts=_TIDY.str.extract_groups(ZONE_AT_END))
        return reading(split, _strptime(part("text"), pattern), zone=part("zone"))

    return attempt


def _plain_date(pattern: str) -> Attempt:
    def attempt(cells: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
        date = _as_posix(pl.col("value").str.to_date(pattern, strict=False), pattern)
        return reading(cells, sane(at_clock(date, rule)), is_date=True)

    return attempt


def _strptime(text: pl.Expr, pattern: str) -> pl.Expr:
    moment = text.str.to_datetime(pattern, time_unit="us", strict=False)
    return sane(_as_posix(moment, pattern))


def _as_posix(moment: pl.Expr, pattern: str) -> pl.Expr:
    if "y" not in _directives(pattern):
        return moment
    late = moment.dt.year() == _CHRONO_PIVOT
    return pl.when(late).then(moment.dt.offset_by("-100y")).otherwise(moment)


def _in_utc(found: pl.DataFrame) -> pl.DataFrame:
    """A reading whose pattern told the offset, as one that says it is in UTC."""
    kind = found.schema["local"]
    if not isinstance(kind, pl.Datetime) or kind.time_zone is None:
        return found
    local = pl.col("local").dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return found.with_columns(local=local, zone=pl.lit("UTC"))


def _directives(pattern: str) -> set[str]:
    return set(re.findall(r"%[-#:.\d]*([A-Za-z%])", pattern))
