"""What tests of reading start from: files, and all that is read from them."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipeline.errors import SourceError
from pipeline.rows import Batch
from pipeline.stages.read import (
    Layout,
    OpenSource,
    csv_file,
    open_source,
    open_sources,
    spooling,
)

AS_FOUND = Layout()
EXTRA_HINT = (
    "Put the text that holds the delimiter into double quotes, or remove the extra "
    "delimiter."
)
MISSING_HINT = "Nothing to do if those cells are empty in the old system too."
CUT_OFF_HINT = "The file was probably not copied whole: export or copy it again."
Row = tuple[object, ...]


def file(folder: Path, content: str | bytes, name: str = "tasks.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(folder: Path, *rows: Sequence[object], name: str = "tasks.xlsx") -> Path:
    """A workbook with one sheet; None leaves a cell out."""
    book = Workbook()
    fill(book, "Tasks", rows)
    return saved(book, folder / name)


def fill(
    book: Workbook, name: str, rows: Iterable[Sequence[object]], state: str = "visible"
) -> None:
    sheet = book.create_sheet(name)
    sheet.sheet_state = state
    for row in rows:
        sheet.append(row)


def saved(book: Workbook, path: Path) -> Path:
    if "Sheet" in book.sheetnames:
        del book["Sheet"]
    book.save(path)
    return path


def opened(path: Path, layout: Layout = AS_FOUND) -> OpenSource:
    return open_source(path, layout, number=0)


def batches(path: Path, layout: Layout = AS_FOUND) -> list[Batch]:
    return list(opened(path, layout).batches())


def rows(path: Path, layout: Layout = AS_FOUND) -> list[Row]:
    """The number and the cells of every row."""
    return [row for batch in batches(path, layout) for row in batch.rows.rows()]


def issues(path: Path, layout: Layout = AS_FOUND) -> list[Row]:
    """Row, severity, code, value, message and hint of every issue."""
    told = ["row", "severity", "code", "value", "message", "hint"]
    return [
        issue
        for batch in batches(path, layout)
        for issue in batch.issues.select(told).rows()
    ]


def codes(path: Path, layout: Layout = AS_FOUND) -> list[Row]:
    """Row and code of every issue."""
    return [issue[::2][:2] for issue in issues(path, layout)]


def header(path: Path, layout: Layout = AS_FOUND) -> list[str]:
    return [column.name for column in opened(path, layout).source.columns]


def notes(path: Path, layout: Layout = AS_FOUND) -> tuple[str, ...]:
    return opened(path, layout).source.notes


def refusal(path: Path, layout: Layout = AS_FOUND) -> tuple[str, str, str]:
    """Message, place and hint of the error that ends the reading."""
    with pytest.raises(SourceError) as caught:
        batches(path, layout)
    return caught.value.message, caught.value.where, caught.value.hint


def small_blocks(patch: pytest.MonkeyPatch, size: int) -> None:
    patch.setattr(csv_file, "_BLOCK_BYTES", size)


def zipped(folder: Path, members: dict[str, bytes], name: str = "export.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def tables(*paths: Path, member: str | None = None) -> dict[str, list[Row]]:
    """The rows of every source that the paths lead to, by its name."""
    with spooling() as spool:
        sources = open_sources(paths, Layout(member=member), spool)
        return {
            each.source.label: [row for b in each.batches() for row in b.rows.rows()]
            for each in sources
        }


def refused(*paths: Path, member: str | None = None) -> tuple[str, str, str]:
    """Message, place and hint of the error that ends the opening or reading."""
    with pytest.raises(SourceError) as caught:
        tables(*paths, member=member)
    return caught.value.message, caught.value.where, caught.value.hint
