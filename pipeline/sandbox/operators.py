"""What the filters' operators do, and to which types of value they may be put.

Text is compared as it stands, capitals included, and ids without regard to them;
`between` takes `[low, high]` and includes both. The guides leave all three open.
"""

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

Test = Callable[[Any, Any], bool]

EQUALITY: dict[str, Test] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "in": lambda value, given: value in given,
    "not_in": lambda value, given: value not in given,
}
TEXT: dict[str, Test] = {
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}
ORDER: dict[str, Test] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "between": lambda value, given: given[0] <= value <= given[1],
}
PRESENCE: dict[str, Test] = {
    "exists": lambda value, _: bool(value),
    "not_exists": lambda value, _: not value,
}
OPERATORS: dict[str, dict[str, Test]] = {
    "string": EQUALITY | TEXT | ORDER | PRESENCE,
    "timestamp": EQUALITY | ORDER | PRESENCE,
    "uuid": EQUALITY | PRESENCE,
    "record_reference": EQUALITY | PRESENCE,
}


def _read_timestamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "timestamp": _read_timestamp,
    "uuid": str.lower,
    "record_reference": str.lower,
}
