"""A mapping file with its structure, and without what its user wrote into it."""

import json
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pipeline.nearest import normalize_name
from pipeline.runs.bundle.masking import form_of
from pipeline.yaml_file import Scalar, scalars

_KEPT_BELOW: Final = {
    *("version", "header_row", "timezone", "encoding", "delimiter", "escape"),
    *("formats", "date_only", "max_length", "transforms", "match", "return"),
}
_REFERENCE: Final = re.compile(r"\{([^{}|]*)((?:\|[^{}]*)?)\}")


def masked_mapping(text: str, headers: Collection[str]) -> str:
    """Kept are the format's own words, numbers of lines, and the columns of `headers`.

    All other texts are shown by their form; comments are left out.
    """
    known = {normalize_name(header) for header in headers}
    return "".join(_pieces(text, known))


def _pieces(text: str, known: set[str]) -> Iterator[str]:
    at = 0
    for scalar in scalars(text):
        yield _between(text[at : scalar.start])
        written = text[scalar.start : scalar.end]
        yield written if _is_kept(scalar, known) else _masked(written, known)
        at = scalar.end
    yield _between(text[at:])


def _between(text: str) -> str:
    """What stands between scalars: marks, and comments."""
    return form_of(re.sub("#.*", "# ...", text))


def _is_kept(scalar: Scalar, known: set[str]) -> bool:
    if scalar.value in _format_words() or normalize_name(scalar.value) in known:
        return True
    return bool(scalar.path) and scalar.path[-1] in _KEPT_BELOW


def _masked(written: str, known: set[str]) -> str:
    """The form; in a template the columns stay."""
    pieces: list[str] = []
    at = 0
    for found in _REFERENCE.finditer(written):
        pieces.append(form_of(written[at : found.start()]))
        kept = normalize_name(found[1]) in known
        name = found[1] if kept else form_of(found[1])
        pieces.append(f"{{{name}{form_of(found[2])}}}")
        at = found.end()
    return "".join([*pieces, form_of(written[at:])])


@cache
def _format_words() -> frozenset[str]:
    """All keys and choices that the mapping format knows."""
    schema = files("pipeline.mapping").joinpath("mapping.schema.json")
    return frozenset(_words_in(json.loads(schema.read_text("utf-8"))))


def _words_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _words_in(each)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (word for word in schema.get("enum", []) if isinstance(word, str))
        for each in schema.values():
            yield from _words_in(each)
