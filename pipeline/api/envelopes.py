"""What the answers to all queries have in common."""

from collections.abc import Iterator
from typing import Any


def next_cursor(said: dict[str, Any]) -> str | None:
    """At the top, or in a block of its own: the guides do not show where."""
    blocks = (said, said.get("meta"), said.get("pagination"))
    found = (block.get("next_cursor") for block in blocks if isinstance(block, dict))
    return next((cursor for cursor in found if isinstance(cursor, str)), None)


def texts_in(value: object) -> Iterator[str]:
    """All texts in a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
