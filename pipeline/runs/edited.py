"""What a person wrote into a report's files outlives the writing of a new report."""

import json
from itertools import count
from pathlib import Path
from typing import Final

from pipeline.private_files import write_whole, writing
from pipeline.stages.report import FIX_ME, WORKBOOK

_RECORD: Final = "written.json"
_Marks = list[int]


def set_edited_aside(reports: Path, folder: Path) -> tuple[str, ...]:
    """Renames the files that are not as the last report left them, and tells of it.

    `folder` is the run's own. Raises ReportError.
    """
    return tuple(
        _set_aside(reports / name)
        for name, marks in _written(folder).items()
        if _marks(reports / name) not in (None, marks)
    )


def remember_written(reports: Path, folder: Path) -> None:
    """Notes how the files look that a person may correct; raises ReportError."""
    marks = {name: _marks(reports / name) for name in (FIX_ME, WORKBOOK)}
    write_whole(folder / _RECORD, json.dumps(marks))


def _written(folder: Path) -> dict[str, _Marks]:
    try:
        kept: dict[str, _Marks] = json.loads((folder / _RECORD).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return kept


def _marks(path: Path) -> _Marks | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return [facts.st_size, facts.st_mtime_ns]


def _set_aside(path: Path) -> str:
    names = (path.with_stem(f"{path.stem}.edited-{number}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    with writing(aside):
        path.rename(aside)
    return (
        f"{path.name} was changed since the report was written: that version is "
        f"{aside.name} now."
    )
