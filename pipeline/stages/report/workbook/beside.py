"""Our columns in the user's own sheet, beside the last of its columns."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Final

import polars as pl
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.rows import Source
from pipeline.stages.report.workbook.palette import as_header, cell_at, put_text

ADDED: Final = ("_status", "_activity_id", "_code", "_message", "_hint")
_MOST_COLUMNS: Final = 16_384
_WIDTHS: Final = (12, 16, 22, 60, 60)


@dataclass(frozen=True)
class Beside:
    """`places` says where each of our columns stands; `new` are not there yet."""

    sheet: Worksheet
    header_row: int
    last: int
    places: Dict[str, int]
    new: tuple[str, ...]

    @classmethod
    def of(cls, sheet: Worksheet, source: Source) -> "Beside":
        """Those of an earlier report are used again."""
        [heads] = sheet.iter_rows(
            min_row=source.header_row, max_row=source.header_row, values_only=True
        )
        known = {str(head): place for place, head in enumerate(heads, 1) if head}
        own = (1 + int(column.id[1:]) for column in source.columns)
        last = max([*known.values(), *own])
        new = [name for name in ADDED if name not in known]
        places = {name: last + number for number, name in enumerate(new, 1)}
        there = {name: known[name] for name in ADDED if name in known}
        return cls(sheet, source.header_row, last, there | places, tuple(new))

    @property
    def has_room(self) -> bool:
        """Whether our columns fit in, and no merged cells are in their way."""
        most = max(self.places.values())
        merged = (
            each
            for each in self.sheet.merged_cells.ranges
            if each.max_col >= min(self.places.values()) and each.min_col <= most
        )
        above = all(each.max_row < self.header_row for each in merged)
        return most <= _MOST_COLUMNS and above

    def add_heads(self) -> None:
        self._extend_filters()
        self._make_room_for_widths()
        for name, width in zip(ADDED, _WIDTHS, strict=True):
            place = self.places[name]
            cell = self.cell(self.header_row, name)
            put_text(cell, name)
            as_header(cell)
            dimension = ColumnDimension(
                self.sheet, index=get_column_letter(place), width=width
            )
            self.sheet.column_dimensions[get_column_letter(place)] = dimension

    def add(self, outcomes: pl.DataFrame) -> None:
        """`outcomes` have `row`, which is the sheet's line."""
        told = outcomes.select("row", *(name[1:] for name in ADDED))
        for line, *texts in told.iter_rows():
            for name, text in zip(ADDED, texts, strict=True):
                if text or name not in self.new:
                    put_text(self.cell(line, name), text or "")

    def cell(self, line: int, name: str) -> Cell:
        return cell_at(self.sheet, line, self.places[name])

    def _make_room_for_widths(self) -> None:
        """A width may be that of many columns; ours are taken out of it."""
        first = min(self.places.values())
        for letter, dimension in list(self.sheet.column_dimensions.items()):
            dimension.reindex()
            left, right = dimension.min or 0, dimension.max or 0
            if left < first <= right:
                dimension.max = first - 1
            elif first <= left <= max(self.places.values()):
                del self.sheet.column_dimensions[letter]

    def _extend_filters(self) -> None:
        """What filters and sorts the user's columns takes ours along."""
        if not self.new:
            return
        own = self.sheet.auto_filter
        if own.ref and self._ends_here(own.ref):
            own.ref = self._widened(own.ref)
        for table in self._tables():
            table.ref = self._widened(table.ref)
            if table.autoFilter is not None and table.autoFilter.ref:
                table.autoFilter.ref = self._widened(table.autoFilter.ref)
            number = max(column.id for column in table.tableColumns)
            table.tableColumns += [
                TableColumn(id=number + more, name=name)
                for more, name in enumerate(self.new, 1)
            ]

    def _tables(self) -> Iterator[Table]:
        for table in self.sheet.tables.values():
            if table.headerRowCount != 0 and self._ends_here(table.ref):
                yield table

    def _ends_here(self, ref: str) -> bool:
        where = CellRange(ref)
        return where.min_row == self.header_row and where.max_col == self.last

    def _widened(self, ref: str) -> str:
        wide = CellRange(ref)
        wide.expand(right=len(self.new))
        return wide.coord
