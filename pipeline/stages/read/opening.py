"""Which kind of file a path leads to, and its opening."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.nearest import did_you_mean
from pipeline.rows import Batch, Source
from pipeline.stages.read.archive import (
    GZIP,
    ZipArchive,
    is_workbook_zip,
    is_zip,
    unpack_gzip,
)
from pipeline.stages.read.csv_file import CsvFile, open_csv_file
from pipeline.stages.read.opened import Layout, OpenSource, SheetFacts
from pipeline.stages.read.spool import Spool
from pipeline.stages.read.workbook import (
    Sheet,
    is_workbook,
    open_sheet,
    workbook_sheets,
)

_UNPACK = "Unpack it first."
_SIGNATURES = {
    b"%PDF": ("a PDF document", "Export the data as CSV or XLSX."),
    b"\x1f\x8b": ("compressed (gzip)", _UNPACK),
    b"BZh": ("compressed (bzip2)", _UNPACK),
    b"7z\xbc\xaf": ("compressed (7z)", _UNPACK),
    b"Rar!": ("compressed (rar)", _UNPACK),
    b"\x89PNG": ("a picture", "Export the data as CSV or XLSX."),
    b"\xff\xd8\xff": ("a picture", "Export the data as CSV or XLSX."),
    b"PAR1": ("a Parquet file", "Export the data as CSV or XLSX."),
    b"SQLite format 3": ("a database", "Export the data as CSV or XLSX."),
}
STDIN = Path("-")
_STDIN_NAME = "stdin"
_BETWEEN = re.compile(rb'_message"?([,;\t|])"?_hint')
_WEB_PAGE = (b"<!doctype html", b"<html")
_HEAD = 1 << 18
_PIECE = 1 << 20


@dataclass(frozen=True)
class _Place:
    """Where the bytes of a source lie, and what it is called."""

    path: Path
    shown: str

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors bear the name, not the place."""
        try:
            yield
        except SourceError as error:
            error.where = error.where.replace(str(self.path), self.shown)
            raise


@dataclass(frozen=True)
class _Unpacked:
    """A source that lies elsewhere than its name says."""

    opened: CsvFile | Sheet
    place: _Place

    @property
    def source(self) -> Source:
        return self.opened.source

    @property
    def path(self) -> Path:
        return self.opened.path

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        with self.place.named():
            yield from self.opened.batches(limit)


def open_sources(
    paths: Sequence[Path], layout: Layout, spool: Spool
) -> tuple[OpenSource, ...]:
    """The sources that the paths lead to, numbered in order; raises SourceError.

    An archive gives a source for each member that `layout` asks for; `-` is standard
    input. What must be unpacked lies in `spool`, as long as that is there.
    """
    if sum(path == STDIN for path in paths) > 1:
        raise SourceError(
            "Standard input can be read only once.",
            where=_STDIN_NAME,
            hint="Name `-` once.",
            code="source_not_piped",
        )
    places = [place for path in paths for place in _places(path, layout, spool)]
    inside = replace(layout, member=None)
    return tuple(
        _open_place(place, inside, number=number) for number, place in enumerate(places)
    )


def companion(path: Path, name: str, spool: Spool) -> Path | None:
    """The member of an archive that is called `name`, unpacked; None if none is.

    `path` may lead to any file: one that is no archive has no members.
    """
    place = _place_of(path, spool)
    if not _is_archive_file(place):
        return None
    archive = ZipArchive(place.path, place.shown)
    found = archive.called(name)
    if len(found) > 1:
        raise SourceError(
            f"The archive has {len(found)} files that are called '{name}'.",
            where=place.shown,
            hint="Unpack it, and put the one that counts beside the mapping.",
            code="source_part_unknown",
        )
    return archive.unpacked(found[0], spool) if found else None


def has_members(path: Path, spool: Spool) -> bool:
    """Whether the path leads to an archive, in which a member can be asked for."""
    return _is_archive_file(_place_of(path, spool))


def open_source(path: Path, layout: Layout, *, number: int) -> CsvFile | Sheet:
    """Opens a CSV, TSV or spreadsheet file; raises SourceError if it is none.

    `number` is the file's place among the sources of a run.
    """
    head = _head(path)
    _refuse_other_files(path, head)
    if is_workbook(head):
        return open_sheet(path, layout, number=number)
    if _may_be_ours(head):
        opened = _report_of_ours(path, head, number)
        if opened is not None:
            return opened
    return open_csv_file(path, layout, number=number)


def _places(path: Path, layout: Layout, spool: Spool) -> Iterator[_Place]:
    place = _place_of(path, spool)
    with place.named():
        head = _head(place.path)
    if head.startswith(GZIP):
        inner = unpack_gzip(place.path, place.shown, spool)
        yield _not_nested(_Place(inner, place.shown))
    elif _is_archive(place.path, head):
        archive = ZipArchive(place.path, place.shown)
        for member in archive.chosen(layout.member):
            inner = archive.unpacked(member, spool)
            yield _not_nested(_Place(inner, archive.name_of(member)))
    else:
        yield place


def _place_of(path: Path, spool: Spool) -> _Place:
    if path != STDIN:
        return _Place(path, str(path))
    file = spool.keep((_STDIN_NAME,), _standard_input, where=_STDIN_NAME)
    return _Place(file, _STDIN_NAME)


def _standard_input() -> Iterable[bytes]:
    if sys.stdin is None or sys.stdin.isatty():
        raise SourceError(
            "Nothing is piped into standard input.",
            where=_STDIN_NAME,
            hint="Name a file, or pipe one in: cat FILE | activity-import ... -",
            code="source_not_piped",
        )
    return iter(lambda: sys.stdin.buffer.read(_PIECE), b"")


def _is_archive_file(place: _Place) -> bool:
    return place.path.is_file() and _is_archive(place.path, _head(place.path))


def _is_archive(path: Path, head: bytes) -> bool:
    return is_zip(head) and not is_workbook_zip(path, head)


def _not_nested(place: _Place) -> _Place:
    with place.named():
        head = _head(place.path)
    if head.startswith(GZIP) or _is_archive(place.path, head):
        raise SourceError(
            "It is an archive inside an archive.",
            where=place.shown,
            hint="Unpack the outer one first.",
            code="source_packed",
        )
    return place


def _open_place(place: _Place, layout: Layout, *, number: int) -> OpenSource:
    if place.shown == str(place.path):
        return open_source(place.path, layout, number=number)
    with place.named():
        opened = open_source(place.path, layout, number=number)
    source = replace(opened.source, path=place.shown)
    return _Unpacked(replace(opened, source=source), place)


def sheets(path: Path) -> tuple[SheetFacts, ...]:
    """The sheets of a workbook; none for other files."""
    return workbook_sheets(path) if is_workbook(_head(path)) else ()


def may_be_report(path: Path) -> bool:
    """Whether it can be a report of ours, by its first bytes; a workbook always can."""
    head = _head(path)
    return is_workbook(head) or _may_be_ours(head)


def _may_be_ours(head: bytes) -> bool:
    """What can be told of a text before it is read through."""
    return b"_hint" in head.replace(b"\0", b"")


def _report_of_ours(path: Path, head: bytes, number: int) -> CsvFile | None:
    """A fix-me.csv has a layout of its own, whatever the mapping says of its source."""
    between = _BETWEEN.search(head.replace(b"\0", b""))
    layout = Layout(
        header_row=1,
        escape="none",
        delimiter=between[1].decode("ascii") if between else None,
    )
    try:
        opened = open_csv_file(path, layout, number=number)
    except SourceError:
        return None
    return opened if opened.header.report else None


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
            "There is no such file.", where=str(path), hint=hint, code="source_missing"
        ) from None
    except OSError as error:
        raise SourceError(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            hint="Check who may read it.",
            code="source_unreadable",
        ) from None
    if not head:
        raise SourceError(
            "The file is empty.",
            where=str(path),
            hint="Export or copy it again.",
            code="source_empty",
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
            raise SourceError(
                f"The file is {kind}.",
                where=str(path),
                hint=hint,
                code="source_packed" if hint == _UNPACK else "source_not_a_table",
            )
    if head[257:262] == b"ustar":
        raise SourceError(
            "The file is an archive (tar).",
            where=str(path),
            hint=_UNPACK,
            code="source_packed",
        )
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_WEB_PAGE):
        raise SourceError(
            "The file is a web page (HTML), no table.",
            where=str(path),
            hint="Some systems give such files the name .xls: open it in a spreadsheet "
            "program and save it as XLSX, or export again.",
        )
