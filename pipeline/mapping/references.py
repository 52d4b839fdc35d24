"""The source columns that a mapping names."""

import re
from collections.abc import Iterable

from pipeline.errors import Place
from pipeline.mapping.cells import source_columns
from pipeline.mapping.filters import FILTERS
from pipeline.mapping.model import ColumnRef, Filtered, Mapping, Template
from pipeline.yaml_file import Mistakes, Text

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_BRACES = {"{{": "{", "}}": "}"}


def referenced_columns(mapping: Mapping) -> tuple[ColumnRef, ...]:
    """Every column that key, skip rules and fields name, in that order."""
    return (
        *mapping.key,
        *(rule.column for rule in mapping.skip),
        *(ref for rule in mapping.fields.values() for ref in source_columns(rule)),
    )


def column_refs(texts: Iterable[Text], mistakes: Mistakes) -> tuple[ColumnRef, ...]:
    return tuple(column_ref(text.value, text.place, mistakes) for text in texts)


def column_ref(name: str | None, place: Place, mistakes: Mistakes) -> ColumnRef:
    """A column as named at `place`; a name that no column can have is a mistake."""
    if not (name or "").strip():
        mistakes.add("The name of a column is missing.", place)
    elif (name or "").strip().startswith("_"):
        mistakes.add(
            f"The column '{name}' starts with '_': such columns are our own, and left "
            "out when a file is read.",
            place,
        )
    return ColumnRef(name or "", place)


def parse_template(text: str, place: Place, mistakes: Mistakes) -> Template:
    """Text with `{Column}` placeholders; a brace without its partner is a mistake."""
    parts: list[str | ColumnRef | Filtered] = []
    literal, end = "", 0
    for token in _TOKEN.finditer(text):
        literal += text[end : token.start()]
        end = token.end()
        if token[1] is not None:
            parts += [literal, _placeholder(token[1], place, mistakes)]
            literal = ""
            continue
        if token[0] not in _BRACES:
            mistakes.add(
                f"'{token[0]}' has no partner; write {{{{ or }}}} for a brace as such.",
                place,
            )
        literal += _BRACES.get(token[0], token[0])
    parts.append(literal + text[end:])
    return Template(tuple(part for part in parts if part != ""))


def _placeholder(text: str, place: Place, mistakes: Mistakes) -> ColumnRef | Filtered:
    """A column, or one with a filter; a bar before anything else is part of a name."""
    name, bar, filter_name = text.rpartition("|")
    if bar and filter_name.strip() in FILTERS:
        return Filtered(column_ref(name.strip(), place, mistakes), filter_name.strip())
    return column_ref(text, place, mistakes)
