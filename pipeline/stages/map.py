"""map: source columns become activity fields, by the mapping."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace

import polars as pl

from pipeline.activity import IDS, LIST_FIELDS
from pipeline.alike import did_you_mean_each
from pipeline.issues import all_issues, issue_rows
from pipeline.lookups import KIND_OF, LookupTable, answer_in_order
from pipeline.mapping.cells import (
    Headers,
    clean_cells,
    list_cells,
    scalar_cells,
    source_columns,
    split_cells,
)
from pipeline.mapping.model import FieldRule, Mapping
from pipeline.mapping.skips import skipped_rows
from pipeline.mapping.text import cleaned, shortened
from pipeline.mapping.times import TimeRule, parse_times
from pipeline.mapping.transforms import transformed
from pipeline.rows import Batch, Mapped, Severity
from pipeline.spreadsheet_text import SHORTENED

KEY_SEPARATOR = "\x1f"
_IN_UTC = (
    "Times without an offset are read as UTC: neither `source.timezone` in the mapping "
    "nor --timezone names another zone."
)
Step = tuple[pl.DataFrame, list[pl.DataFrame]]


@dataclass(frozen=True)
class BoundMapping:
    """A mapping together with the source columns and lookup tables it refers to."""

    mapping: Mapping
    headers: Headers
    lookups: Dict[str, LookupTable]

    @property
    def labels(self) -> dict[str, str]:
        """The source columns of each field, as messages name them."""
        return {
            name: self.headers.label(source_columns(rule))
            for name, rule in self.mapping.fields.items()
        }


def map_rows(batch: Batch, bound: BoundMapping) -> Mapped:
    """The activity fields of the rows that no rule skips, and what went wrong."""
    clean = clean_cells(batch.rows, bound.mapping, bound.headers)
    skipped = _skipped(batch, clean, bound)
    kept = clean.join(skipped, on="row", how="anti", maintain_order="left")
    keys, issues = _keys(kept, bound)
    fields = [
        _map_field(kept, name, rule, bound)
        for name, rule in bound.mapping.fields.items()
    ]
    issues += [found for field in fields for found in field.issues]
    return Mapped(
        replace(batch, issues=_of_no_harm_elsewhere(batch.issues, bound)),
        kept.select("row", *(field.column for field in fields)),
        skipped,
        keys,
        bound.labels,
        _still_dropped(all_issues(issues), [field.resolved for field in fields]),
        tuple(note for field in fields for note in field.notes),
    )


def _of_no_harm_elsewhere(issues: pl.DataFrame, bound: BoundMapping) -> pl.DataFrame:
    """A formula that nobody calculated stops a row only where the mapping reads it."""
    unread = (pl.col("code") == "uncalculated") & ~pl.col("column").is_in(
        list(bound.headers.names.values())
    )
    severity = pl.when(unread).then(pl.lit(Severity.WARNING.value))
    return issues.with_columns(severity=severity.otherwise("severity"))


@dataclass(frozen=True)
class _Field:
    """A mapped field; `resolved` has the row, column and value of each found id."""

    column: pl.Series
    issues: list[pl.DataFrame]
    notes: list[str]
    resolved: pl.DataFrame


def _still_dropped(issues: pl.DataFrame, resolved: list[pl.DataFrame]) -> pl.DataFrame:
    """Without what one field left out and another found: it was no link of that kind.

    Some exports hold accounts, deals and people in one column.
    """
    dropped = pl.col("code") == "lookup_dropped"
    if issues.filter(dropped).is_empty():
        return issues
    found = pl.concat(resolved).with_columns(code=pl.lit("lookup_dropped"))
    place = ["row", "column", "value", "code"]
    return issues.join(found, on=place, how="anti", maintain_order="left")


def _skipped(batch: Batch, clean: pl.DataFrame, bound: BoundMapping) -> pl.DataFrame:
    """The rows that are no records, and those that a rule of the mapping skips."""
    records = clean.join(batch.left_out, on="row", how="anti", maintain_order="left")
    by_rule = skipped_rows(records, bound.mapping, bound.headers)
    if batch.left_out.is_empty():
        return by_rule
    return pl.concat([by_rule, batch.left_out]).sort("row")


def _keys(kept: pl.DataFrame, bound: BoundMapping) -> Step:
    refs = bound.mapping.key
    if not refs:
        return kept.select("row", key=pl.lit(None, dtype=pl.String)), []
    compared = KIND_OF[bound.mapping.key_by]
    parts = [
        compared(kept.select(bound.headers.text(ref)).to_series()).alias(f"key {n}")
        for n, ref in enumerate(refs)
    ]
    kept = kept.select("row", *parts)
    cells = [pl.col(part.name) for part in parts]
    text = pl.concat_str([c.fill_null("") for c in cells], separator=KEY_SEPARATOR)
    any_filled = pl.any_horizontal([cell.is_not_null() for cell in cells])
    keys = kept.select("row", key=pl.when(any_filled).then(text))
    missing = keys.filter(pl.col("key").is_null())
    return keys, [
        issue_rows("key_missing", missing, column=bound.headers.label(refs)),
        *(
            _mangled(kept.select("row", value=cell), bound.headers.names[ref.name])
            for ref, cell in zip(refs, cells, strict=True)
        ),
    ]


def _mangled(
    cells: pl.DataFrame, column: pl.Expr | str, field: str = ""
) -> pl.DataFrame:
    """The issues of ids in `value` whose last digits a spreadsheet has taken away."""
    return issue_rows(
        "mangled_id",
        cells.filter(pl.col("value").str.contains(SHORTENED)),
        column=column,
        field=field,
        value=pl.col("value"),
    )


def _map_field(
    kept: pl.DataFrame, name: str, rule: FieldRule, bound: BoundMapping
) -> _Field:
    several = name in LIST_FIELDS
    cells, unfit = _before_lookup(kept, name, rule, bound.headers)
    asked = cells.select("row", "column", "value")
    cells, unmatched = _looked_up(cells, name, rule, bound)
    found = cells["value"].is_not_null()
    cells = _gathered(kept, cells) if several else cells
    cells = _defaulted(cells, rule)
    cells, unread, notes = _timed(cells, name, rule, bound)
    cells, cut = _shortened(cells, name, rule)
    return _Field(
        cells["value"].alias(name),
        [*unfit, *unmatched, *unread, *cut],
        notes,
        asked.filter(found) if rule.lookup else asked.clear(),
    )


def lookup_cells(
    kept: pl.DataFrame, name: str, rule: FieldRule, headers: Headers
) -> pl.DataFrame:
    """What the field looks up: `row`, `column` and `value`, null for nothing."""
    return _before_lookup(kept, name, rule, headers)[0]


def _before_lookup(
    kept: pl.DataFrame, name: str, rule: FieldRule, headers: Headers
) -> Step:
    several = name in LIST_FIELDS
    cells_of = list_cells if several else scalar_cells
    cells = transformed(cells_of(kept, rule, headers), rule.transforms)
    cells = cleaned(cells, name)
    cells = split_cells(cells, rule.split) if several else cells
    cells, unknown = _translated(cells, name, rule)
    cells, mangled = _without_mangled(cells, name, rule)
    return cells, [*unknown, *mangled]


def _translated(cells: pl.DataFrame, name: str, rule: FieldRule) -> Step:
    if rule.values is None and rule.contains is None:
        return cells, []
    filled = pl.col("value").is_not_null()
    translated = cells.with_columns(known=pl.when(filled).then(_known(rule)))
    wrong = translated.filter(filled & pl.col("known").is_null())
    words = [*(rule.values or {}), *(f"...{text}..." for text in rule.contains or {})]
    unknown = issue_rows(
        "unknown_value",
        wrong.with_columns(did_you_mean_each(wrong["value"], [*(rule.values or {})])),
        column=pl.col("column"),
        field=name,
        value=pl.col("value"),
        detail=", ".join(words),
    )
    value = pl.when(pl.col("known") != "").then("known")
    return translated.select("row", "column", value=value), [unknown]


def _known(rule: FieldRule) -> pl.Expr:
    """What a value becomes by `values`, `contains` and `otherwise`, in that order."""
    text = pl.col("value").str.to_lowercase()
    folded = {old.strip().lower(): new for old, new in (rule.values or {}).items()}
    known = [text.replace_strict(folded, default=None, return_dtype=pl.String)]
    known += [
        pl.when(text.str.contains(part.strip().lower(), literal=True)).then(pl.lit(new))
        for part, new in (rule.contains or {}).items()
    ]
    return pl.coalesce(known).fill_null(pl.lit(rule.otherwise, dtype=pl.String))


def _without_mangled(cells: pl.DataFrame, name: str, rule: FieldRule) -> Step:
    """No lookup is asked for, and no field made of, an id that is not whole."""
    if name not in IDS and not rule.lookup:
        return cells, []
    whole = ~pl.col("value").str.contains(SHORTENED)
    issues = _mangled(cells, pl.col("column"), name)
    return cells.with_columns(value=pl.when(whole).then("value")), [issues]


def _looked_up(
    cells: pl.DataFrame, name: str, rule: FieldRule, bound: BoundMapping
) -> Step:
    if not rule.lookup:
        return cells, []
    tables = [bound.lookups[each] for each in rule.lookup]
    asked = answer_in_order(cells, tables)
    filled = pl.col("value").is_not_null() & ~pl.col("blank")
    many = pl.col("many").fill_null(0)
    missing = _with_nearest(asked.filter(filled & (many == 0)), tables)
    several = asked.filter(many > 1)
    drops = rule.when_missing == "drop", rule.when_several == "drop"
    one = pl.when(many == 1).then(pl.col("answer"))
    place: dict[str, pl.Expr | str] = {
        "column": pl.col("column"),
        "field": name,
        "value": pl.col("value"),
        "detail": pl.col("told"),
    }
    return asked.select("row", "column", value=one), [
        issue_rows("lookup_dropped" if drop else code, rows, **place)
        for code, rows, drop in zip(
            ("lookup_no_match", "lookup_ambiguous"),
            (missing, several),
            drops,
            strict=True,
        )
    ]


def _with_nearest(missing: pl.DataFrame, tables: list[LookupTable]) -> pl.DataFrame:
    if missing.is_empty():
        return missing
    known = pl.concat([table.pairs["value"] for table in tables])
    return missing.with_columns(did_you_mean_each(missing["value"], known))


def _timed(
    cells: pl.DataFrame, name: str, rule: FieldRule, bound: BoundMapping
) -> tuple[pl.DataFrame, list[pl.DataFrame], list[str]]:
    if name != "activity_time":
        return cells, [], []
    times = parse_times(cells, TimeRule.of(rule, bound.mapping.source.timezone))
    return times.cells, [times.issues], [_IN_UTC] if times.assumed else []


def _defaulted(cells: pl.DataFrame, rule: FieldRule) -> pl.DataFrame:
    if not rule.default:
        return cells
    dtype = cells.schema["value"]
    default = [rule.default] if isinstance(dtype, pl.List) else rule.default
    return cells.with_columns(value=pl.coalesce("value", pl.lit(default, dtype)))


def _shortened(cells: pl.DataFrame, name: str, rule: FieldRule) -> Step:
    if rule.max_length is None or rule.when_too_long != "truncate":
        return cells, []
    long = pl.col("value").str.len_chars() > rule.max_length
    cut = issue_rows(
        "truncated",
        cells.filter(long),
        column=pl.col("column"),
        field=name,
        value=pl.col("value"),
        detail=str(rule.max_length),
    )
    if cut.is_empty():
        return cells, []
    short = shortened(pl.col("value"), rule.max_length)
    return cells.with_columns(value=short), [cut]


def _gathered(kept: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    lists = (
        cells.filter(pl.col("value").is_not_null())
        .group_by("row", maintain_order=True)
        .agg(pl.col("value").unique(maintain_order=True))
        .cast({"value": pl.List(pl.String)})
    )
    return kept.select("row").join(lists, on="row", how="left", maintain_order="left")
