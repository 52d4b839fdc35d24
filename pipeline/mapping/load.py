"""A mapping file to a frozen mapping, or to all of its mistakes."""

from dataclasses import replace
from pathlib import Path

from pipeline.activity import STAMP_FIELDS, stamp_room
from pipeline.errors import MappingError
from pipeline.mapping.encodings import USUAL_ENCODINGS, encodings, is_encoding
from pipeline.mapping.load_fields import load_fields
from pipeline.mapping.load_lookups import load_lookups
from pipeline.mapping.load_tests import load_tests
from pipeline.mapping.model import (
    KINDS,
    ColumnRef,
    Mapping,
    Rules,
    SkipRule,
    SourceOptions,
)
from pipeline.mapping.references import column_ref, column_refs, referenced_columns
from pipeline.mapping.times import is_time_zone, nearest_time_zone
from pipeline.nearest import did_you_mean, normalize_name
from pipeline.yaml_file import Mistakes, Section, Text, read_yaml

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ESCAPES = ("backslash", "none")


def load_mapping(path: Path) -> Mapping:
    """The mapping in a file; raises MappingError with all of its mistakes."""
    mistakes = Mistakes()
    content = read_yaml(path, "the mapping", mistakes)
    if content is None:
        raise MappingError(str(path), mistakes.in_order())
    mapping = replace(
        _mapping(content.top),
        folder=path.parent,
        path=str(path),
        text=content.text,
        sha256=content.sha256,
    )
    if found := mistakes.in_order():
        raise MappingError(str(path), found)
    return mapping


def _mapping(top: Section) -> Mapping:
    _version(top)
    name = top.required_text("name")
    lookups = load_lookups(top.table("lookups", "'lookups'"))
    match, match_values = _match(top.table("match", "'match'"))
    mapping = Mapping(
        name=name,
        system=top.text("system") or name,
        description=top.text("description") or "",
        folder=Path(),
        path="",
        text="",
        sha256="",
        match=match,
        match_values=match_values,
        source=_source(top.table("source", "'source'")),
        key=column_refs(top.texts("key"), top.mistakes),
        key_by=top.choice("key_by", KINDS, "exact"),
        combine=top.flag("combine") or False,
        skip=tuple(_skip(rule) for rule in top.tables("skip", "skip rule {}")),
        fields=load_fields(top, lookups),
        lookups=lookups,
        rules=_rules(top.table("rules", "'rules'")),
        stamp=_stamp(top),
    )
    mapping = _with_room_for_stamp(mapping)
    mapping = replace(mapping, tests=load_tests(top, mapping))
    _optional_columns_are_named(top, mapping)
    _aliases_are_of_columns(top, mapping)
    _combining_has_a_key(top, mapping)
    top.close()
    return mapping


def _version(top: Section) -> None:
    version = top.text("version")
    if version is None:
        top.required_text("version")
    elif version != "1":
        top.complain(
            f"Version '{version}' of the mapping format is not known.",
            "version",
            "This program reads version 1.",
        )


def _match(section: Section | None) -> tuple[tuple[str, ...], dict[str, str]]:
    if section is None:
        return (), {}
    columns = column_refs(section.texts("columns"), section.mistakes)
    table = section.table("values", "'values'")
    patterns = {name: table.required_text(name) for name in table} if table else {}
    section.close()
    return tuple(column.name for column in columns), patterns


def _source(section: Section | None) -> SourceOptions:
    if section is None:
        return SourceOptions()
    options = SourceOptions(
        timezone=_timezone(section),
        sheet=section.text("sheet"),
        header_row=section.whole("header_row"),
        encoding=_encoding(section),
        delimiter=_delimiter(section),
        member=section.text("member"),
        section=section.text("section"),
        escape=_escape(section),
        optional_columns=_values(section.texts("optional_columns")),
        empty_values=_values(section.texts("empty_values")),
        aliases=_aliases(section.table("aliases", "'aliases'")),
    )
    section.close()
    return options


def _aliases(section: Section | None) -> dict[str, tuple[str, ...]]:
    if section is None:
        return {}
    aliases = {name: section.texts(name) for name in section}
    return {
        name: tuple(ref.name for ref in column_refs(texts, section.mistakes))
        for name, texts in aliases.items()
    }


def _values(texts: tuple[Text, ...]) -> tuple[str, ...]:
    return tuple((text.value or "").strip() for text in texts)


def _timezone(section: Section) -> str | None:
    name = section.text("timezone")
    if name is None:
        return None
    if not is_time_zone(name):
        section.complain(
            f"'{name}' is no time zone.", "timezone", nearest_time_zone(name)
        )
    return name


def _encoding(section: Section) -> str | None:
    name = section.text("encoding")
    if name is None:
        return None
    if not is_encoding(name):
        section.complain(
            f"'{name}' is no encoding.",
            "encoding",
            did_you_mean(name, encodings())
            or f"Usual are {', '.join(USUAL_ENCODINGS)}.",
        )
    return name


def _escape(section: Section) -> str | None:
    if section.text("escape") is None:
        return None
    return section.choice("escape", ESCAPES, ESCAPES[0])


def _delimiter(section: Section) -> str | None:
    text = section.text("delimiter")
    if text is None:
        return None
    delimiter = DELIMITERS.get(text.lower(), text)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        section.complain(
            f"'{text}' is no delimiter.",
            "delimiter",
            f"Use one character, or {', '.join(DELIMITERS)}.",
        )
    return delimiter


def _skip(section: Section) -> SkipRule:
    name = section.required_text("column")
    column = ColumnRef(name, section.place_of("column"))
    if name:
        column = column_ref(name, section.place_of("column"), section.mistakes)
    tests = [test for test in ("in", "not_in", "empty") if test in section]
    if len(tests) != 1:
        section.complain(f"{section.what} needs one of 'in', 'not_in', 'empty'.")
    listed = {test: _values(section.texts(test)) for test in ("in", "not_in")}
    empty = section.flag("empty")
    if section.is_null("empty"):
        section.complain("'empty' is true or false, not ''.", "empty")
    reason = (section.text("reason") or "").strip()
    section.close()
    if "empty" in tests:
        return SkipRule(column, "empty" if empty else "not_empty", reason=reason)
    if "not_in" in tests:
        return SkipRule(column, "not_in", listed["not_in"], reason)
    return SkipRule(column, "in", listed["in"], reason)


def _rules(section: Section | None) -> Rules:
    if section is None:
        return Rules()
    rules = Rules(
        require_link=section.flag("require_link") or False,
        allow_future=section.flag("allow_future") or False,
    )
    section.close()
    return rules


def _stamp(top: Section) -> str | None:
    if top.text("stamp") is None:
        return None
    fields = tuple(STAMP_FIELDS)
    return top.choice("stamp", fields, fields[0])


def _with_room_for_stamp(mapping: Mapping) -> Mapping:
    """A `max_length` is that of the text with its stamp."""
    rule = mapping.fields.get(mapping.stamp or "")
    if mapping.stamp is None or rule is None or rule.max_length is None:
        return mapping
    shorter = max(1, rule.max_length - stamp_room(mapping.stamp))
    fields = {**mapping.fields, mapping.stamp: replace(rule, max_length=shorter)}
    return replace(mapping, fields=fields)


def _optional_columns_are_named(top: Section, mapping: Mapping) -> None:
    """An optional column that nothing names is a slip of the pen; a key is none."""
    keys = _normal(mapping.key)
    known = _normal(referenced_columns(mapping))
    for name in mapping.source.optional_columns:
        if normalize_name(name) in keys:
            top.complain(f"The key '{name}' cannot be an optional column.", "source")
        elif normalize_name(name) not in known:
            top.complain(
                f"Nothing in the mapping uses the optional column '{name}'.",
                "source",
                did_you_mean(name, known.values()),
            )


def _aliases_are_of_columns(top: Section, mapping: Mapping) -> None:
    known = _normal(referenced_columns(mapping))
    for name in mapping.source.aliases:
        if normalize_name(name) not in known:
            top.complain(
                f"Nothing in the mapping uses the column '{name}', which has aliases.",
                "source",
                did_you_mean(name, known.values()),
            )


def _combining_has_a_key(top: Section, mapping: Mapping) -> None:
    if "key_by" in top and not mapping.key:
        top.complain("'key_by' means nothing without 'key'.", "key_by")
    if mapping.combine and not mapping.key:
        top.complain(
            "'combine' needs a 'key': rows with the same key become one activity.",
            "combine",
        )
    if mapping.combine:
        return
    for name, rule in mapping.fields.items():
        if rule.when_rows_differ != "invalid":
            top.complain(
                f"'when_rows_differ' of '{name}' means nothing without "
                "'combine: true'.",
                "fields",
            )


def _normal(refs: tuple[ColumnRef, ...]) -> dict[str, str]:
    return {normalize_name(ref.name): ref.name for ref in refs}
