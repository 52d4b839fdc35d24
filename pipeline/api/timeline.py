"""What the timeline of a record shows, as `POST /api/v2/activity/_query` tells it.

The page shows `contact_id`, `account_id` and `opportunity_id` as scopes, a window
`created_from` to `created_to`, `cursor` and `limit`. That one scope is enough, and
where the next cursor stands in the answer, is assumed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from pipeline.api.envelopes import next_cursor, texts_in
from pipeline.rows import Link

PAGE_SIZE: Final = 50
_MANUAL = "MANUAL"


@dataclass(frozen=True)
class TimelineQuery:
    """What was created in the timeline of `link` between two moments."""

    link: Link
    created_from: datetime
    created_to: datetime

    def body(self, cursor: str | None) -> bytes:
        page = {"cursor": cursor} if cursor else {}
        return orjson.dumps(
            {
                f"{self.link.kind}_id": self.link.id,
                "created_from": _utc_text(self.created_from),
                "created_to": _utc_text(self.created_to),
                "limit": PAGE_SIZE,
                **page,
            }
        )


@dataclass(frozen=True)
class Entry:
    """An activity in a timeline. `texts` are all texts in its record.

    `created_at` is None when it cannot be read; which moment it is, that of the
    call or that of the activity, is not documented.
    """

    id: str
    subject: str
    created_at: datetime | None
    texts: tuple[str, ...]
    is_manual: bool


@dataclass(frozen=True)
class Page:
    """A page of a timeline; `next_cursor` is None on the last."""

    entries: tuple[Entry, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Unread:
    """Why a timeline could not be read.

    `waiting_helps`: it may be readable later; `everywhere`: no other timeline can be
    read either; `retry_after` is in seconds.
    """

    message: str
    waiting_helps: bool
    everywhere: bool = True
    retry_after: float | None = None


def read_page(content: bytes) -> Page | Unread:
    """A page out of the body of an answer with status 200."""
    try:
        said = orjson.loads(content)
        entries = tuple(_entry(record) for record in said["data"])
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return Unread("The API's timeline cannot be read.", waiting_helps=False)
    return Page(entries, next_cursor(said))


def _entry(record: dict[str, Any]) -> Entry:
    attributes = record.get("attributes") or {}
    kind = _value(attributes.get("type"))
    return Entry(
        id=str(record["id"]),
        subject=_value(attributes.get("display_name")),
        created_at=_moment(record.get("created_at")),
        texts=tuple(texts_in(record)),
        is_manual=not kind or _MANUAL in kind.upper(),
    )


def _value(envelope: object) -> str:
    value = envelope.get("value") if isinstance(envelope, dict) else envelope
    return value if isinstance(value, str) else ""


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _utc_text(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
