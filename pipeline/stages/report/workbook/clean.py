"""A workbook of our own: summary, rows and issues."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import polars as pl
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.rows import Source
from pipeline.stages.report.columns import SourceColumns
from pipeline.stages.report.workbook.archive import Archive
from pipeline.stages.report.workbook.bounds import Bounds
from pipeline.stages.report.workbook.cells import MOST_CHARACTERS, is_too_long, plain
from pipeline.stages.report.workbook.left_out import LeftOut
from pipeline.stages.report.workbook.marks import MARKS_SCHEMA, marks_of
from pipeline.stages.report.workbook.needy import NeedyRows, needs_a_person
from pipeline.stages.report.workbook.palette import (
    AMBER,
    MOST_COMMENTS,
    RED,
    as_header,
    cell_at,
    comment_on,
    filled,
)
from pipeline.stages.report.workbook.rows_xml import Styles, rows_xml
from pipeline.stages.report.workbook.summary import SUMMARY, fill_summary
from pipeline.stages.report.workbook.told import Told
from pipeline.stages.report.write import Part

ISSUES_SHEET: Final = "_issues"
ADDED: Final = (
    *("_source", "_sheet", "_row", "_status", "_activity_id"),
    *("_code", "_column", "_message", "_hint"),
)
_STATUS: Final = 1 + ADDED.index("_status")
_ISSUE: Final = ("severity", "code", "column", "field", "value", "message", "hint")
_MOST_COLUMNS: Final = 16_384
_WIDTHS: Final = {"_message": 60, "_hint": 60, "message": 60, "hint": 60, "_row": 8}
_LEAST_WIDTH, _MOST_WIDTH = 12, 40
_LOOKED_AT: Final = 200
_HEAD_LINE: Final = 100


class CleanWorkbook:
    """Writes each part's rows as it sees it; `left_out` is told with them."""

    def __init__(
        self,
        archive: Archive,
        sources: Sequence[Source],
        bounds: Bounds,
        left_out: LeftOut,
    ) -> None:
        self._archive = archive
        self._bounds = bounds
        self._columns = SourceColumns.of(tuple(sources))
        self._width = min(len(self._columns.places), _MOST_COLUMNS - len(ADDED))
        self._book, self._sheets = _empty_book(_name_for_rows(sources))
        self._styles = _styles(self._sheets[1])
        self.left_out = left_out
        self._needy = NeedyRows()
        self._issues: list[pl.DataFrame] = []
        self._lines = 1
        self._bytes = 0
        self._begun = False

    def see(self, part: Part) -> None:
        self._keep_issues(part)
        wanted = needs_a_person() | pl.lit(not self.left_out.only_needy)
        shown = part.outcomes.select(wanted).to_series()
        outcomes = part.outcomes.filter(shown)
        room = self._room()
        self.left_out.rows += max(0, outcomes.height - room)
        outcomes = outcomes.head(room).with_columns(
            line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + self._lines
        )
        cells = part.rows.filter(shown).head(room)
        self._add(part, cells, outcomes)

    def finish(self, told: Told) -> None:
        self._begin(pl.DataFrame())
        summary, rows, issues = self._sheets
        last = get_column_letter(self._width + len(ADDED))
        rows.auto_filter.ref = f"A1:{last}{self._lines}"
        self.left_out.columns = len(self._columns.places) - self._width
        notes = self.left_out.notes(self._bounds)
        fill_summary(summary, told, self._needy, notes, rows=rows.title)
        self._archive.finish(issues, self._issue_rows(issues))

    def _room(self) -> int:
        full = self._bytes >= self._bounds.row_bytes
        return 0 if full else self._bounds.rows - self._lines

    def _add(self, part: Part, cells: pl.DataFrame, outcomes: pl.DataFrame) -> None:
        places = self._columns.numbers(part.source)
        marks = marks_of(part.issues, places).join(outcomes, on="row", how="semi")
        marks = marks.filter(pl.col("place") <= self._width)
        frame = self._frame(part.source, cells, outcomes)
        self._begin(frame)
        status = self._width + _STATUS
        every = pl.concat([marks, _status_marks(outcomes, status)])
        xml = rows_xml(frame, styles=self._styles, marks=every)
        self._bytes += self._archive.write(xml)
        self._lines += frame.height
        self.left_out.cut += _count_cut(frame)
        self._comment(marks, outcomes)
        self._needy.see(part.source.label, outcomes, marks, status=status)

    def _frame(
        self, source: Source, cells: pl.DataFrame, outcomes: pl.DataFrame
    ) -> pl.DataFrame:
        """`line`, `row`, the user's columns, and ours."""
        texts = cells.select(self._columns.texts(source)[: self._width])
        own = outcomes.select(
            pl.lit(plain(source.path)).alias("_source"),
            pl.lit(plain(source.sheet or "")).alias("_sheet"),
            pl.col("row").alias("_row"),
            *(pl.col(name[1:]).alias(name) for name in ADDED[3:]),
        )
        numbers = outcomes.select("line", "row")
        return pl.concat([numbers, texts, own], how="horizontal")

    def _begin(self, frame: pl.DataFrame) -> None:
        if self._begun:
            return
        self._begun = True
        heads = [*self._columns.headers[: self._width], *ADDED]
        sheet = self._sheets[1]
        _set_widths(sheet, heads, frame.drop("line", "row", strict=False))
        self._archive.begin(sheet)
        self._archive.write(_header_xml(heads, self._styles, sheet))

    def _comment(self, marks: pl.DataFrame, outcomes: pl.DataFrame) -> None:
        room = max(0, MOST_COMMENTS - self.left_out.comments)
        told = marks.join(outcomes.select("row", "line"), on="row").head(room)
        for line, place, text in told.select("line", "place", "text").iter_rows():
            self._sheets[1].cell(line, place).comment = comment_on(text)
        self.left_out.comments += told.height
        self.left_out.uncommented += marks.height - told.height

    def _keep_issues(self, part: Part) -> None:
        kept = sum(frame.height for frame in self._issues)
        place = [
            pl.lit(plain(part.source.path)).alias("source"),
            pl.lit(plain(part.source.sheet or "")).alias("sheet"),
        ]
        told = part.issues.head(max(0, self._bounds.issues - kept))
        self.left_out.issues += part.issues.height - told.height
        if not told.is_empty():
            cells = told.select(*place, pl.col("row").alias("number"), *_ISSUE, "row")
            self._issues.append(cells)

    def _issue_rows(self, sheet: Worksheet) -> Iterator[str]:
        heads = ["source", "sheet", "row", *_ISSUE]
        found = pl.concat(self._issues) if self._issues else pl.DataFrame()
        _set_widths(sheet, heads, pl.DataFrame())
        sheet.auto_filter.ref = f"A1:J{1 + found.height}"
        head = _header_xml(heads, self._styles, sheet)
        lines = found.with_columns(line=pl.int_range(2, pl.len() + 2))
        marks = pl.DataFrame(schema=MARKS_SCHEMA)
        return chain(head, rows_xml(lines, styles=self._styles, marks=marks))


def _empty_book(rows: str) -> tuple[Workbook, tuple[Worksheet, Worksheet, Worksheet]]:
    book = Workbook()
    book.remove(book.worksheets[0])
    summary, table, issues = map(book.create_sheet, (SUMMARY, rows, ISSUES_SHEET))
    for sheet in (table, issues):
        sheet.freeze_panes = "A2"
    return book, (summary, table, issues)


def _name_for_rows(sources: Sequence[Source]) -> str:
    """That of the one sheet, if a spreadsheet program takes it."""
    [name, *others] = [source.sheet or "" for source in sources] or [""]
    illegal = set(name) & set("[]:*?/\\") or name != plain(name)
    ours = name.startswith("_") or name.casefold() == "history"
    bounded = 0 < len(name) <= 31 and not name.startswith("'") and name[-1] != "'"
    return "rows" if others or illegal or ours or not bounded else name


def _styles(sheet: Worksheet) -> Styles:
    """Text cells of each kind: typed over, they stay text."""
    numbers = [
        _style(sheet, line, color, quoted=quoted)
        for line, (quoted, color) in enumerate(
            (quoted, color) for quoted in (False, True) for color in (None, AMBER, RED)
        )
    ]
    plain_ones, quoted_ones = numbers[:3], numbers[3:]
    return Styles(
        (plain_ones[0], plain_ones[1], plain_ones[2]),
        (quoted_ones[0], quoted_ones[1], quoted_ones[2]),
    )


def _style(sheet: Worksheet, line: int, color: str | None, *, quoted: bool) -> int:
    cell = sheet.cell(1 + line, 1)
    cell.number_format = "@"
    if color:
        cell.fill = filled(color)
    if quoted:
        cell.quotePrefix = True
    return int(cell.style_id)


def _header_xml(heads: list[str], styles: Styles, sheet: Worksheet) -> list[str]:
    # openpyxl keeps a cell's style by reference: one that was numbered must not change.
    cell = cell_at(sheet, _HEAD_LINE, 1)
    as_header(cell)
    head = int(cell.style_id)
    own = Styles((head, head, head), (head, head, head))
    row = pl.DataFrame(
        [heads], orient="row", schema=[f"h{n}" for n in range(len(heads))]
    )
    marks = pl.DataFrame(schema=MARKS_SCHEMA)
    return list(
        rows_xml(row.insert_column(0, pl.Series("line", [1])), styles=own, marks=marks)
    )


def _set_widths(sheet: Worksheet, heads: list[str], frame: pl.DataFrame) -> None:
    """As wide as the head and most of the first cells."""
    lengths = [
        frame[name].head(_LOOKED_AT).cast(pl.String).str.len_chars().quantile(0.9)
        for name in frame.columns
    ] or [0.0] * len(heads)
    for place, (head, length) in enumerate(zip(heads, lengths, strict=True), 1):
        wanted = max(len(head) + 4, int(length or 0) + 2, _LEAST_WIDTH)
        width = _WIDTHS.get(head, min(_MOST_WIDTH, wanted))
        sheet.column_dimensions[get_column_letter(place)].width = width


def _status_marks(outcomes: pl.DataFrame, place: int) -> pl.DataFrame:
    needy = outcomes.filter(needs_a_person())
    return needy.select(
        "row",
        place=pl.lit(place, dtype=pl.Int64),
        is_error=pl.lit(value=True),
        text=pl.lit(""),
    ).cast(MARKS_SCHEMA)


def _count_cut(frame: pl.DataFrame) -> int:
    texts = pl.selectors.string()
    longest = frame.select(texts.str.len_bytes().max())
    if (
        longest.is_empty()
        or (max(longest.row(0), key=lambda n: n or 0) or 0) <= MOST_CHARACTERS
    ):
        return 0
    return int(frame.select(pl.sum_horizontal(is_too_long(texts).sum())).item())
