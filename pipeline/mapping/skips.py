"""The rows that a mapping leaves out on purpose."""

import polars as pl

from pipeline.mapping.cells import Headers
from pipeline.mapping.model import Mapping, SkipRule


def skipped_rows(
    clean: pl.DataFrame, mapping: Mapping, headers: Headers
) -> pl.DataFrame:
    """`row` and `rule`, the words of the first skip rule that applies to the row."""
    if not mapping.skip:
        return pl.DataFrame(schema={"row": pl.UInt32, "rule": pl.String})
    rule = pl.coalesce(
        pl.when(_applies(rule, headers)).then(pl.lit(rule.text))
        for rule in mapping.skip
    )
    return clean.select("row", rule=rule).filter(pl.col("rule").is_not_null())


def _applies(rule: SkipRule, headers: Headers) -> pl.Expr:
    text = headers.text(rule.column)
    if rule.test in {"empty", "not_empty"}:
        return text.is_null() if rule.test == "empty" else text.is_not_null()
    folded = [value.strip().lower() for value in rule.values]
    listed = text.fill_null("").str.to_lowercase().is_in(folded)
    return listed if rule.test == "in" else ~listed
