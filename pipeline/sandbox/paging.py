"""Pages and their cursors.

A cursor holds the question it belongs to. It may be sent alone, as the guides show,
or with the same question; with another one it is refused.
"""

import base64
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_core import to_json

from pipeline.sandbox.models import RecordQuery, StrictModel, TimelineQuery
from pipeline.sandbox.refusals import RefusalError, refuse

Query = TypeVar("Query", RecordQuery, TimelineQuery)
Item = TypeVar("Item")


class Cursor(StrictModel):
    """Where the next page of a question about a record type begins."""

    record_type: str
    question: dict[str, Any]
    offset: Annotated[int, Field(ge=0)]


def resume(query: Query, record_type: str) -> tuple[Query, int]:
    """The question in full, and where its page begins; raises RefusalError."""
    if query.cursor is None:
        return query, 0
    cursor = _decode(query.cursor)
    if cursor.record_type != record_type:
        raise _bad_cursor()
    if _question(query) not in ({}, cursor.question):
        raise _bad_cursor()
    return _restore(query, cursor), cursor.offset


def take_page(
    items: Sequence[Item], query: Query, *, record_type: str, offset: int
) -> tuple[Sequence[Item], str | None]:
    """The items of one page, and the cursor of the next; None at the end."""
    end = offset + query.limit
    if end >= len(items):
        return items[offset:], None
    cursor = Cursor(record_type=record_type, question=_question(query), offset=end)
    return items[offset:end], _encode(cursor)


def _question(query: RecordQuery | TimelineQuery) -> dict[str, Any]:
    return query.model_dump(
        mode="json", exclude={"cursor", "limit"}, exclude_defaults=True
    )


def _restore(query: Query, cursor: Cursor) -> Query:
    whole = {**cursor.question, "limit": query.limit, "cursor": query.cursor}
    try:
        return type(query).model_validate_json(to_json(whole))
    except ValidationError as error:
        raise _bad_cursor() from error


def _encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode()


def _decode(text: str) -> Cursor:
    try:
        return Cursor.model_validate_json(base64.urlsafe_b64decode(text))
    except ValueError as error:
        raise _bad_cursor() from error


def _bad_cursor() -> RefusalError:
    message = "This cursor does not belong to this query. Start at the first page."
    return refuse("invalid_cursor", message, field="cursor")
