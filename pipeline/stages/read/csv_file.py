"""CSV and TSV files, read block by block.

Arrow's reader hands over the records that have too many or too few cells; other
readers drop or merge them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from pipeline.errors import SourceError
from pipeline.rows import Batch, Source
from pipeline.stages.read.dialect import Dialect, find_dialect
from pipeline.stages.read.header import Header, find_header
from pipeline.stages.read.opened import Layout
from pipeline.stages.read.quotes import check_quotes
from pipeline.stages.read.ragged import Ragged, Records, fitted, ragged_issues
from pipeline.stages.read.records import as_batch, limited
from pipeline.stages.read.survey import Survey, survey
from pipeline.stages.read.utf8 import Utf8Stream

# Small blocks, joined: Arrow and Python keep many times a block's size in memory.
_BLOCK_BYTES = 1 << 20
_BLOCKS_IN_BATCH = 6
_LARGE_BLOCK_BYTES = 128 << 20


def open_csv_file(path: Path, layout: Layout, *, number: int) -> "CsvFile":
    """Raises SourceError if the file is no table."""
    found = survey(path, layout.encoding)
    dialect = find_dialect(found, layout)
    header = find_header(dialect.records, layout.header_row, where=str(path))
    source = Source(
        number,
        str(path),
        None,
        found.sha256,
        header.columns,
        header.row,
        format="TSV" if dialect.delimiter == "\t" else "CSV",
        encoding=found.encoding,
        delimiter=dialect.delimiter,
        notes=found.notes + header.notes,
    )
    return CsvFile(source, path, found, dialect, header)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose encoding, delimiter and header are known."""

    source: Source
    path: Path
    survey: Survey
    dialect: Dialect
    header: Header

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        return limited(self._batches(), limit)

    def _batches(self) -> Iterator[Batch]:
        ragged = Ragged(self.dialect.delimiter)
        following, trusted = 1, False
        for cells in _joined(self._blocks(ragged)):
            if not trusted and self._is_suspect(cells, ragged):
                self._check_quotes()
                trusted = True
            raw, following = _numbered(cells, following, ragged)
            # The last record so far waits: only at the end is it known to be cut off.
            yield self._batch(raw, ragged.take(up_to=following - 2))
        if last := ragged.take():
            yield self._batch(raw.clear(), last, cut_off=not self.survey.whole_end)
        self._refuse_changes()

    def _is_suspect(self, cells: pl.DataFrame, ragged: Ragged) -> bool:
        """Whether a stray quote may have joined lines: some cells have several."""
        several = pl.col(pl.String).str.contains(r"[\r\n]").any()
        return (
            self.survey.odd_quotes
            or cells.select(pl.any_horizontal(several)).item()
            or ragged.breaks_lines
        )

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
            except pa.ArrowInvalid as error:
                self._check_quotes()
                reason = str(error)
            else:
                return
        raise SourceError(
            "The file cannot be divided into rows.",
            where=str(self.path),
            hint=f"The reader says: {reason}",
        )

    def _read(self, ragged: Ragged, block_bytes: int) -> Iterator[pl.DataFrame]:
        ids = [f"c{n}" for n in range(self.header.width)]

        def set_aside(record: arrow_csv.InvalidRow) -> str:
            ragged.add(record.number, record.text)
            return "skip"

        with self.path.open("rb") as file:
            text = pa.PythonFile(Utf8Stream(file, self.survey.encoding), mode="r")
            options = self._options(ids, set_aside, block_bytes)
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
                delimiter=self.dialect.delimiter,
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

    def _batch(
        self, raw: pl.DataFrame, ragged: Records, *, cut_off: bool = False
    ) -> Batch:
        ids = raw.columns[1:]
        frame = pl.concat([raw, fitted(ragged, ids)]).sort("row") if ragged else raw
        issues = ragged_issues(
            ragged, len(ids), self.dialect.delimiter, cut_off=cut_off
        )
        mark = int(self.dialect.marked)  # a line that spreadsheets do not show
        rows, found = (
            part.with_columns(row=(pl.col("row") - mark).cast(pl.UInt32)).filter(
                pl.col("row") > self.header.row
            )
            for part in (frame, issues)
        )
        return as_batch(self.source, self.header, rows, found)

    def _check_quotes(self) -> None:
        check_quotes(
            self.path,
            self.survey.encoding,
            self.dialect.delimiter,
            lines_above=int(self.dialect.marked),
        )

    def _refuse_changes(self) -> None:
        if self.path.stat().st_mtime_ns != self.survey.changed_at:
            raise SourceError(
                "The file was changed while it was read.",
                where=str(self.path),
                hint="Wait until it is complete, then run it again.",
            )


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
