"""What the API says of its fields, told of the user's columns."""

from collections.abc import Mapping as Dict

import polars as pl

_SAYS = "The API says "


def told_of_columns(
    message: pl.Expr, field: pl.Expr, labels: Dict[str, str]
) -> pl.Expr:
    """`subject: Too long` names the field and, after it, the columns in `labels`.

    Where the message names no field that is in `labels`, `field` is named if it is;
    all else stays as the API said it.
    """
    named = message
    for name, label in labels.items():
        place = _of(name, label.replace("$", "$$"), "${2}")
        named = named.str.replace_all(
            rf"(^|; ){name}((?:\[\d+\])?): ", f"${{1}}{place}: "
        )
    places = {name: _of(name, label, "") for name, label in labels.items()}
    of_field = field.replace_strict(places, default=None, return_dtype=pl.String)
    return (
        pl.when(named.str.starts_with("of '"))
        .then(pl.concat_str(pl.lit(_SAYS), named))
        .when((named == message) & of_field.is_not_null())
        .then(pl.concat_str(pl.lit(_SAYS), of_field, pl.lit(": "), message))
        .otherwise(named)
    )


def _of(name: str, label: str, index: str) -> str:
    column = f"your column '{label}'" if label else "which the mapping sets"
    return f"of '{name}{index}' ({column})"
