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
        self._begun = ""

    def begin(self, sheet: Worksheet) -> None:
        """Opens a sheet: all that stands before its rows is written."""
        self._begun = _member(sheet)
        head, _tail = _around_rows(_parts(sheet)[self._begun])
        self._member = self._file.open(self._begun, "w")
        self._member.write(head)

    def write(self, rows: Iterable[str]) -> int:
        """Rows of the sheet that was begun, as XML; gives their bytes."""
        return sum(self._member.write(row.encode()) for row in rows)

    def finish(self, sheet: Worksheet, rows: Iterable[str]) -> None:
        """Writes what else is in the book; `rows` are those of another sheet."""
        parts = _parts(sheet)
        _head, tail = _around_rows(parts.pop(self._begun))
        self._member.write(tail)
        self._member.close()
        head, tail = _around_rows(parts.pop(_member(sheet)))
        with self._file.open(_member(sheet), "w") as self._member:
            self._member.write(head)
            self.write(rows)
            self._member.write(tail)
        for name, content in parts.items():
            self._file.writestr(name, content)
        self.close()

    def close(self) -> None:
        """Closes both, also where the sheet finds no room for its rest."""
        opened, self._zip = self._zip, None
        try:
            self._member.close()
        finally:
            if opened is not None:
                opened.close()

    @property
    def _file(self) -> zipfile.ZipFile:
        if self._zip is None:
            self._zip = zipfile.ZipFile(
                self._path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL
            )
        return self._zip


def _parts(sheet: Worksheet) -> dict[str, bytes]:
    saved = io.BytesIO()
    _book(sheet).save(saved)
    with zipfile.ZipFile(saved) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _around_rows(xml: bytes) -> tuple[bytes, bytes]:
    """What stands before the first row, and what behind the last."""
    head, tail = _ROWS.split(xml, maxsplit=1)
    return _DIMENSION.sub(b"", head) + b"<sheetData>", b"</sheetData>" + _quiet(tail)


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
