"""What the body of a refusal says, in whichever shape it comes.

No page prints the shape of an error of API v2; these are the shapes its guides,
its older version and its framework are known to use.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from pipeline.activity import FIELDS

CODE_LENGTH = 64
MESSAGE_LENGTH = 500
EXCERPT_LENGTH = 200
_READ_LENGTH = 8_192
_WRAPPERS = frozenset({"body", "data", "attributes", "metadata"})
_CONTROLS = re.compile(
    r"[\x00-\x20\x7f-\xa0\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+"
)
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PART = re.compile(r"[^./\[\]#$]+")
_PLACES = ("loc", "field", "path", "pointer", "instancePath")


@dataclass(frozen=True)
class ErrorBody:
    """`field` is an activity's field, without the objects around it.

    `is_json` tells the API's own words from a proxy's.
    """

    code: str = ""
    field: str = ""
    message: str = ""
    is_json: bool = False


def read_error_body(content: bytes) -> ErrorBody:
    """Reads every known shape and fails on none; all texts are short and clean."""
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ErrorBody(message=excerpt(content))
    if not isinstance(parsed, dict):
        return ErrorBody(message=excerpt(content))
    said = tuple(_statements(parsed))
    return ErrorBody(
        code=_first(each.code for each in said)[:CODE_LENGTH],
        field=_first(each.field for each in said)[:CODE_LENGTH],
        message=_joined([each.message for each in said]) or excerpt(content),
        is_json=True,
    )


def excerpt(content: bytes) -> str:
    """The beginning of a body as plain text; of a web page its title, if it has one."""
    text = content[:_READ_LENGTH].decode("utf-8", "replace")
    if text.lstrip()[:1] != "<":
        return clean(text, EXCERPT_LENGTH)
    title = _TITLE.search(text)
    seen = title[1] if title else _TAG.sub(" ", _UNSEEN.sub(" ", text))
    return clean(html.unescape(seen), EXCERPT_LENGTH)


def clean(text: str, length: int = MESSAGE_LENGTH) -> str:
    """One line without control characters, cut with an ellipsis."""
    line = _CONTROLS.sub(" ", text).strip()
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _statements(said: Mapping[str, object]) -> Iterator[ErrorBody]:
    """The body's own code and message, then what its inner parts say."""
    field, path = _located(said)
    yield ErrorBody(
        code=_text(said.get("code")) or _text(said.get("error")),
        field=field,
        message=_placed(path, _text(said.get("message"))),
    )
    for inner in ("error", "detail", "details", "errors"):
        yield from _inner_statements(said.get(inner), is_code=inner == "error")


def _inner_statements(inner: object, *, is_code: bool) -> Iterator[ErrorBody]:
    if isinstance(inner, str) and not is_code:
        yield ErrorBody(message=clean(inner))
    elif isinstance(inner, dict):
        yield from _statements(inner)
    elif isinstance(inner, list):
        yield from map(_listed_statement, inner)


def _listed_statement(listed: object) -> ErrorBody:
    """One of FastAPI's {type, loc, msg, input}, or something like it."""
    if not isinstance(listed, dict):
        return ErrorBody(message=_text(listed))
    field, path = _located(listed)
    message = _text(listed.get("msg")) or _text(listed.get("message"))
    return ErrorBody(
        code=_text(listed.get("type")) or _text(listed.get("code")),
        field=field,
        message=_placed(path, message),
    )


def _located(said: Mapping[str, object]) -> tuple[str, str]:
    """The field, and the field with the index after it: contact_ids[0].

    The place is a list, a dotted path, or a JSON pointer. Its last field of an
    activity counts; without one, its last name.
    """
    places = (said.get(name) for name in _PLACES)
    names = next((found for each in places if (found := _names(each))), [])
    at = [n for n, name in enumerate(names) if not name.isdecimal()]
    ours = [n for n in at if names[n] in FIELDS]
    if not at:
        return "", ""
    last = (ours or at)[-1]
    index = names[last + 1] if last + 1 < len(names) else ""
    return names[last], names[last] + (f"[{index}]" if index.isdecimal() else "")


def _names(place: object) -> list[str]:
    """The parts of a place, without the objects around a field."""
    if isinstance(place, list):
        parts = [_text(part) for part in place]
    else:
        parts = _PART.findall(_text(place))
    return [part[:CODE_LENGTH] for part in parts if part and part not in _WRAPPERS]


def _placed(path: str, message: str) -> str:
    return f"{path}: {message}" if path and message else message


def _text(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else ""


def _first(texts: Iterator[str]) -> str:
    return next(filter(None, texts), "")


def _joined(messages: Sequence[str]) -> str:
    return clean("; ".join(dict.fromkeys(filter(None, messages))))
