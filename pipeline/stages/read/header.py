"""The header of a table: which row it is, and the columns it makes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.errors import SourceError
from pipeline.rows import Column
from pipeline.spreadsheet_text import restore

LOOKED_AT = 50
_FIX_ME = frozenset({"_status", "_code", "_message", "_hint"})
Records = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Header:
    """`row` is the header's, from 1; `columns` are those that are read.

    `width` counts all columns; `neutralized`: the cells stand as in a report.
    """

    row: int
    columns: tuple[Column, ...]
    width: int
    neutralized: bool
    notes: tuple[str, ...]


def find_header(records: Records, asked: int | None, *, where: str) -> Header:
    """The header among the first records, which include blank ones.

    Unless asked for, it is the first record with at least half as many filled cells
    as the fullest: titles above a table have fewer.
    """
    filled = [sum(bool(cell.strip()) for cell in record) for record in records]
    if not any(filled):
        raise SourceError(
            "The file has no rows.",
            where=where,
            hint="Export it again.",
            code="source_empty",
        )
    row = asked or 1 + header_place(records)
    if row > len(records) or not filled[row - 1]:
        raise SourceError(
            f"Row {row}, which is to hold the header, is empty.",
            where=where,
            hint="Correct `header_row` in the mapping.",
            code="source_empty",
        )
    above = sum(map(bool, filled[: row - 1]))
    return header_of(row, list(records[row - 1]), above=above)


def header_place(records: Records) -> int:
    """The place of the first record with half as many filled cells as the fullest."""
    filled = [sum(bool(cell.strip()) for cell in record) for record in records]
    return next(n for n, count in enumerate(filled) if 2 * count >= max(filled))


def header_of(row: int, names: list[str], *, above: int = 0) -> Header:
    """The header that `names` make; `above` counts the records left out above it."""
    neutralized = set(names) >= _FIX_ME
    if neutralized:
        names = (
            pl.select(restore(pl.lit(pl.Series(names, dtype=pl.String))))
            .to_series()
            .to_list()
        )
    read = [
        (n, name) for n, name in enumerate(names) if not name.strip().startswith("_")
    ]
    columns = tuple(Column(f"c{n}", name) for n, name in read)
    notes = _notes(row, names, [name for _, name in read], above=above)
    return Header(row, columns, len(names), neutralized, notes)


def _notes(
    row: int, all_names: list[str], read: list[str], *, above: int
) -> tuple[str, ...]:
    notes = []
    if above:
        notes.append(f"The header is row {row}; what stands above it is left out.")
    times = Counter(name.strip() for name in read)
    notes += [
        f"{count} columns are called '{name}'."
        for name, count in times.items()
        if name and count > 1
    ]
    if times[""]:
        notes.append(f"Columns without a header: {times['']}.")
    if len(read) < len(all_names):
        notes.append("Columns that start with '_' are left out: they are our own.")
    return tuple(notes)
