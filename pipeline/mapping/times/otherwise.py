"""Which formats would read what those of the mapping do not."""

from typing import Final

import polars as pl

from pipeline.mapping.times.forms import attempts
from pipeline.mapping.times.rule import DAY_FIRST, MONTH_FIRST, UNDECIDED, TimeRule

# The others read such dates, too: it is named alone.
_NAMED: Final = "month_name"
_TRIED: Final = (_NAMED, DAY_FIRST, MONTH_FIRST, "iso", "epoch_s", "epoch_ms", "excel")
# Before it, a number is hardly meant as a time.
_FIRST_YEAR: Final = 1990


def with_other_formats(cells: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
    """Adds `near`: a sentence with a blank before it, null where no format does."""
    known = {*rule.formats}
    if UNDECIDED in known:
        known |= {DAY_FIRST, MONTH_FIRST}
    tried = [name for name in _TRIED if name not in known]
    if cells.is_empty() or not tried:
        return cells
    found = cells.with_columns(_hit(name, cells, rule) for name in tried)
    listed = pl.concat_list(tried).list.drop_nulls()
    names = listed.list.join(" or ")
    if _NAMED in tried:
        names = pl.coalesce(_NAMED, names)
    told = pl.concat_str(pl.lit(" "), names, pl.lit(" would read it."))
    near = pl.when(listed.list.len() > 0).then(told)
    return found.select("row", "value", "column", near=near)


def _hit(name: str, cells: pl.DataFrame, rule: TimeRule) -> pl.Series:
    """The name in backticks, where the format reads the cell."""
    years = [
        attempt(cells, rule)["local"].dt.year().alias(f"{number}")
        for number, attempt in enumerate(attempts((name,)))
    ]
    read = pl.any_horizontal(pl.all() >= _FIRST_YEAR)
    told = pl.when(read).then(pl.lit(f"`{name}`", dtype=pl.String))
    return pl.DataFrame(years).select(told.alias(name)).to_series()
