"""The zones that a time may name itself, as an offset or by a name.

An abbreviation that several parts of the world use for different offsets (CST, IST,
BST) is read only where the source's own zone uses it.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

import polars as pl

from pipeline.nearest import did_you_mean

_NO_PLACES = frozenset({"localtime", "Factory"})
_OFFSETS_OF = {
    0: "utc gmt ut z zulu wet",
    1: "cet mez west",
    2: "cest mesz eet sast",
    3: "eest msk",
    8: "sgt hkt awst",
    9: "jst kst",
    9.5: "acst",
    10: "aest",
    10.5: "acdt",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
    -4: "edt",
    -5: "est",
    -6: "mdt",
    -7: "mst pdt",
    -8: "pst akdt",
    -9: "akst",
    -10: "hst",
}
_MINUTES: Dict[str, int] = MappingProxyType(
    {
        name: round(hours * 60)
        for hours, names in _OFFSETS_OF.items()
        for name in names.split()
    }
)
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+\u2212-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_MOST_HOURS = 15


@dataclass(frozen=True)
class Zone:
    """Either an offset in minutes, or the IANA name of a place."""

    minutes: int | None = None
    place: str | None = None


def is_time_zone(name: str) -> bool:
    """Whether polars knows the zone, so that times can be put on its clock, and Python.

    Polars alone knows offsets such as +01:00, and takes no name for UTC.
    """
    try:
        ZoneInfo(name)
        pl.select(pl.lit(datetime(2024, 1, 1)).dt.replace_time_zone(name))  # noqa: DTZ001
    except (pl.exceptions.PolarsError, LookupError, ValueError, OSError):
        return False
    return True


def nearest_time_zone(name: str) -> str:
    """What to write instead of a name that is no time zone."""
    near = did_you_mean(name, available_timezones() - _NO_PLACES)
    return near or "Use an IANA name such as America/New_York."


def zones_of(texts: Iterable[str], own: str) -> dict[str, Zone | None]:
    """What each text means beside a time on the clock of `own`; None: unknown."""
    return {text: _zone(text, own) for text in texts}


def _zone(text: str, own: str) -> Zone | None:
    name = text.strip(" \t[]()").casefold()
    if offset := _OFFSET.fullmatch(name):
        return _offset(*offset.groups())
    at_home = _abbreviations(own).get(name, set())
    if len(at_home) == 1:
        return Zone(minutes=next(iter(at_home)))
    if name in _MINUTES:
        return Zone(minutes=_MINUTES[name])
    place = _places().get(name)
    return Zone(place=place) if place else None


def _offset(sign: str, hours: str, minutes: str | None) -> Zone | None:
    if int(hours) > _MOST_HOURS or int(minutes or 0) > 59:
        return None
    total = int(hours) * 60 + int(minutes or 0)
    return Zone(minutes=total if sign == "+" else -total)


@cache
def _places() -> dict[str, str]:
    names = available_timezones() - _NO_PLACES
    return {name.casefold(): name for name in names if is_time_zone(name)}


@cache
def _abbreviations(own: str) -> dict[str, set[int]]:
    """The offsets, in minutes, that a place has called by each abbreviation."""
    zone = ZoneInfo(own)
    found: dict[str, set[int]] = {}
    for year in range(1970, 2038):
        for month in range(1, 13):
            at = datetime(year, month, 1, tzinfo=UTC).astimezone(zone)
            name, offset = (at.tzname() or "").casefold(), at.utcoffset()
            if name.isalpha() and offset is not None:
                found.setdefault(name, set()).add(round(offset.total_seconds() / 60))
    return found
