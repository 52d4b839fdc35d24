"""The header of a table: which row it is, and the columns it makes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.errors import SourceError
from pipeline.rows import Column, Report
from pipeline.spreadsheet_text import restore

LOOKED_AT = 50
MOST_COLUMNS = 16_384
_OURS = frozenset({"_status", "_code", "_message", "_hint"})
_OF_ALL_ROWS = "_activity_id"
_ORIGIN = ("_source", "_sheet")
Records = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Header:
    """`row` is the header's, from 1; `columns` are those that are read.

    `width` counts all columns; `report` is set if some of them are those of a report
    of ours; `neutralized`: the cells stand as in its CSV files. `origin` are the ids of
    the columns that name the source of a row.
    """

    row: int
    columns: tuple[Column, ...]
    width: int
    report: Report | None
    neutralized: bool
    notes: tuple[str, ...]
    origin: tuple[str, ...] = ()


def find_header(
    records: Records, asked: int | None, *, where: str, neutralized: bool = True
) -> Header:
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
    names = list(records[row - 1])
    return header_of(row, names, above=above, neutralized=neutralized)


def header_place(records: Records) -> int:
    """The place of the first record with half as many filled cells as the fullest."""
    filled = [sum(bool(cell.strip()) for cell in record) for record in records]
    return next(n for n, count in enumerate(filled) if 2 * count >= max(filled))


def report_of(names: Sequence[str]) -> Report | None:
    """Which report of ours has such columns; None if none has."""
    if not set(names) >= _OURS:
        return None
    return Report.ALL if _OF_ALL_ROWS in names else Report.FLAWED


def header_of(
    row: int, names: list[str], *, above: int = 0, neutralized: bool = True
) -> Header:
    """The header that `names` make; `above` counts the records left out above it.

    `neutralized`: so are the cells, if these are the columns of a report of ours.
    """
    report = report_of(names)
    if report is not None and neutralized:
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
    restored = report is not None and neutralized
    origin = [f"c{n}" for n, name in enumerate(names) if report and name in _ORIGIN]
    return Header(row, columns, len(names), report, restored, notes, tuple(origin))


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
