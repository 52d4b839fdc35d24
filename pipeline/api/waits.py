"""How long the API asks us to wait, and how much it says is left of its rate."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

LONGEST_WAIT_SECONDS = 300.0
_EPOCH_FROM = 1_000_000_000
_RESETS = ("ratelimit-reset", "x-ratelimit-reset")
_REMAININGS = ("ratelimit-remaining", "x-ratelimit-remaining")
_LEFT = re.compile(r"(?:^|[;,\s])(?:r|remaining)\s*=\s*(\d+)")
_RESET = re.compile(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d+)")
_WINDOW = re.compile(r";\s*w\s*=\s*(\d+)")


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


def read_date(headers: Mapping[str, str]) -> datetime | None:
    """When the answer was made, by the server's clock; None when it does not say."""
    return _moment(headers.get("date", ""))


def read_allowance(headers: httpx.Headers, *, now: datetime) -> Allowance | None:
    """What is left, by any of the headers in use; None when none can be read.

    Read are RateLimit-Remaining and -Reset, the same with X- before, and the one
    header RateLimit of the later drafts (draft-ietf-httpapi-ratelimit-headers), where
    of several limits the one with the fewest requests left counts.
    """
    if not any(b"ratelimit" in name.lower() for name, _ in headers.raw):
        return None
    listed = headers.get("ratelimit")
    if listed is not None:
        return _read_listed(listed, headers.get("ratelimit-policy", ""))
    remaining = _first_number(headers, _REMAININGS)
    reset = _read_reset(headers, now)
    if remaining is None or reset is None:
        return None
    return Allowance(max(0, int(min(remaining, 1e9))), reset)


def read_reset(headers: httpx.Headers, *, now: datetime) -> float | None:
    """As read_retry_after, from the headers that say when the rate is free again.

    They hold seconds from now, or, from some servers, seconds since 1970.
    """
    allowance = read_allowance(headers, now=now)
    return allowance.reset_seconds if allowance else _read_reset(headers, now)


def _read_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    seconds = _first_number(headers, _RESETS)
    if seconds is not None and seconds >= _EPOCH_FROM:
        seconds -= now.timestamp()
    return _bounded(seconds)


def _read_listed(text: str, policy: str) -> Allowance | None:
    """`"default";r=50;t=30, "daily";r=900;t=3600`, or `limit=9, remaining=4, reset=5`.

    Where no time is named, the window of the policy bounds it.
    """
    parts = text.split(",") if '"' in text else [text]
    found = [_read_item(part, policy) for part in parts]
    known = [allowance for allowance in found if allowance]
    return min(known, key=lambda allowance: allowance.remaining, default=None)


def _read_item(text: str, policy: str) -> Allowance | None:
    left, reset = _LEFT.search(text), _RESET.search(text) or _WINDOW.search(policy)
    if left is None or reset is None:
        return None
    seconds = min(float(reset[1]), LONGEST_WAIT_SECONDS)
    return Allowance(min(int(left[1][:10]), 10**9), seconds)


def _first_number(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    texts = (headers.get(name) for name in names)
    return next((_seconds(text) for text in texts if text), None)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _seconds_until(text: str, now: datetime) -> float | None:
    moment = _moment(text)
    return None if moment is None else (moment - now).total_seconds()


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
