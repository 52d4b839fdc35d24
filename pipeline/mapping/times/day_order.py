"""Whether 3/4/2024 is in March or in April: what a whole column tells of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.errors import MappingError, Mistake
from pipeline.mapping.cells import Headers, scalar_cells
from pipeline.mapping.model import Mapping
from pipeline.mapping.times.forms import day_first, month_first
from pipeline.mapping.times.parse import read_by
from pipeline.mapping.times.rule import DAY_FIRST, MONTH_FIRST, UNDECIDED, TimeRule
from pipeline.mapping.transforms import transformed

_FIELD = "activity_time"
_MOST_EXAMPLES = 3
_EITHER = "either"
_SIGN = r"\d\s*([/.-])\s*\d"
_ORDERS = {DAY_FIRST: "the day first", MONTH_FIRST: "the month first"}
_KINDS = (*_ORDERS, _EITHER)


class DayOrder:
    """Gathers the dates of a column that only one order can read (see `scan`).

    A few examples of each kind are kept; the rest is only counted.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._counts: Counter[str] = Counter()
        self._signs: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        self._examples: dict[str, list[str]] = {kind: [] for kind in _KINDS}

    @classmethod
    def asked_by(cls, mapping: Mapping) -> "DayOrder | None":
        """The question of a mapping that leaves the order open; None otherwise."""
        return cls(mapping) if leaves_order_open(mapping) else None

    def see(self, clean: pl.DataFrame, headers: Headers) -> None:
        told = self._told(clean, headers)
        for kind, examples in self._examples.items():
            fitting = told.filter(pl.col("kind") == kind)
            self._counts[kind] += fitting.height
            self._signs[kind] |= set(fitting["sign"].drop_nulls())
            some = fitting.head(_MOST_EXAMPLES - len(examples))
            examples += [
                _example(headers.source, cell) for cell in some.iter_rows(named=True)
            ]

    @property
    def order(self) -> str | None:
        """The order that the column tells; None if it tells none, or both."""
        told = [order for order in _ORDERS if self._counts[order]]
        return told[0] if len(told) == 1 else None

    def decided(self) -> Mapping:
        """The mapping with the order that the column tells, if one is needed.

        Raises MappingError if the column tells none, or both.
        """
        if self.order is not None and self._signs[_EITHER] - self._signs[self.order]:
            raise self._two_forms(self.order)
        if self.order is not None:
            return with_order(self._mapping, self.order)
        if any(self._counts[order] for order in _ORDERS):
            raise self._mixed()
        if self._counts[_EITHER]:
            raise self._open()
        return self._mapping

    @property
    def note(self) -> str:
        """What was decided, and by which row; empty if nothing had to be."""
        if self.order is None:
            return ""
        return (
            f"Dates are read with {_ORDERS[self.order]}: no other reading fits "
            f"{self._counts[self.order]:,} of them, such as "
            f"{self._examples[self.order][0]}."
        )

    def _told(self, clean: pl.DataFrame, headers: Headers) -> pl.DataFrame:
        """The cells of which the order is asked: `kind`, and the two days."""
        rule = self._mapping.fields[_FIELD]
        cells = transformed(scalar_cells(clean, rule, headers), rule.transforms)
        cells = cells.filter(pl.col("value").is_not_null())
        before = rule.formats[: rule.formats.index(UNDECIDED)]
        how = TimeRule.of(replace(rule, formats=before), None)
        _, waiting = read_by(cells, how)
        days = day_first(waiting, how).select(
            "row", "value", "column", one=pl.col("local").dt.date()
        )
        other = month_first(waiting, how).select(other=pl.col("local").dt.date())
        both = pl.concat([days, other], how="horizontal")
        has_one, has_other = pl.col("one").is_not_null(), pl.col("other").is_not_null()
        kind = (
            pl.when(has_one & ~has_other)
            .then(pl.lit(DAY_FIRST))
            .when(has_other & ~has_one)
            .then(pl.lit(MONTH_FIRST))
            .when(pl.col("one") != pl.col("other"))
            .then(pl.lit(_EITHER))
        )
        return both.with_columns(kind=kind, sign=pl.col("value").str.extract(_SIGN))

    def _mixed(self) -> MappingError:
        return self._refusal(
            "The dates have the day first in some rows and the month first in others.",
            (*self._lines(DAY_FIRST), *self._lines(MONTH_FIRST)),
            "Export the file again with one form of dates, or write the dates of one "
            "kind as YYYY-MM-DD.",
        )

    def _two_forms(self, order: str) -> MappingError:
        """5/20/2021 says nothing of 05.03.2021: a spreadsheet may have turned one."""
        return self._refusal(
            "The dates are written in two forms, and only those of one form tell "
            "whether the day or the month comes first.",
            (*self._lines(order), *self._lines(_EITHER)),
            "Export the file again with one form of dates; or, if all are meant alike, "
            f"add --dates {order} to the command.",
        )

    def _open(self) -> MappingError:
        count = self._counts[_EITHER]
        return self._refusal(
            "The dates can be read with the day or with the month first, and no row "
            f"tells which ({count:,} can be read both ways).",
            tuple(self._lines(_EITHER)),
            "Add --dates day_first or --dates month_first to the command; or write "
            f"`formats: [{DAY_FIRST}]` or `formats: [{MONTH_FIRST}]` in the mapping "
            f"instead of {UNDECIDED}.",
        )

    def _refusal(self, message: str, lines: tuple[str, ...], hint: str) -> MappingError:
        path = self._mapping.path
        mistakes = tuple(Mistake(line) for line in lines)
        return MappingError(
            path, mistakes, message=message, hint=hint, code="dates_undecided"
        )

    def _lines(self, kind: str) -> Iterator[str]:
        only = f", only with {_ORDERS[kind]}" if kind in _ORDERS else ""
        yield from (f"{example}{only}" for example in self._examples[kind])


def leaves_order_open(mapping: Mapping) -> bool:
    return _FIELD in mapping.fields and UNDECIDED in mapping.fields[_FIELD].formats


def with_order(mapping: Mapping, order: str) -> Mapping:
    """The mapping with `order` in place of the format that leaves it open."""
    rule = mapping.fields[_FIELD]
    formats = tuple(order if form == UNDECIDED else form for form in rule.formats)
    fields = {**mapping.fields, _FIELD: replace(rule, formats=formats)}
    return replace(mapping, fields=fields)


def _example(source: str, cell: dict[str, object]) -> str:
    days = [day for day in (cell["one"], cell["other"]) if isinstance(day, date)]
    read = " or ".join(f"{day.day} {day:%B %Y}" for day in dict.fromkeys(days))
    place = f"{source}, row {cell['row']}, column '{cell['column']}'"
    return f"{place}: '{cell['value']}' is {read}"
