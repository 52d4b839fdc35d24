"""The activities over the years: what shows a wrong century at a glance."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.activity import CATEGORIES
from pipeline.pages import GAP, Chart, Series, stacked
from pipeline.plan import Calendar

_MONTH: Final = 0
_SPANS: Final = (_MONTH, 1, 5, 10, 50, 100, 500)
_MOST_BARS: Final = 40
_MOST_EMPTY_BARS: Final = 2
_MANY_YEARS: Final = 10
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_NAMES: Final = {
    "CALL": "Call",
    "TEXT": "Text",
    "LINKEDIN": "LinkedIn",
    "SOCIAL_MEDIA": "Social media",
    "EVENT": "Event",
    "CONFERENCE": "Conference",
    "WEBINAR": "Webinar",
    "OTHER": "Other",
    "": "no category",
}


@dataclass(frozen=True)
class Activities:
    """Charts of all rows that no rule left out, whatever became of them.

    `unit` is what a bar of `over_time` stands for. `gap` are the two years around the
    most years without an activity, where they are many: some dates may be wrong.
    """

    over_time: Chart
    by_hour: Chart
    unit: str
    first: str
    last: str
    dated: int
    undated: int
    gap: tuple[int, int] | None


def activities_of(counted: Calendar) -> Activities | None:
    """None when not one row has a time."""
    if not counted.months:
        return None
    span = next((s for s in _SPANS if len(_bars(counted, s)) <= _MOST_BARS), _SPANS[-1])
    bars = _bars(counted, span)
    hours = Series("hour", "activities", tuple(map(float, counted.hours)))
    first, last = counted.months[0], counted.months[-1]
    return Activities(
        stacked(_by_category(counted, span, bars), [_label(bar, span) for bar in bars]),
        stacked([hours], [f"{hour:02}:00" for hour in range(len(counted.hours))]),
        unit={_MONTH: "month", 1: "year"}.get(span, f"{span} years"),
        first=_month(first[0], first[1]),
        last=_month(last[0], last[1]),
        dated=sum(counted.hours),
        undated=counted.undated,
        gap=_widest_gap(counted),
    )


def _bars(counted: Calendar, span: int) -> list[int | None]:
    """The months or spans of years to draw; None stands for several without any."""
    filled = sorted({_bar(year, month, span) for year, month, *_ in counted.months})
    return [*_with_gaps(filled), filled[-1]]


def _with_gaps(filled: list[int]) -> Iterator[int | None]:
    for before, after in pairwise(filled):
        yield before
        empty = range(before + 1, after)
        yield from empty if len(empty) <= _MOST_EMPTY_BARS else [None]


def _bar(year: int, month: int, span: int) -> int:
    return year * 12 + month - 1 if span == _MONTH else year // span


def _label(bar: int | None, span: int) -> str:
    if bar is None:
        return GAP
    if span == _MONTH:
        return _month(bar // 12, bar % 12 + 1)
    return str(bar) if span == 1 else f"{bar * span}-{bar * span + span - 1}"


def _month(year: int, month: int) -> str:
    return f"{_MONTHS[month - 1]} {year}"


def _by_category(counted: Calendar, span: int, bars: list[int | None]) -> list[Series]:
    places = {bar: place for place, bar in enumerate(bars)}
    numbers = {name: [0.0] * len(bars) for name in (*CATEGORIES, "")}
    for year, month, category, rows in counted.months:
        numbers[category][places[_bar(year, month, span)]] += rows
    return [
        Series(f"category-{name.lower() or 'none'}", title, tuple(numbers[name]))
        for name, title in _NAMES.items()
    ]


def _widest_gap(counted: Calendar) -> tuple[int, int] | None:
    years = sorted({year for year, *_ in counted.months})
    gaps = [(after - before, before, after) for before, after in pairwise(years)]
    widest, before, after = max(gaps, default=(0, 0, 0))
    return (before, after) if widest > _MANY_YEARS else None
