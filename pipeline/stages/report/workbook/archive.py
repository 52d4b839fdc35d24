"""A workbook's file, whose long sheets are written row by row.

openpyxl makes all of the workbook but the rows of those sheets. They are written as
XML by Polars, which takes a tenth of the time.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final, cast

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

_ROWS: Final = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_DIMENSION: Final = re.compile(rb"<dimension[^>]*>")
_AFTER_IGNORED: Final = re.compile(rb"<drawing|<legacyDrawing|</worksheet>")
_LEVEL: Final = 1


class Archive:
    """The file of one workbook; a sheet is opened, fed and closed before the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        self._member: IO[bytes] = io.BytesIO()
        self._streamed: set[str] = set()

    def begin(self, sheet: Worksheet) -> None:
        """Opens a sheet: all that stands before its rows is written."""
        name = _member(sheet)
        head = _ROWS.split(_parts(_book(sheet), [name])[name], maxsplit=1)[0]
        self._streamed.add(name)
        self._member = self._file.open(name, "w")
        self._member.write(_DIMENSION.sub(b"", head) + b"<sheetData>")

    def write(self, rows: Iterable[str]) -> int:
        """Rows as XML; gives their bytes."""
        return sum(self._member.write(row.encode()) for row in rows)

    def end(self, sheet: Worksheet) -> None:
        """Closes a sheet: all that stands behind its rows is written."""
        name = _member(sheet)
        tail = _ROWS.split(_parts(_book(sheet), [name])[name], maxsplit=1)[1]
        self._member.write(b"</sheetData>" + _quiet(tail))
        self._member.close()

    def finish(self, book: Workbook) -> None:
        """Writes all that was not written row by row."""
        for name, content in _parts(book).items():
            if name not in self._streamed:
                self._file.writestr(name, content)
        self.close()

    def close(self) -> None:
        self._member.close()
        if self._zip is not None:
            self._zip.close()
            self._zip = None

    @property
    def _file(self) -> zipfile.ZipFile:
        if self._zip is None:
            self._zip = zipfile.ZipFile(
                self._path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL
            )
        return self._zip


def _parts(book: Workbook, names: list[str] | None = None) -> dict[str, bytes]:
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as parts:
        return {name: parts.read(name) for name in names or parts.namelist()}


def _book(sheet: Worksheet) -> Workbook:
    return cast(Workbook, sheet.parent)


def _member(sheet: Worksheet) -> str:
    return f"xl/worksheets/sheet{1 + _book(sheet).sheetnames.index(sheet.title)}.xml"


def _quiet(tail: bytes) -> bytes:
    """No green corner on each cell that holds a number as text."""
    ignored = (
        b'<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/>'
        b"</ignoredErrors>"
    )
    return _AFTER_IGNORED.sub(lambda found: ignored + found[0], tail, count=1)
