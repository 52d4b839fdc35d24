"""A first look at a file: its facts, and its columns by their first rows."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.rows import Source
from pipeline.stages.read import Layout, open_source
from pipeline.suggesting import ColumnProfile, profile_columns

_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Look:
    """A source and its columns by the first `rows` rows."""

    source: Source
    columns: tuple[ColumnProfile, ...]
    rows: int


def look_at(file: Path, layout: Layout) -> Look:
    """Opens a file and reads its first rows; raises SourceError."""
    opened = open_source(file, layout, number=0)
    source = opened.source
    frames = [batch.rows for batch in opened.batches(_LOOKED_AT)]
    no_rows = pl.DataFrame(
        schema=dict.fromkeys((column.id for column in source.columns), pl.String)
    )
    rows = pl.concat(frames) if frames else no_rows
    return Look(source, profile_columns(source.columns, rows), rows.height)
