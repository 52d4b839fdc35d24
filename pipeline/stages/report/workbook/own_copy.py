"""The user's own workbook, with its bad cells marked and our columns beside."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.rows import Source
from pipeline.stages.report.workbook.beside import Beside
from pipeline.stages.report.workbook.clean import ISSUES_SHEET, CleanWorkbook
from pipeline.stages.report.workbook.left_out import no_copy, uncommented_notes
from pipeline.stages.report.workbook.marks import marks_of
from pipeline.stages.report.workbook.needy import NeedyRows, needs_a_person
from pipeline.stages.report.workbook.palette import (
    MARK,
    MOST_COMMENTS,
    RED,
    comment_on,
    filled,
    is_marked,
    mark_color,
    without_mark,
)
from pipeline.stages.report.workbook.summary import SUMMARY, fill_summary
from pipeline.stages.report.workbook.told import Told
from pipeline.stages.report.write import Part

_HARMLESS: Final = "Workbook contains no default style"


class CannotCopyError(Exception):
    """openpyxl would not carry all of the workbook through."""


class OwnCopy:
    """Keeps the parts, which are few, until all is known.

    If the copy cannot be made after all, `instead` is written.
    """

    def __init__(
        self, path: Path, content: bytes, source: Source, instead: CleanWorkbook
    ) -> None:
        self._path = path
        self._content = content
        self._source = source
        self._instead = instead
        self._parts: list[Part] = []

    def see(self, part: Part) -> None:
        self._parts.append(part)

    def finish(self, told: Told) -> None:
        try:
            book = _loaded(self._content)
            _mark(book, self._source, self._parts, told)
            saved = _saved(book)
        except CannotCopyError as error:
            self._instead.left_out.why = no_copy(str(error))
            for part in self._parts:
                self._instead.see(part)
            self._instead.finish(told)
        else:
            self._path.write_bytes(saved)


def _loaded(content: bytes) -> Workbook:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            book = load_workbook(io.BytesIO(content), rich_text=True)
        # What openpyxl meets in a file that it does not understand is of any kind.
        except Exception as error:
            raise CannotCopyError("it could not be opened for a copy") from error
    lost = [str(each.message) for each in warned if _loses(each)]
    if lost:
        raise CannotCopyError(f"a copy would lose something of it ({lost[0]})")
    return book


def _loses(warned: warnings.WarningMessage) -> bool:
    told = str(warned.message)
    return issubclass(warned.category, UserWarning) and _HARMLESS not in told


def _saved(book: Workbook) -> bytes:
    saved = io.BytesIO()
    try:
        book.save(saved)
    except Exception as error:
        raise CannotCopyError("it could not be saved as a copy") from error
    return saved.getvalue()


def _mark(book: Workbook, source: Source, parts: Sequence[Part], told: Told) -> None:
    again = {SUMMARY, ISSUES_SHEET} & set(book.sheetnames)
    for name in again:
        book.remove(book[name])
    sheet = _sheet(book, source)
    beside = Beside.of(sheet, source)
    if not beside.has_room:
        raise CannotCopyError("there is no room for our columns beside its own")
    marker = _Marker(sheet, beside)
    if again:
        marker.unmark(source, [row for part in parts for row in part.rows["row"]])
    beside.add_heads()
    for part in parts:
        marker.see(part)
    summary = book.create_sheet(SUMMARY, 0)
    _open_at(book, summary)
    fill_summary(summary, told, marker.needy, marker.notes, rows=sheet.title)


def _open_at(book: Workbook, summary: Worksheet) -> None:
    """The summary is seen first, and no other sheet is selected along with it."""
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = False
    book.active = summary
    book.template = False
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True


def _sheet(book: Workbook, source: Source) -> Worksheet:
    """The sheet that was read, if its header stands where it was read."""
    found = [each for each in book.worksheets if each.title == source.sheet]
    if not found:
        raise CannotCopyError("its sheet was not found in the copy")
    [sheet] = found
    for column in source.columns:
        value = sheet.cell(source.header_row, place_of(column.id)).value or ""
        if isinstance(value, str) and value.strip() != column.name.strip():
            raise CannotCopyError("its header stands elsewhere in the copy")
    return sheet


def place_of(column: str) -> int:
    """Where a column stands in the sheet, from 1: `c0` is the first."""
    return 1 + int(column[1:])


class _Marker:
    """Marks the cells of one sheet, and counts what it could not tell there."""

    def __init__(self, sheet: Worksheet, beside: Beside) -> None:
        self._sheet = sheet
        self._beside = beside
        self._comments = 0
        self._uncommented = 0
        self.needy = NeedyRows()

    @property
    def notes(self) -> list[str]:
        return uncommented_notes(self._comments, self._uncommented)

    def unmark(self, source: Source, lines: Sequence[int]) -> None:
        """Takes back what an earlier report of ours marked."""
        places = [place_of(column.id) for column in source.columns]
        for line in lines:
            for place in (*places, self._beside.places["_status"]):
                cell = self._sheet.cell(line, place)
                if isinstance(cell, Cell):
                    _unmark(cell)

    def see(self, part: Part) -> None:
        columns = part.source.columns
        places = {each.name: place_of(each.id) for each in reversed(columns)}
        marks = marks_of(part.issues, places)
        outcomes = part.outcomes.with_columns(line=pl.col("row").cast(pl.Int64))
        for mark in marks.iter_rows():
            self._mark(*mark)
        self._beside.add(outcomes)
        for line in outcomes.filter(needs_a_person())["row"]:
            self._beside.cell(line, "_status").fill = filled(RED)
        status = self._beside.places["_status"]
        self.needy.see(part.source.label, outcomes, marks, status=status)

    def _mark(self, line: int, place: int, is_error: bool, text: str) -> None:  # noqa: FBT001
        cell = self._sheet.cell(line, place)
        if not isinstance(cell, Cell):
            return
        cell.fill = filled(mark_color(is_error=is_error))
        if self._comments >= MOST_COMMENTS:
            self._uncommented += 1
            return
        self._comments += 1
        cell.comment = comment_on(text, cell.comment.text if cell.comment else "")


def _unmark(cell: Cell) -> None:
    if cell.has_style and is_marked(cell):
        cell.fill = PatternFill()
    before = cell.comment
    if before is None or MARK not in before.text:
        return
    kept = without_mark(before.text)
    cell.comment = Comment(kept, before.author) if kept else None
