"""How columns of values become rows of issues, in the words of the catalogue."""

import re
from collections.abc import Mapping as Dict

import polars as pl

from pipeline.catalogue import ISSUES
from pipeline.rows import ISSUE_SCHEMA, no_issues

VALUE_LENGTH = 200


def issue_rows(
    code: str,
    frame: pl.DataFrame,
    *,
    column: pl.Expr | str = "",
    field: pl.Expr | str = "",
    value: pl.Expr | str = "",
    detail: pl.Expr | str = "",
) -> pl.DataFrame:
    """An issue with `code` for each row of `frame`, which has a column `row`.

    A plain string stands for itself; an expression is evaluated on `frame`. A column
    `near` of it holds a further sentence for each message, with a blank before it.
    Raises KeyError for a code that is no issue of the catalogue.
    """
    entry = ISSUES[code]
    if frame.is_empty():
        return no_issues()
    facts = {
        "column": _expression(column),
        "field": _expression(field),
        "value": _shortened(_expression(value)),
        "detail": _expression(detail),
        "near": _expression(pl.col("near") if "near" in frame.columns else ""),
    }
    return frame.select(
        row=pl.col("row").cast(pl.UInt32),
        severity=pl.lit(entry.level.value),
        code=pl.lit(code),
        column=facts["column"],
        field=facts["field"],
        value=facts["value"],
        message=_filled(entry.message, facts),
        hint=_filled(entry.hint, facts),
    ).cast(ISSUE_SCHEMA)


def value_text(dtype: pl.DataType, field: str) -> pl.Expr:
    """The value of an activity's field as text, as an issue shows it."""
    cell = pl.col(field)
    if isinstance(dtype, pl.Datetime):
        return cell.dt.strftime("%Y-%m-%d %H:%M:%S UTC")
    return cell.list.join("; ") if isinstance(dtype, pl.List) else cell


def all_issues(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """The frames as one, in order of rows."""
    filled = [frame for frame in frames if not frame.is_empty()]
    if not filled:
        return no_issues()
    return pl.concat(filled).sort("row", maintain_order=True)


def _expression(value: pl.Expr | str) -> pl.Expr:
    expression = pl.lit(value) if isinstance(value, str) else value
    return expression.cast(pl.String).fill_null("")


def _shortened(text: pl.Expr) -> pl.Expr:
    short = pl.concat_str(text.str.slice(0, VALUE_LENGTH), pl.lit("..."))
    return pl.when(text.str.len_chars() > VALUE_LENGTH).then(short).otherwise(text)


def _filled(template: str, facts: Dict[str, pl.Expr]) -> pl.Expr:
    parts = re.split(r"\{(\w+)\}", template)
    return pl.concat_str(
        [facts[part] if odd % 2 else pl.lit(part) for odd, part in enumerate(parts)]
    )
