"""Which known value was probably meant by one that is not known."""

from collections.abc import Sequence
from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

MOST_VALUES: Final = 200
_MOST_SCANNED: Final = 10_000_000
_MOST_COMPARED: Final = 400_000
_FEW: Final = 2_000
_LEAST: Final = 80.0
_ALIKE_AT_START: Final = 2
_LENGTHS: Final = 2
_MOST_DIGITS: Final = 0.3
_ID: Final = r"^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$|^[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}$"


def did_you_mean_each(values: pl.Series, known: Sequence[str] | pl.Series) -> pl.Series:
    """For each value a sentence, with a blank before it, that names the nearest known.

    Empty where none is alike, and for ids: a similar id is another record. Only the
    first distinct values are compared, fewer when many are known: time is bounded.
    """
    near = values.rename("near")
    if values.is_empty():
        return near
    folded = pl.DataFrame({"known": known}, schema={"known": pl.String}).with_columns(
        folded=pl.col("known").str.to_lowercase()
    )
    most = min(MOST_VALUES, _MOST_SCANNED // max(folded.height, 1))
    found = _found(_words(near).head(most), folded)
    alike = pl.col("near").replace_strict(found, default=None, return_dtype=pl.String)
    sentence = pl.format(" Did you mean '{}'?", alike).fill_null("")
    return near.to_frame().select(near=sentence).to_series()


def _words(values: pl.Series) -> pl.Series:
    """The distinct values that are no ids."""
    digits = pl.col("near").str.count_matches(r"\d")
    looks_like_id = (digits > 0) & pl.col("near").str.contains(_ID)
    mostly_digits = digits > _MOST_DIGITS * pl.col("near").str.len_chars()
    distinct = values.drop_nulls().unique(maintain_order=True).to_frame()
    return distinct.filter(~looks_like_id & ~mostly_digits).to_series()


def _found(values: pl.Series, known: pl.DataFrame) -> dict[str, str]:
    """The nearest known of each value that has one; it ends when much was compared."""
    found: dict[str, str] = {}
    left = _MOST_COMPARED
    for value in values:
        text = value.strip().lower()
        some = known if known.height <= _FEW else known.filter(_close(text))
        left -= some.height
        if left < 0:
            break
        like = process.extractOne(
            text, some["folded"].to_list(), scorer=fuzz.ratio, score_cutoff=_LEAST
        )
        if like:
            found[value] = some["known"][like[2]]
    return found


def _close(text: str) -> pl.Expr:
    """Those that begin alike and are about as long."""
    length = pl.col("folded").str.len_chars().cast(pl.Int64)
    begins = pl.col("folded").str.starts_with(text[:_ALIKE_AT_START])
    return begins & length.is_between(len(text) - _LENGTHS, len(text) + _LENGTHS)
