"""Samples as files: the same bytes whenever they are made."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.sample_makers.parts import Cell, Sample

_MADE = datetime(2025, 1, 2, 3, 4, 6, tzinfo=UTC)
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def csv_text(
    header: Sequence[str],
    lines: Iterable[Sequence[Cell]],
    *,
    quote_all: bool = True,
    newline: str = "\n",
) -> str:
    """Every cell quoted, lines ended by LF, as many exports do it; or otherwise."""
    text = io.StringIO()
    writer = csv.writer(
        text,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        lineterminator=newline,
    )
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()


def sample_csv(sample: Sample, *, quote_all: bool = True, newline: str = "\n") -> str:
    lines = lines_of(sample)
    return csv_text(sample.header, lines, quote_all=quote_all, newline=newline)


def lines_of(sample: Sample) -> list[list[Cell]]:
    """A list of cells per row, empty for a blank one."""
    return [
        [] if row is None else [row.cells.get(name, "") for name in sample.header]
        for row in sample.rows
    ]


def workbook_bytes(sheets: Sequence[Sample]) -> bytes:
    """A workbook with a sheet per sample."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sample in sheets:
        _fill(book, sample)
    raw = io.BytesIO()
    book.save(raw)
    return _timeless(raw.getvalue())


def hiding_workbook_bytes(sample: Sample, hidden_columns: int) -> bytes:
    """A workbook with its first columns and a further sheet hidden."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(book, sample)
    for place in range(1, hidden_columns + 1):
        book.worksheets[0].column_dimensions[get_column_letter(place)].hidden = True
    book.create_sheet("hiddenSheet").sheet_state = "veryHidden"
    book["hiddenSheet"]["A1"] = "view:4b8f;page:1"
    raw = io.BytesIO()
    book.save(raw)
    return _timeless(raw.getvalue())


def _fill(book: Workbook, sample: Sample) -> None:
    sheet = book.create_sheet(sample.sheet)
    for number, line in enumerate([sample.header, *lines_of(sample)], start=1):
        for place, value in enumerate(line, start=1):
            cell = sheet.cell(number, place, None if value == "" else value)
            if cell.data_type == "f":  # text that only begins like a formula
                cell.data_type = "s"


def _timeless(book: bytes) -> bytes:
    """The same workbook without the moment it was made in, and not compressed.

    Compressors differ from machine to machine, and so would the bytes.
    """
    made = _MADE.strftime(r"\g<1>%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=_reading_order):
            part = zipfile.ZipInfo(name, _MADE.timetuple()[:6])
            part.create_system = 0
            new.writestr(part, _MODIFIED.sub(made, old.read(name)))
    return out.getvalue()


def _reading_order(name: str) -> tuple[bool, str]:
    """The list of parts comes first: programs tell a workbook from a ZIP by it."""
    return name != "[Content_Types].xml", name
