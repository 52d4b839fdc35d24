"""What is told of a workbook, and refused in it, beyond the values of its cells."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl

from pipeline.errors import SourceError
from pipeline.issues import issue_rows
from pipeline.stages.read.header import Header
from pipeline.stages.read.letters import column_letters
from pipeline.stages.read.ods_xml import ods_sheets
from pipeline.stages.read.sheet_xml import SheetXml, sheet_xml

MOST_CELLS = 50_000_000
MOST_ODS_CELLS = 10_000_000  # of all sheets: they are loaded together, 180 bytes each
MOST_BYTES = 4 << 30
MOST_RATIO = 500
_MOST = 0.5
_SMALL = 64 << 20
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(LookupError, RuntimeError, ValueError),  # parts that are missing or no XML
)
_DAMAGED = "Open it in a spreadsheet program and save it as XLSX or CSV."


@dataclass(frozen=True)
class BookFacts:
    """What the XML of a workbook tells of its sheets.

    Of an ODS all sheets are known at once, `ods`: to open it loads them all.
    """

    path: Path
    content: bytes
    ods: Dict[str, SheetXml]

    @classmethod
    def checked(cls, path: Path, content: bytes) -> "BookFacts":
        """Raises SourceError for a file that is made to fill the memory."""
        _check_book(path, content)
        with _damage_told(content, str(path)):
            ods = ods_sheets(content) if zipfile.is_zipfile(BytesIO(content)) else {}
        cells = 0
        for sheet, found in ods.items():
            cells += found.rows * found.columns
            _check_reach(found, f"{path} [{sheet}]", cells, MOST_ODS_CELLS)
        return cls(path, content, ods)

    def of(self, sheet: str) -> SheetXml:
        """Raises SourceError for what must not be loaded."""
        where = f"{self.path} [{sheet}]"
        if self.ods:
            return self.ods.get(sheet, SheetXml())
        found = SheetXml()
        with _damage_told(self.content, where):
            found = sheet_xml(self.content, sheet) or found
        _check_reach(found, where, found.rows * found.columns, MOST_CELLS)
        return found


def _check_book(path: Path, content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return  # no zip: an old XLS, or damaged, which calamine tells
    sizes = sum(part.file_size for part in parts)
    if sizes > MOST_BYTES or any(map(_grows_too_much, parts)):
        raise SourceError(
            "Unpacked, the spreadsheet is much larger than any real one.",
            where=str(path),
            hint="If you trust it, save it as CSV in a spreadsheet program.",
            code="source_too_large",
        )


@contextmanager
def _damage_told(content: bytes, where: str) -> Iterator[None]:
    """Of what is no zip (an old XLS, or damaged), calamine tells."""
    try:
        yield
    except _DAMAGES as error:
        if not zipfile.is_zipfile(BytesIO(content)):
            return
        what = error.args[0] if error.args else "it is cut off"
        raise SourceError(
            f"The spreadsheet is damaged: {what}.",
            where=where,
            hint=_DAMAGED,
            code="source_damaged",
        ) from error


def _check_reach(found: SheetXml, where: str, cells: int, most: int) -> None:
    """`cells` are those that are loaded with the sheet."""
    if cells <= most:
        return
    raise SourceError(
        f"The sheet reaches to row {found.rows:,} and column "
        f"{column_letters(found.columns)}: that is too much to be read.",
        where=where,
        hint="Probably a cell far outside was filled by mistake: delete what is "
        "right of and below the table, or save it as CSV.",
        code="source_too_large",
    )


def uncalculated_issues(known: SheetXml, header: Header) -> pl.DataFrame:
    """An issue for each formula without a value in the columns that are read."""
    names = {int(each.id[1:]): each.name for each in header.columns}
    found = [
        (row, names[column] or column_letters(column + 1))
        for row, column in known.uncalculated
        if row > header.row and column in names
    ]
    schema = {"row": pl.UInt32, "column": pl.String}
    frame = pl.DataFrame(found, schema=schema, orient="row")
    return issue_rows("uncalculated", frame, column=pl.col("column"))


def sheet_notes(
    cells: pl.DataFrame, header_row: int, known: SheetXml, others: list[str]
) -> tuple[str, ...]:
    """What a person should know of the sheet before its rows are trusted."""
    merged = sum(last > header_row for last in known.merged)
    hidden = [
        f"{name}: {count:,}"
        for name, count in [
            ("rows", known.hidden_rows),
            ("columns", known.hidden_columns),
        ]
        if count
    ]
    notes = [
        f"Hidden {', '.join(hidden)}. They are read like the others." if hidden else "",
        f"Merged cells: {merged:,}. Only the first cell of each has the value."
        if merged
        else "",
        _tables_note(cells, header_row),
        f"Only this sheet is read; the file has others: {', '.join(others)}."
        if others
        else "",
    ]
    return tuple(note for note in notes if note)


def _grows_too_much(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(_SMALL, MOST_RATIO * part.compress_size)


def _tables_note(cells: pl.DataFrame, header_row: int) -> str:
    table = cells.slice(header_row - 1)
    if _is_split(table):
        return (
            "An empty column divides the sheet: if these are several tables, put each "
            "on a sheet of its own."
        )
    if (row := _second_header(table)) is not None:
        return (
            f"Row {header_row + row} looks like the header of another table; what "
            "stands below it is read as if it belonged to the first. To read only "
            f"that table, set `header_row: {header_row + row}` in the mapping."
        )
    return ""


def _is_split(table: pl.DataFrame) -> bool:
    """Whether an empty column stands between columns with headers."""
    headers = [bool(cell) for cell in table.row(0)]
    first, last = headers.index(True), len(headers) - headers[::-1].index(True)
    between = table[:, first:last]
    return any(column.null_count() == table.height for column in between.iter_columns())


def _second_header(table: pl.DataFrame) -> int | None:
    """The first row below an empty one that holds names where others have numbers."""
    filled = table.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    before = filled.shift(1) == 0
    names = ~table.select(pl.any_horizontal(pl.all().str.contains(r"\d"))).to_series()
    for row in (before & (filled > 1) & names.fill_null(value=True)).arg_true():
        held = [name for name in table.columns if table[name][row] is not None]
        above = table[1:row].filter(filled[1:row] > 0).select(held)
        digits = above.select(pl.all().str.contains(r"\d").mean())
        if above.height and any((share or 0) > _MOST for share in digits.row(0)):
            return int(row)
    return None
