"""Where a field's text comes from: `cells` frames of `row`, `value` and `column`.

`value` is text without white space at its ends, null when empty; `column` is the
header that it came from, for messages.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.mapping.filters import FILTERS
from pipeline.mapping.model import (
    ColumnRef,
    Constant,
    FieldRule,
    Filtered,
    FromColumns,
    Mapping,
    Template,
)
from pipeline.rows import Source

_NO_TEXT = pl.lit(None, dtype=pl.String)


@dataclass(frozen=True)
class Headers:
    """The columns that a mapping names: their ids in a source, and their headers.

    An optional column that the source lacks has the id None; `source` is its label.
    """

    ids: dict[str, str | None]
    names: dict[str, str]
    source: str = ""

    @classmethod
    def of(cls, ids: dict[str, str | None], source: Source) -> "Headers":
        headers = {column.id: column.name for column in source.columns}
        names = {name: headers.get(at or "", name) for name, at in ids.items()}
        return cls(ids, names, source.label)

    def text(self, ref: ColumnRef) -> pl.Expr:
        at = self.ids[ref.name]
        return _NO_TEXT if at is None else pl.col(at)

    def label(self, refs: tuple[ColumnRef, ...]) -> str:
        return ", ".join(self.names[ref.name] for ref in refs)


def clean_cells(rows: pl.DataFrame, mapping: Mapping, headers: Headers) -> pl.DataFrame:
    """`row` and the columns the mapping names, trimmed, empty cells as nulls."""
    used = sorted({at for at in headers.ids.values() if at is not None})
    empty = ["", *mapping.source.empty_values]
    trimmed = rows.select("row", *(pl.col(at).str.strip_chars() for at in used))
    return trimmed.with_columns(
        pl.when(~pl.col(at).is_in(empty)).then(pl.col(at)) for at in used
    )


def scalar_cells(
    clean: pl.DataFrame, rule: FieldRule, headers: Headers
) -> pl.DataFrame:
    """The cells of a field with one value."""
    match rule.origin:
        case FromColumns(columns):
            value, column = _first_filled(columns, headers)
        case Template() as template:
            value, column = (
                _text(template, headers),
                pl.lit(headers.label(source_columns(rule))),
            )
        case Constant(text):
            value, column = pl.lit(text or None, dtype=pl.String), pl.lit("")
    return clean.select("row", value=value, column=column)


def list_cells(clean: pl.DataFrame, rule: FieldRule, headers: Headers) -> pl.DataFrame:
    """The cells of a field with several values: a line per column, in order."""
    if not isinstance(rule.origin, FromColumns):
        return scalar_cells(clean, rule, headers)
    columns = [
        clean.select(
            "row", value=_text(each, headers), column=pl.lit(_label(each, headers))
        )
        for each in rule.origin.columns
    ]
    return pl.concat(columns).sort("row", maintain_order=True)


def split_cells(cells: pl.DataFrame, separators: tuple[str, ...]) -> pl.DataFrame:
    """A line per value, split at each separator; empty ones are left out."""
    parts = cells
    for separator in separators:
        parts = parts.with_columns(pl.col("value").str.split(separator))
        parts = parts.explode("value")
    trimmed = parts.with_columns(pl.col("value").str.strip_chars())
    return trimmed.filter(pl.col("value").is_not_null() & (pl.col("value") != ""))


def source_columns(rule: FieldRule) -> tuple[ColumnRef, ...]:
    """The columns that a field is made of."""
    match rule.origin:
        case FromColumns(columns):
            return tuple(ref for each in columns for ref in _columns_of(each))
        case Template() as template:
            return _columns_of(template)
    return ()


def _columns_of(part: str | ColumnRef | Filtered | Template) -> tuple[ColumnRef, ...]:
    match part:
        case ColumnRef():
            return (part,)
        case Filtered(column):
            return (column,)
        case Template(parts):
            return tuple(ref for each in parts for ref in _columns_of(each))
    return ()


def _first_filled(
    columns: tuple[ColumnRef | Template, ...], headers: Headers
) -> tuple[pl.Expr, pl.Expr]:
    texts = [_text(each, headers) for each in columns]
    labels = [_label(each, headers) for each in columns]
    column = pl.coalesce(
        pl.when(text.is_not_null()).then(pl.lit(label))
        for text, label in zip(texts, labels, strict=True)
    ).fill_null(", ".join(labels))
    return pl.coalesce(texts), column


def _label(origin: ColumnRef | Template, headers: Headers) -> str:
    return headers.label(_columns_of(origin))


def _text(origin: ColumnRef | Template, headers: Headers) -> pl.Expr:
    if isinstance(origin, ColumnRef):
        return headers.text(origin)
    return _filled_template(origin, headers)


def _filled_template(template: Template, headers: Headers) -> pl.Expr:
    if not template.parts:
        return _NO_TEXT
    lines = [_template_line(line, headers) for line in _template_lines(template)]
    refs = _columns_of(template)
    if not refs:
        return pl.concat_str(lines, separator="\n")
    filled = pl.any_horizontal([headers.text(ref).is_not_null() for ref in refs])
    text = pl.concat_str(lines, separator="\n", ignore_nulls=True)
    tidy = text.str.replace_all(r"\n{3,}", "\n\n").str.strip_chars()
    return pl.when(filled).then(tidy)


Line = list[str | ColumnRef | Filtered]


def _template_lines(template: Template) -> list[Line]:
    lines: list[Line] = [[]]
    for part in template.parts:
        if not isinstance(part, str):
            lines[-1].append(part)
            continue
        first, *rest = part.split("\n")
        lines[-1].append(first)
        lines += [[piece] for piece in rest]
    return lines


def _template_line(line: Line, headers: Headers) -> pl.Expr:
    refs = [ref for part in line for ref in _columns_of(part)]
    text = pl.concat_str(_part(part, headers) for part in line)
    if not refs:
        return text
    return pl.when(
        pl.any_horizontal([headers.text(ref).is_not_null() for ref in refs])
    ).then(text)


def _part(part: str | ColumnRef | Filtered, headers: Headers) -> pl.Expr:
    match part:
        case Filtered(column, name):
            return FILTERS[name](headers.text(column)).fill_null("")
        case ColumnRef():
            return headers.text(part).fill_null("")
    return pl.lit(part)
