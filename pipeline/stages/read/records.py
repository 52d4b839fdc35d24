"""Raw cells to batches: numbered rows, empty cells as nulls, blank rows left out."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from pipeline.rows import ORIGINS_SCHEMA, Batch, Source
from pipeline.spreadsheet_text import restore
from pipeline.stages.read.header import Header

_MORE_THAN_CELLS = ("broken_row", "extra_cells", "uncalculated")


def as_batch(
    source: Source, header: Header, raw: pl.DataFrame, issues: pl.DataFrame
) -> Batch:
    """A batch of `raw`: `row` and a text column per column id, null when empty."""
    ids = [column.id for column in header.columns]
    cells = pl.col(ids)
    rows = raw.select("row", restore(cells) if header.neutralized else cells)
    beyond = issues.filter(pl.col("code").is_in(_MORE_THAN_CELLS))
    blank = _without(_blank(rows, ids), beyond)
    origins = _origins(raw, header)
    if blank.is_empty():
        return Batch(source, rows, issues, origins=origins)
    return Batch(
        source, _without(rows, blank), _without(issues, blank), origins=origins
    )


def _origins(raw: pl.DataFrame, header: Header) -> pl.DataFrame:
    """A row that a person added without a source is of that of the row above."""
    if not header.origin:
        return pl.DataFrame(schema=ORIGINS_SCHEMA)
    named = pl.struct(pl.col(header.origin).fill_null(strategy="forward"))
    return raw.select("row", origin=named.hash()).cast(ORIGINS_SCHEMA)


def limited(batches: Iterator[Batch], limit: int | None) -> Iterator[Batch]:
    """The first `limit` rows, or all."""
    if limit is None:
        yield from batches
        return
    while limit and (batch := next(batches, None)):
        rows = batch.rows.head(limit)
        limit -= rows.height
        told = batch.issues.join(rows, on="row", how="semi", maintain_order="left")
        left_out = batch.left_out.join(rows, on="row", how="semi")
        yield replace(batch, rows=rows, issues=told, left_out=left_out)


def _blank(rows: pl.DataFrame, ids: list[str]) -> pl.DataFrame:
    # Few columns first: after one that is mostly filled, little is left. More and
    # more of them, because a table may have thousands.
    start, count = 0, 1
    while start < len(ids) and not rows.is_empty():
        cells = pl.col(ids[start : start + count])
        empty = cells.is_null() | (cells.str.strip_chars() == "")
        rows = rows.filter(pl.all_horizontal(empty))
        start, count = start + count, count * 2
    return rows.select("row")


def _without(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return frame.join(rows, on="row", how="anti", maintain_order="left")
