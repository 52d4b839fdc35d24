"""A lookup as a table to join."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class LookupTable:
    """`answers` has a line per `value`: its `answer`, and how `many` differ.

    `label` names the lookup in messages.
    """

    label: str
    answers: pl.DataFrame

    def answer(self, cells: pl.DataFrame) -> pl.DataFrame:
        """`cells` with `answer` (null: none) and `many` (null: no match)."""
        return cells.join(self.answers, on="value", how="left", maintain_order="left")


def lookup_table(pairs: pl.DataFrame, *, label: str) -> LookupTable:
    """A table of `pairs` (value, answer), trimmed and compared exactly.

    Empty cells are left out; the same pair twice is one answer.
    """
    trimmed = pairs.select(pl.col("value", "answer").str.strip_chars())
    filled = trimmed.filter((pl.col("value") != "") & (pl.col("answer") != ""))
    answers = filled.group_by("value", maintain_order=True).agg(
        answer=pl.col("answer").first(),
        many=pl.col("answer").n_unique(),
        candidates=pl.col("answer").unique(maintain_order=True).str.join(" | "),
    )
    return LookupTable(label, answers)
