"""combine: rows with the same key become one activity.

Exports that know one contact per row repeat an activity for each of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from pipeline.activity import LIST_FIELDS
from pipeline.issues import all_issues, issue_rows, value_text
from pipeline.mapping.model import Mapping
from pipeline.rows import Mapped, Severity

PART = "part"
_JOINTS = {"subject": "; ", "description": "\n"}


def combine_rows(
    parts: Iterable[Mapped], mapping: Mapping, *, limit: int | None = None
) -> Iterator[Mapped]:
    """Gives all rows with one key the same fields: lists are joined, the rest agrees.

    An empty cell agrees with any other. Rows that differ have the issue
    `rows_differ`; rows whose fellows have an error have `fellow_invalid`. Holds all
    rows until the last is read, since a key may come up again at the very end. With
    a `limit`, those of the first so many rows are left, each with all its fellows.
    """
    mapped = list(parts)
    if not mapped:
        return
    if limit is not None:
        mapped = _limited(mapped, limit)
    several = _rows_of_shared_keys(mapped)
    if several.is_empty():
        yield from mapped
        return
    different = _different(several, mapping)
    wrong = _fellows_of_wrong(several, mapped, different)
    common = _common(several, mapping)
    for number, one in enumerate(mapped):
        yield replace(
            one,
            fields=_with_common(one.fields, _of(common, number)),
            issues=all_issues(
                [
                    one.issues,
                    *_issues_of_different(_of(different, number), one),
                    issue_rows(
                        "fellow_invalid", _of(wrong, number), detail=pl.col("fellow")
                    ),
                ]
            ),
        )


def _limited(mapped: list[Mapped], limit: int) -> list[Mapped]:
    kept: list[Mapped] = []
    keys: list[str] = []
    for one in mapped:
        first = one.batch.rows["row"].head(limit)
        limit -= first.len()
        own = one.keys.filter(pl.col("row").is_in(first.implode()))["key"].drop_nulls()
        keys += own.to_list()
        kept.append(_with_rows(one, first, keys))
    return kept


def _with_rows(one: Mapped, first: pl.Series, keys: list[str]) -> Mapped:
    fellow = one.keys.filter(pl.col("key").is_in(keys))["row"]
    rows = pl.concat([first, fellow]).unique().to_frame()

    def only(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(rows, on="row", how="semi", maintain_order="left")

    batch = one.batch
    return replace(
        one,
        batch=replace(batch, rows=only(batch.rows), issues=only(batch.issues)),
        fields=only(one.fields),
        skipped=only(one.skipped),
        keys=only(one.keys),
        issues=only(one.issues),
    )


def _rows_of_shared_keys(mapped: list[Mapped]) -> pl.DataFrame:
    """The fields of rows that are not alone with their key, with `part` and `key`."""
    keyed = pl.concat(
        one.fields.join(
            one.keys.filter(pl.col("key").is_not_null()),
            on="row",
            how="inner",
            maintain_order="left",
        ).select(pl.lit(number, dtype=pl.UInt32).alias(PART), pl.all())
        for number, one in enumerate(mapped)
    )
    return keyed.filter(pl.len().over("key") > 1)


def _common(several: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """`part`, `row`, and the fields that all rows with one key share."""
    names = [name for name in mapping.fields if name in several.columns]
    scalars = [_agreed(name, mapping) for name in names if name not in LIST_FIELDS]
    shared = several.group_by("key", maintain_order=True).agg(scalars)
    for name in LIST_FIELDS.intersection(names):
        lists = (
            several.select("key", name)
            .explode(name)
            .filter(pl.col(name).is_not_null())
            .group_by("key", maintain_order=True)
            .agg(pl.col(name).unique(maintain_order=True))
        )
        shared = shared.join(lists, on="key", how="left", maintain_order="left")
    return several.select(PART, "row", "key").join(
        shared.select("key", *names), on="key", how="left", maintain_order="left"
    )


def _agreed(name: str, mapping: Mapping) -> pl.Expr:
    filled = pl.col(name).drop_nulls()
    if mapping.fields[name].when_rows_differ == "join":
        texts = filled.unique(maintain_order=True)
        joined = texts.str.join(_JOINTS[name])
        return pl.when(filled.len() > 0).then(joined).alias(name)
    return filled.first().alias(name)


def _different(several: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """`part`, `row`, `key`, `field`, `value`, `first`: what does not agree."""
    found = [pl.DataFrame(schema=_DIFFERENT)]
    for name, rule in mapping.fields.items():
        if name in LIST_FIELDS or rule.when_rows_differ != "invalid":
            continue
        first = pl.col(name).drop_nulls().first().over("key")
        differing = several.with_columns(first=first).filter(pl.col(name) != first)
        found.append(
            differing.select(
                PART,
                "row",
                "key",
                field=pl.lit(name),
                value=value_text(several.schema[name], name),
                first=value_text(several.schema[name], "first"),
            )
        )
    return pl.concat(found)


_DIFFERENT = {
    PART: pl.UInt32,
    "row": pl.UInt32,
    "key": pl.String,
    "field": pl.String,
    "value": pl.String,
    "first": pl.String,
}


def _fellows_of_wrong(
    several: pl.DataFrame, mapped: list[Mapped], different: pl.DataFrame
) -> pl.DataFrame:
    """`part`, `row` and `fellow`, for rows without an error whose fellows have one."""
    errors = [
        pl.concat([one.batch.issues, one.issues])
        .filter(pl.col("severity") == Severity.ERROR)
        .select(pl.lit(number, dtype=pl.UInt32).alias(PART), "row")
        for number, one in enumerate(mapped)
    ]
    wrong = pl.concat([*errors, different.select(PART, "row")]).unique()
    rows = several.select(PART, "row", "key")
    own = rows.join(wrong, on=[PART, "row"], how="semi", maintain_order="left")
    first = own.group_by("key", maintain_order=True).agg(fellow=pl.col("row").first())
    sound = rows.join(wrong, on=[PART, "row"], how="anti", maintain_order="left")
    return sound.join(first, on="key", how="inner", maintain_order="left")


def _of(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    return frame.filter(pl.col(PART) == number).drop(PART)


def _with_common(fields: pl.DataFrame, common: pl.DataFrame) -> pl.DataFrame:
    if common.is_empty():
        return fields
    shared = common.drop("key")
    alone = fields.join(shared, on="row", how="anti", maintain_order="left")
    whole = pl.concat([alone, shared.select(fields.columns)])
    return fields.select("row").join(whole, on="row", how="left", maintain_order="left")


def _issues_of_different(different: pl.DataFrame, one: Mapped) -> list[pl.DataFrame]:
    return [
        issue_rows(
            "rows_differ",
            group,
            column=one.labels.get(str(name), ""),
            field=str(name),
            value=pl.col("value"),
            detail=pl.col("first"),
        )
        for (name,), group in different.group_by("field", maintain_order=True)
    ]
