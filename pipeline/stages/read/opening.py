"""Which kind of file a path leads to, and its opening."""

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.mapping import did_you_mean
from pipeline.stages.read.csv_file import CsvFile, open_csv_file
from pipeline.stages.read.opened import Layout, OpenSource, SheetFacts
from pipeline.stages.read.workbook import (
    Sheet,
    is_workbook,
    open_sheet,
    workbook_sheets,
)

_SIGNATURES = {
    b"%PDF": ("a PDF document", "Export the data as CSV or XLSX."),
    b"\x1f\x8b": ("compressed (gzip)", "Unpack it first."),
    b"BZh": ("compressed (bzip2)", "Unpack it first."),
    b"7z\xbc\xaf": ("compressed (7z)", "Unpack it first."),
    b"Rar!": ("compressed (rar)", "Unpack it first."),
    b"\x89PNG": ("a picture", "Export the data as CSV or XLSX."),
    b"\xff\xd8\xff": ("a picture", "Export the data as CSV or XLSX."),
    b"PAR1": ("a Parquet file", "Export the data as CSV or XLSX."),
    b"SQLite format 3": ("a database", "Export the data as CSV or XLSX."),
}
Opener = Callable[..., CsvFile | Sheet]
_WEB_PAGE = (b"<!doctype html", b"<html")
_HEAD = 1 << 18


def open_source(path: Path, layout: Layout, *, number: int) -> OpenSource:
    """Opens a CSV, TSV or spreadsheet file; raises SourceError if it is none.

    `number` is the file's place among the sources of a run.
    """
    head = _head(path)
    _refuse_other_files(path, head)
    open_it = open_sheet if is_workbook(head) else open_csv_file
    if layout != Layout() and _may_be_ours(head):
        opened = _report_of_ours(path, open_it, number)
        if opened is not None:
            return opened
    return open_it(path, layout, number=number)


def sheets(path: Path) -> tuple[SheetFacts, ...]:
    """The sheets of a workbook; none for other files."""
    return workbook_sheets(path) if is_workbook(_head(path)) else ()


def _may_be_ours(head: bytes) -> bool:
    """What can be told of a text before it is read through; of a workbook, nothing."""
    return is_workbook(head) or b"_hint" in head.replace(b"\0", b"")


def _report_of_ours(path: Path, open_it: Opener, number: int) -> OpenSource | None:
    """A fix-me.csv has a layout of its own, whatever the mapping says of its source."""
    try:
        opened = open_it(path, Layout(), number=number)
    except SourceError:
        return None
    return opened if opened.header.neutralized else None


def _head(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "no regular file"
            raise SourceError(
                f"This is {kind}.", where=str(path), hint="Name a CSV or XLSX file."
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        hint = did_you_mean(str(path), _neighbours(path)) or "Check the path."
        raise SourceError(
            "There is no such file.", where=str(path), hint=hint
        ) from None
    except OSError as error:
        raise SourceError(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            hint="Check who may read it.",
        ) from None
    if not head:
        raise SourceError(
            "The file is empty.", where=str(path), hint="Export or copy it again."
        )
    return head


def _neighbours(path: Path) -> list[str]:
    try:
        return [str(file) for file in path.parent.iterdir() if file.is_file()]
    except OSError:
        return []


def _refuse_other_files(path: Path, head: bytes) -> None:
    for signature, (kind, hint) in _SIGNATURES.items():
        if head.startswith(signature):
            raise SourceError(f"The file is {kind}.", where=str(path), hint=hint)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_WEB_PAGE):
        raise SourceError(
            "The file is a web page (HTML), no table.",
            where=str(path),
            hint="Some systems give such files the name .xls: open it in a spreadsheet "
            "program and save it as XLSX, or export again.",
        )
