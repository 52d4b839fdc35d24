"""The first sheet: the verdict, the counts, what is wrong, and links to the cells."""

from collections.abc import Iterable, Sequence
from typing import Final

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.rows import Status, rows_told
from pipeline.stages.report.page import (
    MEANINGS,
    Cause,
    Tone,
    steps_of,
    verdict_of,
)
from pipeline.stages.report.workbook.needy import Needy, NeedyRows
from pipeline.stages.report.workbook.palette import (
    AMBER,
    FONT,
    GREEN,
    RED,
    as_header,
    cell_at,
    filled,
    mark_color,
    put_text,
)
from pipeline.stages.report.workbook.told import Told

SUMMARY: Final = "_summary"
_WIDTHS: Final = (26, 12, 26, 70, 70)
_TONES: Final = {Tone.GOOD: GREEN, Tone.ATTENTION: AMBER, Tone.STOPPED: RED}
_WRAPPED: Final = (3, 4, 5)
_MOST_CAUSES: Final = 60
_MOST_LINES: Final = 12
_BAD: Final = frozenset({Status.INVALID, Status.REJECTED, Status.UNCERTAIN})
_LINK: Final = Font(name=FONT, color="FF0B57D0", underline="single")
Line = Sequence[str | int]


def fill_summary(
    sheet: Worksheet, told: Told, needy: NeedyRows, notes: Iterable[str], *, rows: str
) -> None:
    """Fills an empty sheet; `rows` is the name of the sheet with the rows."""
    page = _Page(sheet)
    _tell_verdict(page, told)
    _tell_counts(page, told)
    _tell_causes(page, told.causes)
    _tell_notes(page, [*told.ended.notes, *notes])
    _tell_needy(page, needy, rows)
    _tell_run(page, told)
    page.lay_out()


class _Page:
    """Blocks of lines, one below the other."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.line = 0

    def block(self, *heads: str) -> None:
        self.line += 1
        for cell in self.add(heads):
            as_header(cell)

    def add(self, values: Line) -> list[Cell]:
        """A line of cells, of which long texts are wrapped."""
        self.line += 1
        return [self._put(place, value) for place, value in enumerate(values, 1)]

    def lay_out(self) -> None:
        for place, width in enumerate(_WIDTHS, 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        self.sheet.sheet_view.showGridLines = False
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

    def _put(self, place: int, value: str | int) -> Cell:
        cell = cell_at(self.sheet, self.line, place)
        if isinstance(value, int):
            cell.value = value
            cell.number_format = "#,##0"
            cell.alignment = Alignment(vertical="top")
            return cell
        put_text(cell, value)
        wrapped = place in _WRAPPED
        cell.alignment = Alignment(
            horizontal="left", vertical="top", wrap_text=wrapped, indent=place == 3
        )
        if wrapped:
            self.make_high(value, _WIDTHS[place - 1])
        return cell

    def make_high(self, text: str, width: int) -> None:
        """High enough for a text of a cell so wide."""
        lines = sum(1 + len(line) // width for line in text.split("\n"))
        dimension = self.sheet.row_dimensions[self.line]
        dimension.height = max(dimension.height or 0, 15.5 * min(lines, _MOST_LINES))


def _tell_verdict(page: _Page, told: Told) -> None:
    verdict = verdict_of(told.ended, dry_run=told.run.dry_run)
    [title] = page.add([verdict.sentence])
    title.font = Font(name=FONT, bold=True, size=16)
    for place in range(1, len(_WIDTHS) + 1):
        page.sheet.cell(1, place).fill = filled(_TONES[verdict.tone])
    page.sheet.row_dimensions[1].height = 26
    for text in (verdict.more, told.ended.reason, told.ended.hint):
        if text:
            page.add([text])
    for step in steps_of(told.ended):
        page.line += 1
        page.add([step.todo])
        [command] = page.add([step.command])
        command.font = Font(name="Consolas", bold=True)


def _tell_counts(page: _Page, told: Told) -> None:
    counts = told.ended.counts
    page.block("Rows", "Count", "Meaning", "")
    for status in Status:
        if counts[status]:
            first, *_ = page.add([status.value, counts[status], MEANINGS[status]])
            if status in _BAD:
                first.fill = filled(RED)
    for cell in page.add(["read", counts.total(), "each with one outcome"]):
        cell.font = Font(name=FONT, bold=True)


def _tell_causes(page: _Page, causes: Sequence[Cause]) -> None:
    if not causes:
        return
    page.block("What is wrong", "Count", "Code", "For example", "What to do")
    for cause in causes[:_MOST_CAUSES]:
        first = cause.examples[0]
        example = f"{cause.title}. Row {first.rows[0]}: {first.message}"
        cells = page.add([cause.severity, cause.count, cause.code, example, first.hint])
        cells[0].fill = filled(mark_color(is_error=cause.is_error))
    if len(causes) > _MOST_CAUSES:
        page.add([f"And {len(causes) - _MOST_CAUSES:,} kinds more, in issues.csv."])


def _tell_notes(page: _Page, notes: Sequence[str]) -> None:
    if notes:
        page.block("Notes", "", "", "", "")
        for note in notes:
            page.add([note])
            page.sheet.merge_cells(
                start_row=page.line, end_row=page.line, start_column=1, end_column=5
            )
            cell = page.sheet.cell(page.line, 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            page.make_high(note, sum(_WIDTHS))


def _tell_needy(page: _Page, needy: NeedyRows, rows: str) -> None:
    if not needy.first:
        return
    page.block("Rows that need a person", "Status", "Column", "Message", "What to do")
    several = len({each.source for each in needy.first}) > 1
    for each in needy.first:
        where = f"Row {each.row:,}" + (f" of {each.source}" if several else "")
        link, *_ = page.add([where, each.status, each.column, each.message, each.hint])
        link.hyperlink = _link_to(each, rows)
        link.font = _LINK
    if needy.left_out:
        page.add(
            [f"And {rows_told(needy.left_out)} more: filter by _status in '{rows}'."]
        )


def _link_to(each: Needy, rows: str) -> Hyperlink:
    place = f"{get_column_letter(each.place)}{each.line}"
    return Hyperlink(ref="", location=f"{quote_sheetname(rows)}!{place}")


def _tell_run(page: _Page, told: Told) -> None:
    run, ended = told.run, told.ended
    facts = [
        ("Run", run.name + (" (dry run)" if run.dry_run else "")),
        ("Ended", f"{ended.ended_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Mapping", run.mapping_name),
        ("Target", run.target),
        *(
            ("Source", f"{source.label}: {rows_told(rows)}")
            for source, rows in told.sources
        ),
    ]
    page.block("The run", "", "", "", "")
    for fact in facts:
        page.add(fact)
