"""What the first rows of a source say of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.rows import Column
from pipeline.spreadsheet_text import SHORTENED
from pipeline.suggesting.dates import Dates, dates_in
from pipeline.suggesting.kinds import Kind, kind_of

_SAMPLES = 3
_MOST_VALUES = 20
_LONGEST_VALUE = 40
_TIMES_SEEN = 2
_COMPARED = 2_000
_FOR_LISTS = frozenset({Kind.TEXT, Kind.YES_NO, Kind.NUMBER})


@dataclass(frozen=True)
class ColumnProfile:
    """A column by its first rows. `filled` is a share of them.

    `whole`: all cells are of its kind, and not only most. `counts` are there if it
    has few values: each with its number, the most frequent first. `mangled` is a long
    number that a spreadsheet has shortened.
    """

    column: Column
    filled: float
    kind: Kind
    whole: bool
    unique: bool
    longest: int
    samples: tuple[str, ...]
    counts: tuple[tuple[str, int], ...] = ()
    dates: Dates | None = None
    mangled: str | None = None

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def tells_records_apart(self) -> bool:
        return self.unique and self.filled == 1 and self.mangled is None

    @property
    def values(self) -> tuple[tuple[str, int], ...]:
        """`counts`, if the column seems to choose from a list; else nothing."""
        cells = sum(count for _, count in self.counts)
        return self.counts if cells >= _TIMES_SEEN * len(self.counts) else ()

    @property
    def holds(self) -> str:
        """Its kind in words."""
        return self.kind if self.whole else f"{self.kind}, mostly"


def profile_columns(
    columns: Sequence[Column], rows: pl.DataFrame
) -> tuple[ColumnProfile, ...]:
    """A profile per column; `rows` has a text column per column id."""
    return tuple(_profile(column, rows[column.id]) for column in columns)


def _profile(column: Column, cells: pl.Series) -> ColumnProfile:
    trimmed = cells.str.strip_chars()
    filled = trimmed.filter(trimmed.is_not_null() & (trimmed != ""))
    different = filled.unique(maintain_order=True)
    compared = different.head(_COMPARED)
    kind, whole = kind_of(compared)
    mangled = compared.filter(compared.str.contains(SHORTENED))
    return ColumnProfile(
        column=column,
        filled=filled.len() / cells.len() if cells.len() else 0.0,
        kind=kind,
        whole=whole,
        unique=not filled.is_empty() and different.len() == filled.len(),
        longest=_longest(different),
        samples=tuple(different.head(_SAMPLES)),
        counts=_counts(filled, different, kind),
        dates=dates_in(compared) if kind is Kind.TIME else None,
        mangled=None if mangled.is_empty() else str(mangled[0]),
    )


def _longest(cells: pl.Series) -> int:
    longest = cells.str.len_chars().max()
    return longest if isinstance(longest, int) else 0


def _counts(
    filled: pl.Series, different: pl.Series, kind: Kind
) -> tuple[tuple[str, int], ...]:
    few = 0 < different.len() <= _MOST_VALUES
    if kind not in _FOR_LISTS or not few or _longest(different) > _LONGEST_VALUE:
        return ()
    counted = filled.value_counts(name="count")
    ordered = counted.sort("count", filled.name, descending=[True, False])
    return tuple(ordered.rows())
