"""Which workbook a run gets, and its file."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from pipeline.plan import Plan
from pipeline.private_files import private_folder, replacing
from pipeline.rows import Source
from pipeline.stages.report.workbook.archive import Archive
from pipeline.stages.report.workbook.bounds import Bounds
from pipeline.stages.report.workbook.clean import CleanWorkbook
from pipeline.stages.report.workbook.fitness import reason_not_to_copy
from pipeline.stages.report.workbook.left_out import LeftOut, no_copy
from pipeline.stages.report.workbook.own_copy import OwnCopy
from pipeline.stages.report.workbook.told import Told
from pipeline.stages.report.write import Onlooker

WORKBOOK: Final = "report.xlsx"
_SPREADSHEET: Final = "spreadsheet"


class Book(Onlooker, Protocol):
    """Sees all parts of the report; the file is whole when it is finished."""

    def finish(self, told: Told) -> None: ...


@contextmanager
def writing_workbook(
    folder: Path, plan: Plan, bounds: Bounds | None = None
) -> Iterator[Book]:
    """The workbook of a run, which is in the folder afterwards; raises ReportError."""
    private_folder(folder)
    with replacing(folder / WORKBOOK) as aside:
        archive = Archive(aside)
        try:
            yield _book(aside, archive, plan, bounds or Bounds())
        finally:
            archive.close()


def _book(aside: Path, archive: Archive, plan: Plan, bounds: Bounds) -> Book:
    only_needy = sum(plan.rows) > bounds.all_rows
    sheets = [each for each in plan.sources if each.format == _SPREADSHEET]
    left_out = LeftOut(only_needy=only_needy)
    clean = CleanWorkbook(archive, plan.sources, bounds, left_out)
    if not sheets:
        return clean
    content, reason = _own_workbook(plan.sources, bounds)
    if reason:
        left_out.why = no_copy(reason)
        return clean
    return OwnCopy(aside, content, sheets[0], clean)


def _own_workbook(sources: tuple[Source, ...], bounds: Bounds) -> tuple[bytes, str]:
    """The user's own workbook, or why it is not copied."""
    if len(sources) > 1:
        return b"", "there are several sources"
    [source] = sources
    try:
        content = _content(Path(source.path), bounds)
    except OSError:
        return b"", "the file is not there any more"
    if content is None:
        return b"", f"it is larger than {bounds.own_file // 1_000_000} MB"
    if sha256(content).hexdigest() != source.sha256:
        return b"", "the file has changed since it was read, or it was in an archive"
    return content, reason_not_to_copy(content, bounds)


def _content(path: Path, bounds: Bounds) -> bytes | None:
    return path.read_bytes() if path.stat().st_size <= bounds.own_file else None
