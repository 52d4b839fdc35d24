"""The geometry of bar charts: places across in percent, heights in pixels.

So a chart is as wide as the page, and its letters are as large as all others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 180
_LEAST_HEIGHT: Final = 2.0
_GAP: Final = 0.22
_MOST_LABELS: Final = 7
_STEPS: Final = (1, 2, 5, 10)
_PARTS: Final = {1: 2, 2: 2, 5: 5}
GAP: Final = "..."
"""The label of a bar that stands for a stretch in which there is nothing."""


@dataclass(frozen=True)
class Series:
    """One kind of things counted, a number for each bar; `kind` names its look."""

    kind: str
    name: str
    numbers: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.numbers)


@dataclass(frozen=True)
class Piece:
    """A part of a bar: `top` and `height` in pixels."""

    kind: str
    top: float
    height: float


@dataclass(frozen=True)
class Bar:
    """`left` and `width` in percent; `title` says in words what it shows."""

    left: float
    width: float
    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Tick:
    """A label of an axis, at a place in percent (across) or pixels (down)."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Chart:
    """Bars side by side, each a stack of the series; `rows` say the same as a table.

    `gaps` are places across, in percent.
    """

    series: tuple[Series, ...]
    labels: tuple[str, ...]
    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    down: tuple[Tick, ...]
    gaps: tuple[float, ...]
    height: int = HEIGHT

    @property
    def rows(self) -> list[tuple[str, list[float]]]:
        """Without the bars in which there is nothing."""
        numbers = zip(*(each.numbers for each in self.series), strict=True)
        lines = zip(self.labels, numbers, strict=True)
        return [(label, list(line)) for label, line in lines if any(line)]


def stacked(series: Sequence[Series], labels: Sequence[str]) -> Chart:
    """A bar for each label; series without anything are left out."""
    filled = tuple(each for each in series if each.total > 0)
    heights = [
        sum(numbers) for numbers in zip(*(s.numbers for s in filled), strict=True)
    ]
    top = _round_up(max(heights, default=1))
    width = 100 / max(1, len(labels))
    return Chart(
        series=filled,
        labels=tuple(labels),
        bars=tuple(
            Bar(
                round((place + _GAP / 2) * width, 3),
                round((1 - _GAP) * width, 3),
                _title(label, filled, place),
                _pieces(filled, place, top),
            )
            for place, label in enumerate(labels)
            if heights and heights[place]
        ),
        across=_across(labels, width),
        down=tuple(_down(top, whole=all(n.is_integer() for n in heights))),
        gaps=tuple(
            round((place + 0.5) * width, 3)
            for place, label in enumerate(labels)
            if label == GAP
        ),
    )


def number(value: float) -> str:
    """A number as people write it: 1,200; 4.5; 0.25."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _pieces(series: Sequence[Series], place: int, top: float) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    floor = float(HEIGHT)
    for each in series:
        if value := each.numbers[place]:
            height = max(_LEAST_HEIGHT, value / top * HEIGHT)
            floor -= height
            pieces.append(Piece(each.kind, round(floor, 2), round(height, 2)))
    return tuple(pieces)


def _title(label: str, series: Sequence[Series], place: int) -> str:
    told = (
        f"{number(each.numbers[place])} {each.name}"
        for each in series
        if each.numbers[place]
    )
    return f"{label}: {', '.join(told)}"


def _across(labels: Sequence[str], width: float) -> tuple[Tick, ...]:
    """The first and the last label, and some between them with room around."""
    every, last = math.ceil(len(labels) / _MOST_LABELS), len(labels) - 1
    if every == 1:
        return tuple(
            Tick(round((at + 0.5) * width, 3), label)
            for at, label in enumerate(labels)
            if label != GAP
        )
    between = [at for at in range(every, last, every) if last - at >= every]
    shown = [at for at in (0, *between) if labels[at] != GAP]
    ticks = [Tick(round((at + 0.5) * width, 3), labels[at]) for at in shown]
    return (*ticks, Tick(100, labels[last], "end"))


def _down(top: float, *, whole: bool) -> list[Tick]:
    parts = _PARTS[round(top / 10 ** math.floor(math.log10(top)))]
    if whole and top < parts:
        parts = int(top)
    return [
        Tick(round(HEIGHT - HEIGHT * part / parts, 2), number(top * part / parts))
        for part in range(parts + 1)
    ]


def _round_up(value: float) -> float:
    """The least of 1, 2, 5, 10, 20, ... that is not less."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(step * power for step in _STEPS if step * power >= value * 0.9999999)
