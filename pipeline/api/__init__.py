"""The one place that speaks HTTP: address, client, meaning of answers, pacing."""

from pipeline.api.address import ApiAddress, is_loopback, parse_address
from pipeline.api.answers import Answer, Verdict, is_activity_id
from pipeline.api.client import ActivityApi, Health, open_transport
from pipeline.api.pacing import (
    AdaptivePace,
    Pace,
    PaceState,
    backoff_seconds,
)
from pipeline.api.proxy import find_proxy
from pipeline.api.records import Record, RecordPage, RecordQuery, Reply
from pipeline.api.timeline import Entry, Page, TimelineQuery, Unread
from pipeline.api.transport import Timeouts

__all__ = [
    "ActivityApi",
    "AdaptivePace",
    "Answer",
    "ApiAddress",
    "Entry",
    "Health",
    "Pace",
    "PaceState",
    "Page",
    "Record",
    "RecordPage",
    "RecordQuery",
    "Reply",
    "TimelineQuery",
    "Timeouts",
    "Unread",
    "Verdict",
    "backoff_seconds",
    "find_proxy",
    "is_activity_id",
    "is_loopback",
    "open_transport",
    "parse_address",
]
