"""How outcomes and failures went over the nights."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.catalogue import ISSUES, Level
from pipeline.pages import Chart, Series, stacked
from pipeline.rows import Status
from pipeline.runs.history.past import PastRun
from pipeline.stages.report import title_of

_MOST_BARS: Final = 60
_MOST_CAUSES: Final = 7
# Names of looks of bars that are told apart well, in this order.
_LOOKS: Final = (
    "category-event",
    "category-call",
    "category-webinar",
    "category-linkedin",
    "category-text",
    "category-social_media",
    "category-conference",
)
_OTHERS: Final = "category-other"


@dataclass(frozen=True)
class Period:
    """A run, or all runs of a day, a week, a month or a year."""

    label: str
    runs: tuple[PastRun, ...]

    @property
    def causes(self) -> Counter[str]:
        """Errors by code; warnings stop nothing."""
        found: Counter[str] = Counter()
        for run in self.runs:
            found += errors_of(run)
        return found


@dataclass(frozen=True)
class Trends:
    """What the charts show: a bar for each `unit`, from the oldest to the newest."""

    unit: str
    outcomes: Chart
    failures: Chart | None


@dataclass(frozen=True)
class Cause:
    """A kind of error over all runs: `runs` bear it, `last` is the newest of them."""

    code: str
    title: str
    count: int
    runs: int
    last: PastRun
    in_newest: int


def trends_of(runs: Sequence[PastRun]) -> Trends | None:
    """Of runs that sent, the newest first; None if there are none."""
    if not runs:
        return None
    unit, periods = _periods(list(reversed(runs)))
    labels = [period.label for period in periods]
    totals = [_counts(period) for period in periods]
    outcomes = [
        Series(
            status.value, status.value, tuple(float(each[status]) for each in totals)
        )
        for status in Status
    ]
    failures = _failures(periods)
    return Trends(
        unit,
        stacked(outcomes, labels),
        stacked(failures, labels) if failures else None,
    )


def causes_of(runs: Sequence[PastRun]) -> list[Cause]:
    """Of runs that sent, the newest first: the most frequent cause first."""
    totals: Counter[str] = Counter()
    bearers: dict[str, list[PastRun]] = {}
    for run in runs:
        for code, count in errors_of(run).items():
            totals[code] += count
            bearers.setdefault(code, []).append(run)
    newest = errors_of(runs[0]) if runs else Counter()
    return [
        Cause(
            code,
            title_of(code),
            count,
            len(bearers[code]),
            bearers[code][0],
            newest[code],
        )
        for code, count in totals.most_common()
    ]


def errors_of(run: PastRun) -> Counter[str]:
    issues = run.record.issues or {}
    return Counter(
        {code: count for code, count in issues.items() if not _is_warning(code)}
    )


def _is_warning(code: str) -> bool:
    return code in ISSUES and ISSUES[code].level is Level.WARNING


def _counts(period: Period) -> Counter[str]:
    total: Counter[str] = Counter()
    for run in period.runs:
        total += run.counts
    return total


def _failures(periods: Sequence[Period]) -> list[Series]:
    """The most frequent causes, and all others as one."""
    by_period = [period.causes for period in periods]
    total: Counter[str] = sum(by_period, Counter())
    most = [code for code, _ in total.most_common(_MOST_CAUSES)]
    series = [
        Series(look, title_of(code), tuple(float(each[code]) for each in by_period))
        for look, code in zip(_LOOKS, most, strict=False)
    ]
    if len(total) > len(most):
        others = tuple(
            float(each.total() - sum(each[code] for code in most)) for each in by_period
        )
        series.append(Series(_OTHERS, "others", others))
    return series


def _periods(runs: Sequence[PastRun]) -> tuple[str, list[Period]]:
    """A period for each run if they are few; else the shortest that makes few bars."""
    if len(runs) <= _MOST_BARS:
        nights = {_started(run).date() for run in runs}
        label = "%m-%d" if len(nights) == len(runs) else "%d %H:%M"
        return "run", [Period(_started(run).strftime(label), (run,)) for run in runs]
    first, last = _started(runs[0]).date(), _started(runs[-1]).date()
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    few = (unit for unit in _UNITS if len(set(map(unit.start, days))) <= _MOST_BARS)
    unit = next(few, _UNITS[-1])
    grouped: dict[date, list[PastRun]] = {unit.start(day): [] for day in days}
    for run in runs:
        grouped[unit.start(_started(run).date())].append(run)
    return unit.name, [
        Period(start.strftime(unit.label), tuple(found))
        for start, found in grouped.items()
    ]


def _started(run: PastRun) -> datetime:
    return run.record.started_at


@dataclass(frozen=True)
class _Unit:
    """A stretch of time: `start` is its first day, `label` a pattern of strftime."""

    name: str
    start: Callable[[date], date]
    label: str


_UNITS: Final = (
    _Unit("day", lambda day: day, "%Y-%m-%d"),
    _Unit("week", lambda day: day - timedelta(days=day.weekday()), "%Y-%m-%d"),
    _Unit("month", lambda day: day.replace(day=1), "%Y-%m"),
    _Unit("year", lambda day: day.replace(month=1, day=1), "%Y"),
)
