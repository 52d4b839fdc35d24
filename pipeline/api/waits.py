"""How long the API asks us to wait."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_SECONDS = 300.0
_EPOCH_FROM = 1_000_000_000
_RESETS = ("ratelimit-reset", "x-ratelimit-reset")


@dataclass(frozen=True)
class Allowance:
    """`remaining` requests may be made in the next `reset_seconds`."""

    remaining: int
    reset_seconds: float


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds, 0 to LONGEST_WAIT_SECONDS; None when absent or not readable.

    `headers` must not mind upper and lower case. A date is held against `now`.
    """
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _seconds(text)
    return _bounded(_seconds_until(text, now) if seconds is None else seconds)


def read_reset(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """As read_retry_after, from the headers that say when the rate is free again.

    They hold seconds from now, or, from some servers, seconds since 1970.
    """
    texts = (headers.get(name) for name in _RESETS)
    seconds = next((_seconds(text) for text in texts if text), None)
    if seconds is not None and seconds >= _EPOCH_FROM:
        seconds -= now.timestamp()
    return _bounded(seconds)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _seconds_until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (zoned - now).total_seconds()


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
