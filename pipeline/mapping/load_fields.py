"""The `fields` of a mapping file."""

import re
from collections.abc import Iterator
from datetime import time
from typing import Literal

import polars as pl

from pipeline.activity import (
    CATEGORIES,
    FIELDS,
    LIST_FIELDS,
    METADATA,
    REQUIRED_FIELDS,
    UUID,
)
from pipeline.mapping.model import (
    ColumnRef,
    Constant,
    FieldRule,
    FromColumns,
    Lookup,
    Template,
)
from pipeline.mapping.references import column_ref, parse_template
from pipeline.mapping.times import FORMATS, TimeRule, parse_times, pattern_trouble
from pipeline.mapping.transforms import TRANSFORMS
from pipeline.nearest import did_you_mean
from pipeline.yaml_file import Section, Text

_ORIGINS = ("from", "template", "constant")
_TIME_FIELD = "activity_time"
_TEXT_FIELDS = ("subject", "description")
# Keys that mean something for some fields only.
_ONLY_FOR = {
    "split": tuple(LIST_FIELDS),
    "formats": (_TIME_FIELD,),
    "date_only": (_TIME_FIELD,),
    "when_twice": (_TIME_FIELD,),
    "when_nonexistent": (_TIME_FIELD,),
    "max_length": _TEXT_FIELDS,
    "when_too_long": _TEXT_FIELDS,
    "when_rows_differ": (_TIME_FIELD, *_TEXT_FIELDS, "category"),
}
_NEEDS = {
    "when_missing": "lookup",
    "when_several": "lookup",
    "when_too_long": "max_length",
}


def load_fields(top: Section, lookups: dict[str, Lookup]) -> dict[str, FieldRule]:
    section = top.table("fields", "'fields'")
    if section is None:
        top.complain("The mapping needs 'fields'.", "fields")
        return {}
    tables = section.named_tables(FIELDS, "the field '{}'")
    section.close()
    for name in FIELDS:
        if name in REQUIRED_FIELDS and name not in section:
            section.complain(f"'fields' needs '{name}': the API requires it.")
    return {name: _field(name, table, lookups) for name, table in tables.items()}


def _field(name: str, section: Section, lookups: dict[str, Lookup]) -> FieldRule:
    rule = FieldRule(
        origin=_origin(section),
        transforms=_transforms(section),
        split=_split(section),
        values=_values(section, "values"),
        contains=_values(section, "contains"),
        otherwise=section.text("otherwise"),
        formats=_formats(section),
        date_only=_date_only(section),
        when_twice=section.choice(
            "when_twice", ("invalid", "earlier", "later"), "invalid"
        ),
        when_nonexistent=section.choice(
            "when_nonexistent", ("invalid", "forward"), "invalid"
        ),
        lookup=_lookup(section, lookups),
        when_missing=section.choice("when_missing", ("invalid", "drop"), "invalid"),
        when_several=section.choice("when_several", ("invalid", "drop"), "invalid"),
        default=section.text("default"),
        max_length=section.whole("max_length"),
        when_too_long=section.choice(
            "when_too_long", ("invalid", "truncate"), "invalid"
        ),
        when_rows_differ=_when_rows_differ(name, section),
    )
    section.close()
    _keys_mean_something(name, section)
    _own_values_are_valid(name, rule, section)
    return rule


def _origin(section: Section) -> FromColumns | Template | Constant:
    columns = _columns(section)
    template = section.text("template")
    constant = section.text("constant")
    given = [key for key in _ORIGINS if key in section]
    if len(given) != 1:
        section.complain(
            f"{section.what} has {' and '.join(given) or 'no origin'}; it needs "
            "exactly one of 'from', 'template', 'constant'."
        )
    if "from" in given and not columns:
        section.complain("'from' names no column.", "from")
    if template is not None and not template.strip():
        section.complain("'template' is empty.", "template")
    if template is not None:
        return parse_template(template, section.place_of("template"), section.mistakes)
    return FromColumns(columns) if columns else Constant(constant)


def _columns(section: Section) -> tuple[ColumnRef | Template, ...]:
    found = section.texts_or_tables("from", f"a table under 'from' of {section.what}")
    return tuple(_column_or_template(one, section) for one in found)


def _column_or_template(one: Text | Section, section: Section) -> ColumnRef | Template:
    if isinstance(one, Text):
        return column_ref(one.value, one.place, section.mistakes)
    text = one.required_text("template")
    one.close()
    return parse_template(text, one.place_of("template"), section.mistakes)


def _when_rows_differ(
    name: str, section: Section
) -> Literal["invalid", "first", "join"]:
    if name in _TEXT_FIELDS:
        return section.choice(
            "when_rows_differ", ("invalid", "first", "join"), "invalid"
        )
    return section.choice("when_rows_differ", ("invalid", "first"), "invalid")


def _split(section: Section) -> tuple[str, ...]:
    """Separators, white space among them, as they are written."""
    return tuple(text.value for text in section.texts("split") if text.value)


def _transforms(section: Section) -> tuple[str, ...]:
    names = section.texts("transforms")
    for name in names:
        if name.value not in TRANSFORMS:
            section.mistakes.add(
                f"'{name.value or ''}' is no transform; "
                f"there are {', '.join(TRANSFORMS)}.",
                name.place,
                did_you_mean(name.value or "", TRANSFORMS),
            )
    return tuple(name.value or "" for name in names)


def _values(section: Section, key: str) -> dict[str, str] | None:
    table = section.table(key, f"'{key}'")
    if table is None:
        return None
    values = {old: table.text(old) for old in table}
    for old, new in values.items():
        if new is None and table.is_null(old):
            table.complain(f"'{key}' does not say what '{old}' becomes.", old)
        if key == "contains" and not old.strip():
            table.complain("An empty text stands in every value.", old)
    return {old: new for old, new in values.items() if new is not None}


def _formats(section: Section) -> tuple[str, ...]:
    formats = section.texts("formats")
    for form in formats:
        if trouble := _format_trouble(form.value or ""):
            section.mistakes.add(trouble, form.place)
    return tuple(form.value or "" for form in formats) or ("iso",)


def _format_trouble(form: str) -> str:
    """Why a format of times cannot be used; empty if it can."""
    if form in FORMATS:
        return ""
    if "%" not in form:
        return (
            f"'{form}' is no format of times; use {', '.join(FORMATS)}, or a pattern "
            "such as '%d/%m/%Y %H:%M'."
        )
    return pattern_trouble(form)


def _date_only(section: Section) -> time:
    text = section.text("date_only")
    if text is None:
        return time(12)
    if re.fullmatch(r"([01]?[0-9]|2[0-3])(:[0-5][0-9]){1,2}", text) is None:
        section.complain(
            f"'{text}' is no time of day.", "date_only", 'Write it like "12:00".'
        )
        return time(12)
    return time.fromisoformat(re.sub(r"^(\d):", r"0\1:", text))


def _lookup(section: Section, lookups: dict[str, Lookup]) -> tuple[str, ...]:
    names = section.texts("lookup")
    for name in names:
        if name.value is not None and name.value not in lookups:
            section.mistakes.add(
                f"There is no lookup '{name.value}' under 'lookups'.",
                name.place,
                did_you_mean(name.value, lookups),
            )
    return tuple(dict.fromkeys(name.value for name in names if name.value))


def _keys_mean_something(name: str, section: Section) -> None:
    for key, fields in _ONLY_FOR.items():
        if key in section and name not in fields:
            section.complain(
                f"'{key}' means nothing for '{name}': it is for {', '.join(fields)}.",
                key,
            )
    for key, other in _NEEDS.items():
        if key in section and other not in section:
            section.complain(f"'{key}' means nothing without '{other}'.", key)
    if "otherwise" in section and not {"values", "contains"} & set(section):
        section.complain(
            "'otherwise' means nothing without 'values' or 'contains'.", "otherwise"
        )


def _own_values_are_valid(name: str, rule: FieldRule, section: Section) -> None:
    """What the mapping itself puts into a field must be good for that field."""
    for key, text in _own_values(rule):
        if trouble := _value_trouble(name, text, rule):
            section.complain(f"'{text}' is no value for '{name}': {trouble}", key)


def _own_values(rule: FieldRule) -> Iterator[tuple[str, str]]:
    if rule.default is not None:
        yield "default", rule.default
    if not rule.lookup and rule.values is None and rule.contains is None:
        yield from (("constant", text) for text in _constants(rule))
    if not rule.lookup:
        yield from (("values", text) for text in (rule.values or {}).values())
        yield from (("contains", text) for text in (rule.contains or {}).values())
        if rule.otherwise is not None:
            yield "otherwise", rule.otherwise


def _constants(rule: FieldRule) -> list[str]:
    if not isinstance(rule.origin, Constant) or rule.origin.value is None:
        return []
    texts = [rule.origin.value]
    for separator in rule.split:
        texts = [part for text in texts for part in text.split(separator)]
    return texts


def _value_trouble(name: str, text: str, rule: FieldRule) -> str:
    if name == "category" and text not in CATEGORIES:
        hint = did_you_mean(text, CATEGORIES)
        return " ".join((f"it takes {', '.join(CATEGORIES)}.", hint)).strip()
    if name not in METADATA and re.match(UUID, text.strip()) is None:
        return "it takes Reevo ids (UUIDs)."
    if name == _TIME_FIELD and not _can_be_read(text, rule):
        return f"none of the formats reads it ({', '.join(rule.formats)})."
    return ""


def _can_be_read(text: str, rule: FieldRule) -> bool:
    cells = pl.DataFrame({"row": [1], "value": [text], "column": [""]})
    times = parse_times(cells, TimeRule.of(rule, "UTC"))
    return times.issues.is_empty()
