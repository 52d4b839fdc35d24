"""A lookup as a table to join."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import polars as pl

from pipeline.lookups.kinds import KIND_OF

_SHOWN: Final = 5
_NO_TRAILS: Final = pl.DataFrame(schema={"value": pl.String, "told": pl.String})


@dataclass(frozen=True)
class LookupTable:
    """What the values of a lookup become.

    `pairs` has `value` (as `kind` makes it), `answer` and its `name`, each pair once.
    `answers` has a line per value: its `answer`, how `many` differ (0: none, for a
    chain that breaks), the `candidates` in words, and what is `told` of a value
    without exactly one.
    `label` names the lookup in messages; `lacking` is told of what it does not know.
    """

    label: str
    kind: str
    pairs: pl.DataFrame
    answers: pl.DataFrame
    lacking: str

    def normalized(self, values: pl.Series) -> pl.Series:
        """Values as this lookup compares them; null for one that stands for none."""
        return KIND_OF[self.kind](values)

    def answer(self, cells: pl.DataFrame) -> pl.DataFrame:
        """`cells` with `answer` (null: none), `many` (null or 0: no match), `told`.

        `blank`: the value is one that stands for none.
        """
        if self.kind == "exact":
            keyed = cells.with_columns(key="value")
        else:
            asked = cells.select("value").unique()
            keys = asked.with_columns(key=self.normalized(asked["value"]))
            keyed = cells.join(keys, on="value", how="left", maintain_order="left")
        answers = self.answers.select("answer", "many", "told", key="value")
        found = keyed.join(answers, on="key", how="left", maintain_order="left")
        known = pl.col("many").fill_null(0) > 0
        return found.with_columns(
            told=pl.when(~known)
            .then(pl.col("told").fill_null(self.lacking))
            .otherwise("told"),
            blank=pl.col("value").is_not_null() & pl.col("key").is_null(),
        ).drop("key")


def lookup_table(
    pairs: pl.DataFrame,
    *,
    label: str,
    kind: str = "exact",
    lacking: str = "",
    trails: pl.DataFrame = _NO_TRAILS,
) -> LookupTable:
    """A table of `pairs` (value, answer and perhaps its name), compared by `kind`.

    Empty cells are left out; the same pair twice is one answer. `trails` tell of
    values without an answer where they were lost.
    """
    named = pairs if "name" in pairs.columns else pairs.with_columns(name=pl.lit(""))
    normal = named.select(
        value=KIND_OF[kind](named["value"]),
        answer=pl.col("answer").str.strip_chars(),
        name=pl.col("name").fill_null(""),
    )
    distinct = normal.filter((pl.col("value") != "") & (pl.col("answer") != "")).unique(
        ["value", "answer"], keep="first", maintain_order=True
    )
    answers = pl.concat([_answers(distinct, label), _without_answers(trails)])
    lacking = lacking or f"is not in {label}"
    return LookupTable(label, kind, distinct, answers, lacking)


def chained(first: LookupTable, second: LookupTable) -> LookupTable:
    """What becomes of the values of `first` when its answers are looked up again."""
    steps = first.pairs.select("value", middle="answer")
    asked = second.answer(steps.select(value="middle")).select("blank", missing="told")
    steps = pl.concat([steps, asked], how="horizontal").with_columns(
        key=second.normalized(steps["middle"])
    )
    found = steps.join(
        second.pairs.rename({"value": "key"}), on="key", maintain_order="left"
    )
    lost = steps.join(found, on="value", how="anti", maintain_order="left")
    trails = lost.unique("value", keep="first", maintain_order=True).select(
        "value",
        told=pl.concat_str(
            pl.lit(f"is in {first.label} as "),
            "middle",
            pl.lit(", which "),
            "missing",
        ),
    )
    return lookup_table(
        found.select("value", "answer", "name"),
        label=f"{first.label}, then {second.label}",
        kind=first.kind,
        lacking=first.lacking,
        trails=trails,
    )


def answer_in_order(cells: pl.DataFrame, tables: Sequence[LookupTable]) -> pl.DataFrame:
    """As `LookupTable.answer`, of the first table that knows a value."""
    return reduce(_or_else, (table.answer(cells) for table in tables))


def _or_else(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    then = after.select(
        then="answer", then_many="many", then_told="told", then_blank="blank"
    )
    known, then_known = (
        pl.col(many).fill_null(0) > 0 for many in ("many", "then_many")
    )
    both = (
        pl.when(pl.col("told") == pl.col("then_told"))
        .then("told")
        .otherwise(pl.concat_str("told", pl.lit(", and "), "then_told"))
    )
    return (
        pl.concat([before, then], how="horizontal")
        .with_columns(
            answer=pl.when(known).then("answer").otherwise("then"),
            many=pl.when(known).then("many").otherwise("then_many"),
            told=pl.when(known)
            .then("told")
            .when(then_known)
            .then("then_told")
            .otherwise(both),
            blank=pl.col("blank") | pl.col("then_blank"),
        )
        .select(before.columns)
    )


def _answers(pairs: pl.DataFrame, label: str) -> pl.DataFrame:
    shown = (
        pl.when(pl.col("name") == "")
        .then("answer")
        .otherwise(pl.concat_str("name", pl.lit(" ("), "answer", pl.lit(")")))
    )
    grouped = (
        pairs.with_columns(shown=shown)
        .group_by("value", maintain_order=True)
        .agg(
            answer=pl.col("answer").first(),
            many=pl.len(),
            candidates=pl.col("shown").head(_SHOWN).str.join(" | "),
        )
    )
    rest = pl.when(pl.col("many") > _SHOWN).then(
        pl.format(" and {} more", pl.col("many") - _SHOWN)
    )
    return grouped.with_columns(
        candidates=pl.col("candidates") + rest.fill_null("")
    ).with_columns(
        told=pl.when(pl.col("many") > 1).then(
            pl.concat_str(pl.lit(f"has several answers in {label}: "), "candidates")
        )
    )


def _without_answers(trails: pl.DataFrame) -> pl.DataFrame:
    return trails.select(
        "value",
        answer=pl.lit(None, dtype=pl.String),
        many=pl.lit(0, dtype=pl.get_index_type()),
        candidates=pl.lit(""),
        told="told",
    )
