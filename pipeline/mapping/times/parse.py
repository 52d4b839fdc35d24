"""Text to points in time, a column at a time.

Every format is tried on the rows that the formats before it could not read.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.issues import all_issues, issue_rows
from pipeline.mapping.times.clock import placed
from pipeline.mapping.times.forms import attempts
from pipeline.mapping.times.otherwise import with_other_formats
from pipeline.mapping.times.rule import FORMATS, TimeRule

_UTC = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Times:
    """`cells` (row, value, column) with `value` as UTC datetimes, and the issues.

    A value that is not read is null and has an issue: bad_time, unknown_zone,
    nonexistent_time or ambiguous_time. `assumed` tells whether a value without an
    offset was taken as UTC, because nothing says otherwise.
    """

    cells: pl.DataFrame
    issues: pl.DataFrame
    assumed: bool = False


def parse_times(cells: pl.DataFrame, rule: TimeRule) -> Times:
    """`cells` has `row`, `value` (text) and `column`."""
    read, waiting = read_by(cells.filter(pl.col("value").is_not_null()), rule)
    put, off_clock = placed(read, rule)
    nothing = pl.lit(None, dtype=_UTC)
    missing = [cells.filter(pl.col("value").is_null()), waiting]
    times = [put, *(frame.with_columns(value=nothing) for frame in missing)]
    return Times(
        pl.concat(times).sort("row", maintain_order=True),
        all_issues([*off_clock, _unread(waiting, rule)]),
        assumed=rule.zone is None and bool(read["zone"].null_count()),
    )


def read_by(cells: pl.DataFrame, rule: TimeRule) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the formats read of cells that are not empty, and the cells they do not."""
    waiting, read = cells, [_nothing_read(cells)]
    for attempt in attempts(rule.formats):
        if waiting.is_empty():
            break
        tried = attempt(waiting, rule)
        hit = pl.col("local").is_not_null()
        read.append(tried.filter(hit))
        waiting = tried.filter(~hit).select("row", "value", "column")
    return pl.concat(read), waiting


def _nothing_read(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.clear().with_columns(
        local=pl.lit(None, dtype=pl.Datetime("us")),
        is_date=pl.lit(None, dtype=pl.Boolean),
        zone=pl.lit(None, dtype=pl.String),
    )


def _unread(waiting: pl.DataFrame, rule: TimeRule) -> pl.DataFrame:
    forms = ", or ".join(FORMATS.get(name, f'"{name}"') for name in rule.formats)
    return issue_rows(
        "bad_time",
        with_other_formats(waiting, rule),
        column=pl.col("column"),
        field="activity_time",
        value=pl.col("value"),
        detail=forms,
    )
