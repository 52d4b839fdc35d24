"""The forms in which a configuration writes lengths of time, limits and bands."""

import re
from datetime import time

from pipeline.nightly.config import Band, Window
from pipeline.rows import RowLimit

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_NUMBER = r"\d+(?:\.\d+)?"


def duration(text: str) -> float | None:
    """Seconds, of `90`, `90s`, `15m`, `2h`, `30d` or `4w`; None: it is none."""
    found = re.fullmatch(rf"({_NUMBER})\s*([smhdw]?)", text.strip())
    return float(found[1]) * _UNITS[found[2] or "s"] if found else None


def lasting(text: str) -> float | None:
    """As `duration`, but above 0."""
    return duration(text) or None


def age(text: str) -> float | None:
    """Seconds, of `30d` or `4w`, above 0; None: it is none.

    What is kept is counted in days or weeks, and says so: `90` might be either.
    """
    return lasting(text) if text.strip().endswith(("d", "w")) else None


def time_of_day(text: str) -> time | None:
    """`06:00`; None: it is none."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    return time(int(found[1]), int(found[2])) if found else None


def window(text: str) -> Window | None:
    """`22:00-06:00`; None: it is none, or ends when it begins."""
    opens, dash, closes = text.partition("-")
    begin, end = time_of_day(opens), time_of_day(closes)
    if not dash or begin is None or end is None or begin == end:
        return None
    return Window(begin, end)


def row_limit(text: str) -> RowLimit | None:
    """`12` or `2.5%`; None: it is neither."""
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return RowLimit(rows=int(text))
    share = _percent(text)
    return RowLimit(percent=share) if share is not None and share <= 100 else None


def band(text: str) -> Band | None:
    """`50%..200%`, `50%..` or `..200%`; None: it is none of them, or upside down."""
    least, dots, most = text.partition("..")
    ends = [_percent(end) if end.strip() else None for end in (least, most)]
    if not dots or any(
        end is None and text.strip()
        for end, text in zip(ends, (least, most), strict=True)
    ):
        return None
    low, high = ends
    if low is None and high is None:
        return None
    if low is not None and high is not None and low >= high:
        return None
    return Band(low, high)


def _percent(text: str) -> float | None:
    found = re.fullmatch(rf"({_NUMBER})\s*%", text.strip())
    return float(found[1]) if found else None
