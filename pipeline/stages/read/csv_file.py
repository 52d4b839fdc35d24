"""CSV and TSV files, read block by block.

Arrow's reader hands over the records that have too many or too few cells; other
readers drop or merge them. Where quotes do not hold the records apart, the careful
reader goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from pipeline.errors import SourceError
from pipeline.issues import all_issues
from pipeline.rows import Batch, Source
from pipeline.stages.read.careful import careful_records
from pipeline.stages.read.ending import told_apart
from pipeline.stages.read.header import Header
from pipeline.stages.read.marks import unmarked
from pipeline.stages.read.opened import Layout
from pipeline.stages.read.ragged import (
    Ragged,
    Records,
    broken_issues,
    fitted,
    ragged_issues,
)
from pipeline.stages.read.records import as_batch, limited
from pipeline.stages.read.swallowed import swallowed_issues
from pipeline.stages.read.table import Table, find_table
from pipeline.stages.read.utf8 import Utf8Stream, text_lines

# Small blocks, joined: Arrow and Python keep many times a block's size in memory.
_BLOCK_BYTES = 1 << 20
_BLOCKS_IN_BATCH = 6
_LARGE_BLOCK_BYTES = 128 << 20
_CAREFUL_BYTES = 4 << 20
_RECORD_BYTES = 100


class _Undivided(Exception):
    """Arrow cannot divide what follows into records."""


def open_csv_file(path: Path, layout: Layout, *, number: int) -> "CsvFile":
    """Raises SourceError if the file is no table."""
    table = find_table(path, layout, number=number)
    return CsvFile(table.source, path, table)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose encoding, dialect and header are known."""

    source: Source
    path: Path
    table: Table

    @property
    def header(self) -> Header:
        return self.table.place.header

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        told = told_apart(self._batches(), self.table.place.last_lines)
        return limited(told, limit)

    def _batches(self) -> Iterator[Batch]:
        ragged = Ragged(self.table.dialect.delimiter)
        following, checked, given = 1, False, 0
        raw = _none(self._ids)
        try:
            for cells in _joined(self._blocks(ragged)):
                if not checked and self._is_suspect(cells, ragged):
                    self._demand_whole_quotes()
                    checked = True
                raw, following = _numbered(cells, following, ragged)
                # The last record so far waits: only at the end is it known to be
                # cut off.
                yield self._batch(raw, ragged.take(up_to=following - 2))
                given = following - 1 - (following - 1 in ragged.found)
            if not checked and self._is_suspect(_none(self._ids), ragged):
                self._demand_whole_quotes()  # after the last block, or without any
        except _Undivided:
            yield from self._careful_batches(given)
        else:
            if last := ragged.take():
                cut_off = not self.table.survey.whole_end
                yield self._batch(raw.clear(), last, cut_off=cut_off)
        self._refuse_changes()

    @property
    def _ids(self) -> list[str]:
        return [f"c{n}" for n in range(self.header.width)]

    def _is_suspect(self, cells: pl.DataFrame, ragged: Ragged) -> bool:
        """Whether a stray quote may have joined lines: some cells have several."""
        several = pl.col(pl.String).str.contains(r"[\r\n]").any()
        return (
            self.table.survey.odd_quotes
            or cells.select(pl.any_horizontal(several)).item()
            or ragged.breaks_lines
        )

    def _demand_whole_quotes(self) -> None:
        with text_lines(self.path, self.table.dialect.form) as lines:
            records = careful_records(lines, self.table.dialect.delimiter)
            if any(record.raw is not None for record in records):
                raise _Undivided

    def _blocks(self, ragged: Ragged) -> Iterator[pl.DataFrame]:
        """The cells of the file; ragged records are set aside.

        A record longer than a block is met with larger blocks, from the start again.
        """
        given = 0
        for block_bytes in (_BLOCK_BYTES, _LARGE_BLOCK_BYTES):
            passed = 0
            try:
                for block in self._read(ragged, block_bytes):
                    known = min(block.height, given - passed)
                    passed += block.height
                    given = max(given, passed)
                    yield block.slice(known)
            except pa.ArrowInvalid:
                self._demand_whole_quotes()
            else:
                return
        raise _Undivided

    def _read(self, ragged: Ragged, block_bytes: int) -> Iterator[pl.DataFrame]:
        def set_aside(record: arrow_csv.InvalidRow) -> str:
            ragged.add(record.number, record.text)
            return "skip"

        with self.path.open("rb") as file:
            stream = Utf8Stream(file, self.table.dialect.form)
            text = pa.PythonFile(stream, mode="r")
            options = self._options(self._ids, set_aside, block_bytes)
            for block in arrow_csv.open_csv(text, **options):
                yield pl.DataFrame(block)

    def _options(
        self, ids: list[str], set_aside: Any, block_bytes: int
    ) -> dict[str, Any]:
        return {
            "read_options": arrow_csv.ReadOptions(
                use_threads=False,  # with threads, records have no number
                block_size=block_bytes,
                column_names=ids,
            ),
            "parse_options": arrow_csv.ParseOptions(
                delimiter=self.table.dialect.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(ids, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        }

    def _careful_batches(self, given: int) -> Iterator[Batch]:
        """The records after those that were given, divided with care."""
        found: Records = {}
        broken: dict[int, str] = {}
        size = 0
        with text_lines(self.path, self.table.dialect.form) as lines:
            records = careful_records(lines, self.table.dialect.delimiter)
            for number, record in enumerate(records, start=1):
                if number <= given:
                    continue
                if size > _CAREFUL_BYTES:
                    yield self._batch(_none(self._ids), found, broken)
                    found, broken, size = {}, {}, 0
                found[number] = record.cells
                size += _RECORD_BYTES + sum(map(len, record.cells))
                if record.raw is not None:
                    broken[number] = record.raw
        last = {number: found.pop(number) for number in list(found)[-1:]}
        last_broken = {n: broken.pop(n) for n in last if n in broken}
        yield self._batch(_none(self._ids), found, broken)
        cut_off = not self.table.survey.whole_end
        yield self._batch(_none(self._ids), last, last_broken, cut_off=cut_off)

    def _batch(
        self,
        raw: pl.DataFrame,
        ragged: Records,
        broken: dict[int, str] | None = None,
        *,
        cut_off: bool = False,
    ) -> Batch:
        ids = self._ids
        broken = broken or {}
        frame = pl.concat([raw, fitted(ragged, ids)]).sort("row") if ragged else raw
        sound = {row: cells for row, cells in ragged.items() if row not in broken}
        delimiter = self.table.dialect.delimiter
        told = ragged_issues(sound, len(ids), delimiter, cut_off=cut_off)
        frame = self._own(frame)
        found = [
            self._own(told),
            self._own(broken_issues(broken)),
            swallowed_issues(frame, self.header, delimiter),
        ]
        if self.table.dialect.form.marked:
            frame, explained = unmarked(frame, self.header.columns)
            found += explained
        issues = all_issues(found)
        batch = as_batch(self.source, self.header, frame, issues)
        return self._with_constants(batch)

    def _own(self, numbered: pl.DataFrame) -> pl.DataFrame:
        """Without what is no row of the table; rows are numbered as people see them."""
        mark = int(self.table.dialect.marked)  # a line that spreadsheets do not show
        rows = numbered.with_columns(row=(pl.col("row") - mark).cast(pl.UInt32))
        own = pl.col("row") > self.header.row
        last = self.table.place.last_row
        return rows.filter(own if last is None else own & (pl.col("row") <= last))

    def _with_constants(self, batch: Batch) -> Batch:
        if not self.table.place.constants:
            return batch
        cells = [
            pl.lit(value).alias(column.id)
            for column, value in self.table.place.constants
        ]
        return replace(batch, rows=batch.rows.with_columns(cells))

    def _refuse_changes(self) -> None:
        if self.path.stat().st_mtime_ns != self.table.survey.changed_at:
            raise SourceError(
                "The file was changed while it was read.",
                where=str(self.path),
                hint="Wait until it is complete, then run it again.",
                code="source_changed",
            )


def _none(ids: list[str]) -> pl.DataFrame:
    schema = {"row": pl.UInt32} | dict.fromkeys(ids, pl.String)
    return pl.DataFrame(schema=schema)


def _joined(blocks: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    while some := list(islice(blocks, _BLOCKS_IN_BATCH)):
        yield pl.concat(some, rechunk=True)


def _numbered(
    cells: pl.DataFrame, following: int, ragged: Ragged
) -> tuple[pl.DataFrame, int]:
    """`cells` with `row`, the number of their record, and the number after the last."""
    most = following + cells.height + len(ragged.found)
    numbers = pl.Series("row", range(following, most), dtype=pl.UInt32)
    own = numbers.filter(~numbers.is_in(list(ragged.found))).head(cells.height)
    last = int(own[-1]) if cells.height else following - 1
    while last + 1 in ragged.found:
        last += 1
    return cells.insert_column(0, own), last + 1
