"""How our marks look: fills, comments, and the head of a column."""

from typing import Final, cast

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.stages.report.workbook.cells import plain

RED, AMBER, GREEN, GRAY = "FFFFC9CE", "FFFFE9A8", "FFD3EFD8", "FFE4E9F0"
FONT: Final = "Calibri"
MARK: Final = "activity-import:"
MOST_COMMENTS: Final = 2_000
_MOST_OF_A_COMMENT: Final = 2_000
_LINE: Final = 55


def cell_at(sheet: Worksheet, line: int, place: int) -> Cell:
    """A cell that no merged ones cover; it is made if it is not there."""
    return cast(Cell, sheet.cell(line, place))


def filled(color: str) -> PatternFill:
    return PatternFill("solid", fgColor=color)


def mark_color(*, is_error: bool) -> str:
    return RED if is_error else AMBER


def is_marked(cell: Cell) -> bool:
    """Whether an earlier report of ours filled the cell."""
    fill = cell.fill
    return fill.fill_type == "solid" and fill.fgColor.rgb in {RED, AMBER}


def comment_on(text: str, before: str = "") -> Comment:
    """A comment as large as its text; `before` is what the cell's own one says."""
    own = without_mark(before)
    told = f"{MARK}\n{plain(text)[:_MOST_OF_A_COMMENT]}"
    whole = f"{own}\n\n{told}" if own else told
    lines = sum(1 + len(line) // _LINE for line in whole.split("\n"))
    height = min(400, 20 + 17 * lines)
    return Comment(whole, "activity-import", height=height, width=400)


def without_mark(text: str) -> str:
    """What somebody else says in a comment."""
    return text.split(MARK, maxsplit=1)[0].rstrip()


def as_header(cell: Cell) -> None:
    cell.font = Font(name=FONT, bold=True)
    cell.fill = filled(GRAY)
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def put_text(cell: Cell, text: str) -> None:
    """A text, and no formula whatever it starts with."""
    cell.value = plain(text)
    if cell.data_type == "f":
        cell.data_type = "s"
        cell.quotePrefix = True
