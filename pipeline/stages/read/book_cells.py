"""The cells of a sheet as text, by one rule.

Whole numbers have no decimal point, those of more than 15 digits stand as a
spreadsheet shows them (`3.01188E+17`): it keeps no more of them. A percentage is its
number, 0.5 for 50 %. Times are `YYYY-MM-DD HH:MM:SS`, days without a time (midnight)
`YYYY-MM-DD`, times without a day `HH:MM:SS`, truth values `true` and `false`; the error
of a formula is what the spreadsheet shows, such as `#N/A`.
"""

import re
from collections import defaultdict

import fastexcel
import polars as pl

from pipeline.errors import SourceError
from pipeline.stages.read.header import MOST_COLUMNS
from pipeline.stages.read.panics import panic_told

_MIDNIGHT = " 00:00:00"
_DAY = r"^\d{4}-\d{2}-\d{2} 00:00:00$"
_NO_DAY = "^(1899-12-31|1904-01-01) "
_A_TIME = r"^(1899-12-31|1904-01-01) \d{2}:\d{2}:\d{2}(\.\d+)?$"
_LONG = r"^-?\d{16,}(\.\d+)?$"
_DURATION = re.compile(r'DurationIso\("PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S"\)')
_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}


def load_sheet(
    book: fastexcel.ExcelReader, name: str, *, where: str
) -> fastexcel.ExcelSheet:
    """A sheet whose cells are all texts; raises SourceError."""
    # The whole sheet is parsed, however few rows are asked for: so do it once.
    try:
        with panic_told():
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as error:
        raise SourceError(
            "The sheet is damaged, or not what a spreadsheet program writes.",
            where=f"{where} [{name}]",
            hint="Open it in a spreadsheet program and save it as XLSX or CSV.",
            code="source_damaged",
        ) from error
    if sheet.width > MOST_COLUMNS:
        raise SourceError(
            f"The sheet has {sheet.width:,} columns. A spreadsheet has "
            f"{MOST_COLUMNS:,} at most.",
            where=f"{where} [{name}]",
            hint="Probably it is damaged: open it in a spreadsheet program, delete "
            "what is right of the table, and save it as XLSX or CSV.",
            code="source_too_large",
        )
    return sheet


def cells_of(book: fastexcel.ExcelReader, sheet: fastexcel.ExcelSheet) -> pl.DataFrame:
    """A text column `c0`, `c1`, ... per column of the sheet; empty cells are null."""
    batch, errors = sheet.to_arrow_with_errors()
    cells = _renamed(pl.DataFrame(batch))
    cells = _with_errors(cells, errors.errors if errors else [])
    cells = _with_shortened(cells, book, sheet.name)
    text = pl.all()
    return cells.with_columns(
        pl.when(text.str.contains(_A_TIME))
        .then(text.str.replace(_NO_DAY, ""))
        .when(text.str.contains(_DAY))
        .then(text.str.strip_suffix(_MIDNIGHT))
        .when(text != "")
        .then(text)
    )


def _renamed(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.rename({old: f"c{n}" for n, old in enumerate(cells.columns)})


def _with_errors(
    cells: pl.DataFrame, errors: list[fastexcel.CellError]
) -> pl.DataFrame:
    texts = {}
    for error in errors:
        row, column = error.offset_position
        texts[row + 1, column] = _error_text(error.detail)
    return with_texts(cells, texts)


def with_texts(cells: pl.DataFrame, texts: dict[tuple[int, int], str]) -> pl.DataFrame:
    """The cells with texts at some places: row from 1, column from 0."""
    by_column: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), text in texts.items():
        by_column[column][row - 1] = text
    return cells.with_columns(
        cells[f"c{column}"].scatter(list(some), list(some.values()))
        for column, some in by_column.items()
    )


def _error_text(detail: str) -> str:
    """What a spreadsheet shows in a cell that calamine has no text for."""
    if duration := _DURATION.search(detail):
        return ":".join(duration.groups())
    found = re.search(r"Error\((\w+)\)", detail)
    return _ERRORS.get(found[1], "#ERROR!") if found else "#ERROR!"


def _with_shortened(
    cells: pl.DataFrame, book: fastexcel.ExcelReader, name: str
) -> pl.DataFrame:
    """Numbers of more than 15 digits as a spreadsheet shows them, texts as they are.

    Calamine gives a truth value for a number and none for a text: so it tells them
    apart in a second look at the columns that hold such.
    """
    long = cells.select(pl.all().str.contains(_LONG).any())
    columns = [n for n, held in enumerate(long.row(0)) if held] if long.height else []
    if not columns:
        return cells
    numeric = book.load_sheet(
        name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=columns
    ).to_polars()
    return cells.with_columns(
        _shortened(cells[f"c{column}"], flags.is_not_null())
        for column, flags in zip(columns, numeric.iter_columns(), strict=True)
    )


def _shortened(texts: pl.Series, numeric: pl.Series) -> pl.Series:
    rows = (texts.str.contains(_LONG) & numeric).fill_null(value=False).arg_true()
    shown = [_shown(float(text)) for text in texts.gather(rows)]
    return texts.scatter(rows, shown) if shown else texts


def _shown(number: float) -> str:
    digits, exponent = f"{number:.14E}".split("E")
    return f"{digits.rstrip('0').rstrip('.')}E{exponent}"
