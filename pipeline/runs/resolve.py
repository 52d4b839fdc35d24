"""Lookups that ask Reevo: what to ask is known when all rows were seen."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Final

import polars as pl

from pipeline.errors import ApiError
from pipeline.lookups import (
    LookupTable,
    answer_in_order,
    assemble,
    query_table,
)
from pipeline.mapping.cells import Headers
from pipeline.mapping.model import FieldRule, FileLookup, Mapping, QueryLookup
from pipeline.stages.lookup import Directory
from pipeline.stages.map import lookup_cells

_VALUES: Final = pl.Schema({"value": pl.String(), "rows": pl.UInt32()})
_FOUND: Final = pl.Schema(
    {"value": pl.String(), "ids": pl.List(pl.String()), "names": pl.List(pl.String())}
)
_MOST_PARTS: Final = 64


class LookedUp:
    """A question of the scan: which values each field looks up, in how many rows.

    Holds distinct values only.
    """

    def __init__(self, fields: Dict[str, FieldRule]) -> None:
        self._rules = {name: rule for name, rule in fields.items() if rule.lookup}
        self._parts: dict[str, list[pl.DataFrame]] = {name: [] for name in self._rules}

    def see(self, clean: pl.DataFrame, headers: Headers) -> None:
        for name, rule in self._rules.items():
            cells = lookup_cells(clean, name, rule, headers)
            filled = cells.filter(pl.col("value").is_not_null())
            rows = pl.col("row").n_unique().cast(pl.UInt32)
            self._parts[name].append(filled.group_by("value").agg(rows=rows))
            if len(self._parts[name]) >= _MOST_PARTS:
                self._parts[name] = [self.of(name)]

    def of(self, field: str) -> pl.DataFrame:
        """`value` and `rows`, the most frequent first."""
        parts = [pl.DataFrame(schema=_VALUES), *self._parts[field]]
        together = pl.concat(parts).group_by("value").agg(pl.col("rows").sum())
        return together.sort("rows", "value", descending=[True, False])


@dataclass(frozen=True)
class Resolver:
    """Fills the tables of a mapping's lookups with Reevo's answers."""

    mapping: Mapping
    files: Dict[str, LookupTable]
    directory: Directory

    def tables(self, values: LookedUp) -> dict[str, LookupTable]:
        """The tables of the queries, with answers for all `values`.

        Of lookups tried in order, a later one is asked for what the earlier ones do
        not know.
        """
        found = {
            name: query_table(query, pl.DataFrame(schema=_FOUND))
            for name, query in self.mapping.queries.items()
        }
        for field, rule in self.mapping.fields.items():
            if not rule.lookup:
                continue
            unknown = values.of(field)["value"]
            for position, name in enumerate(rule.lookup, start=1):
                self._ask(name, unknown, found)
                tables = assemble(self.mapping.lookups, {**self.files, **found})
                tried = [tables[each] for each in rule.lookup[:position]]
                unknown = _unknown(unknown, tried)
        return found

    def _ask(self, name: str, values: pl.Series, found: dict[str, LookupTable]) -> None:
        """Asks the query that a lookup leads to, for what it leads there."""
        lookup = self.mapping.lookups[name]
        if isinstance(lookup, FileLookup):
            if lookup.then is not None:
                self._ask(lookup.then, _middles(self.files[name], values), found)
            return
        frames = list(self._find(lookup, values))
        found[name] = _with_pairs(found[name], lookup, frames)

    def _find(self, lookup: QueryLookup, values: pl.Series) -> list[pl.DataFrame]:
        try:
            return list(self.directory.find(lookup, values))
        except ApiError as error:
            raise ApiError(
                error.message,
                where=_place(self.mapping, lookup),
                hint=error.hint,
                code=error.code,
            ) from error


def _with_pairs(
    table: LookupTable, lookup: QueryLookup, frames: list[pl.DataFrame]
) -> LookupTable:
    before = table.pairs.select("value", ids="answer", names="name").with_columns(
        pl.concat_list("ids"), pl.concat_list("names")
    )
    return query_table(lookup, pl.concat([before.cast(_FOUND), *frames]))


def _middles(table: LookupTable, values: pl.Series) -> pl.Series:
    keys = table.normalized(values)
    pairs = table.pairs.filter(pl.col("value").is_in(keys.implode()))
    return pairs["answer"].unique(maintain_order=True)


def _unknown(values: pl.Series, tables: list[LookupTable]) -> pl.Series:
    asked = answer_in_order(values.to_frame("value"), tables)
    return asked.filter(pl.col("many").fill_null(0) == 0)["value"]


def _place(mapping: Mapping, lookup: QueryLookup) -> str:
    place = lookup.place
    return f"{mapping.path}:{place.line}:{place.column}" if place else mapping.path
