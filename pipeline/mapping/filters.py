"""What a template can do with a column's text: `{Call duration | milliseconds}`."""

from collections.abc import Callable
from collections.abc import Mapping as Dict
from types import MappingProxyType

import polars as pl

from pipeline.mapping.transforms import strip_html

Filter = Callable[[pl.Expr], pl.Expr]
_UNITS = (("h", 3600), ("min", 60), ("s", 1))
_MOST_SECONDS = 10**9


def _length(milliseconds_in_unit: int) -> Filter:
    """A number of units as a length of time: "1 h 5 min 12 s"; other text as it is."""

    def written(text: pl.Expr) -> pl.Expr:
        number = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        total = number * milliseconds_in_unit / 1000
        known = total.is_between(0, _MOST_SECONDS)
        seconds = pl.when(known).then(total).round().cast(pl.Int64)
        return pl.when(known).then(_in_words(seconds)).otherwise(text)

    return written


def _in_words(seconds: pl.Expr) -> pl.Expr:
    parts, left = [], seconds
    for unit, length in _UNITS:
        count = left // length
        shown = pl.concat_str(count, pl.lit(f" {unit}"))
        parts.append(pl.when(count > 0).then(shown))
        left = left % length
    text = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return pl.when(seconds == 0).then(pl.lit("0 s")).otherwise(text)


def _html(text: pl.Expr) -> pl.Expr:
    """What a reader of HTML would see. Text without a tag keeps its line breaks."""
    return text.map_batches(strip_html, return_dtype=pl.String)


FILTERS: Dict[str, Filter] = MappingProxyType(
    {
        "seconds": _length(1000),
        "milliseconds": _length(1),
        "minutes": _length(60_000),
        "html": _html,
    }
)
