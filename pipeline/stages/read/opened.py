"""What opening a file asks for and gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from pipeline.rows import Batch, Source


@dataclass(frozen=True)
class Layout:
    """How a file is to be read; None means: found by itself.

    `header_row` counts from 1, as a spreadsheet does; `delimiter` is one character;
    `member` is a name or pattern, and means nothing for files that are no archive;
    `section` is the line above a table, `escape` is `backslash` or `none`.
    """

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    member: str | None = None
    section: str | None = None
    escape: str | None = None


@dataclass(frozen=True)
class SheetFacts:
    """A sheet of a workbook; `rows` counts all that are not below the last used."""

    name: str
    visible: bool
    rows: int


class OpenSource(Protocol):
    """A file whose header is known and whose rows can be read."""

    @property
    def source(self) -> Source: ...

    @property
    def path(self) -> Path:
        """Where its bytes lie; `source.path` is what it is called."""

    def batches(self, limit: int | None = None) -> Iterator[Batch]:
        """The rows in order, `limit` of them at most; raises SourceError."""


def first_rows(opened: OpenSource, most: int) -> pl.DataFrame:
    """`row` and a text column per column id, of the first rows; raises SourceError."""
    ids = (column.id for column in opened.source.columns)
    none = pl.DataFrame(schema={"row": pl.UInt32} | dict.fromkeys(ids, pl.String))
    return pl.concat([none, *(batch.rows for batch in opened.batches(most))])
