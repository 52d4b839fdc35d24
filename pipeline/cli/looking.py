"""A first look at a file: its facts, and its columns by their first rows."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.rows import Source
from pipeline.stages.read import (
    Layout,
    OpenSource,
    SheetFacts,
    Spool,
    first_rows,
    open_sources,
    sheets,
)
from pipeline.suggesting import ColumnProfile, profile_columns

_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Look:
    """A source, its sheets, and its columns by the first `rows` rows."""

    source: Source
    sheets: tuple[SheetFacts, ...]
    columns: tuple[ColumnProfile, ...]
    rows: int


def look_at(file: Path, layout: Layout, spool: Spool) -> tuple[Look, ...]:
    """Opens a file and reads its first rows; raises SourceError.

    An archive gives a look for each member that is asked for.
    """
    return tuple(map(_look, open_sources((file,), layout, spool)))


def _look(opened: OpenSource) -> Look:
    source = opened.source
    rows = first_rows(opened, _LOOKED_AT)
    columns = profile_columns(source.columns, rows)
    return Look(source, sheets(opened.path), columns, rows.height)
