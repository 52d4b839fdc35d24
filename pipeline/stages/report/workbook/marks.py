"""Which cells the issues of a batch are about, and what there is to say of each."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from typing import Final

import polars as pl

from pipeline.rows import Severity

MARKS_SCHEMA: Final = pl.Schema(
    {
        "row": pl.UInt32(),
        "place": pl.Int64(),
        "is_error": pl.Boolean(),
        "text": pl.String(),
    }
)


def marks_of(issues: pl.DataFrame, places: Dict[str, int]) -> pl.DataFrame:
    """A line per cell, in `MARKS_SCHEMA`: `places` says where each column stands.

    An issue may name several columns, and is then told at each. One that names none
    is about no cell.
    """
    named = [
        (name, place)
        for name in issues["column"].fill_null("").unique()
        for place in _places(name, places)
    ]
    where = pl.DataFrame(
        named, schema={"column": pl.String, "place": pl.Int64}, orient="row"
    )
    told = pl.concat_str("message", pl.lit("\n"), "hint")
    return (
        issues.join(where, on="column", maintain_order="left")
        .group_by("row", "place", maintain_order=True)
        .agg(
            is_error=(pl.col("severity") == Severity.ERROR).any(),
            text=told.unique(maintain_order=True).str.join("\n\n"),
        )
        .cast(MARKS_SCHEMA)
    )


def _places(name: str, places: Dict[str, int]) -> Iterator[int]:
    """A label is the name of a column, or the names of several."""
    if name in places:
        yield places[name]
        return
    for part in name.split(", "):
        if part in places:
            yield places[part]
