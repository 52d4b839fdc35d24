"""The one place that speaks HTTP: address, client, meaning of answers, pacing."""

from pipeline.api.address import ApiAddress, is_loopback, parse_address
from pipeline.api.answers import Answer, Verdict, is_activity_id
from pipeline.api.certificate import Certificate, read_certificate
from pipeline.api.client import ActivityApi, Health, open_transport
from pipeline.api.credentials import Anonymous, Credentials, FixedKey, RereadKey
from pipeline.api.pacing import (
    AdaptivePace,
    Pace,
    PaceState,
    backoff_seconds,
)
from pipeline.api.proxy import find_proxy
from pipeline.api.records import (
    OneRecord,
    Query,
    Record,
    RecordPage,
    RecordQuery,
    Reply,
)
from pipeline.api.timeline import Entry, Page, TimelineQuery, Unread
from pipeline.api.transport import Timeouts

__all__ = [
    "ActivityApi",
    "AdaptivePace",
    "Anonymous",
    "Answer",
    "ApiAddress",
    "Certificate",
    "Credentials",
    "Entry",
    "FixedKey",
    "Health",
    "OneRecord",
    "Pace",
    "PaceState",
    "Page",
    "Query",
    "Record",
    "RecordPage",
    "RecordQuery",
    "Reply",
    "RereadKey",
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
    "read_certificate",
]
