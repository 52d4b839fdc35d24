"""Records by the value of a field, as `POST /api/v2/<record type>/_query` finds them.

That filters take `in` with a list, and that a page answers with `next_cursor`, is
documented; how long the list may be, and whether capitals count, is not.
"""

from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from pipeline.api.answers import Answer
from pipeline.api.envelopes import next_cursor, texts_in

PAGE_LIMIT: Final = 100
_NAMES: Final = ("display_name", "name", "full_name")


class Query(Protocol):
    """What is asked of the records of a type; `field` is the one that is looked at."""

    @property
    def record_type(self) -> str: ...

    @property
    def field(self) -> str: ...

    def body(self, cursor: str | None) -> bytes: ...


@dataclass(frozen=True)
class OneRecord:
    """Any record of a type: the least that can be asked with a key."""

    record_type: str
    field: str = "id"

    def body(self, cursor: str | None) -> bytes:
        return orjson.dumps({"limit": 1})


@dataclass(frozen=True)
class RecordQuery:
    """Records of a type whose `field` is one of `values`."""

    record_type: str
    field: str
    values: tuple[str, ...]

    def body(self, cursor: str | None) -> bytes:
        """A cursor stands for the filters that it came from."""
        if cursor is not None:
            return orjson.dumps({"cursor": cursor, "limit": PAGE_LIMIT})
        condition = {"field": self.field, "operator": "in", "value": self.values}
        return orjson.dumps({"filters": [condition], "limit": PAGE_LIMIT})


@dataclass(frozen=True)
class Record:
    """A record; `texts` are those in the field that was asked for, None without it."""

    id: str
    name: str
    texts: tuple[str, ...] | None


@dataclass(frozen=True)
class RecordPage:
    """A page of records; `next_cursor` is None on the last."""

    records: tuple[Record, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Reply:
    """What came of a query: a page, or an answer that says why there is none."""

    answer: Answer
    page: RecordPage | None = None


def read_records(content: bytes, field: str) -> RecordPage | None:
    """A page out of the body of an answer with status 200; None if it is none."""
    try:
        said = orjson.loads(content)
        records = tuple(_record(record, field) for record in said["data"])
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return None
    return RecordPage(records, next_cursor(said))


def _record(record: dict[str, Any], field: str) -> Record:
    values = {**record, **(record.get("attributes") or {})}
    names = (next(texts_in(_value(values.get(name))), "") for name in _NAMES)
    head = field.partition(".")[0]
    texts = tuple(texts_in(_value(values[head]))) if head in values else None
    return Record(str(record["id"]), next(filter(None, names), ""), texts)


def _value(envelope: object) -> object:
    """What is in envelopes of {value_type, value}, also in a list of them."""
    if isinstance(envelope, list):
        return [_value(each) for each in envelope]
    if isinstance(envelope, dict) and "value" in envelope:
        return envelope["value"]
    return envelope
