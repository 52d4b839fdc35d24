"""The lookups of a mapping as tables, chains followed."""

from collections.abc import Mapping as Dict

import polars as pl

from pipeline.lookups.table import LookupTable, chained, lookup_table
from pipeline.mapping.model import FileLookup, Lookup, QueryLookup


def assemble(
    lookups: Dict[str, Lookup], own: Dict[str, LookupTable]
) -> dict[str, LookupTable]:
    """The tables by name; `own` holds each before it is followed further."""
    done: dict[str, LookupTable] = {}

    def follow(name: str) -> LookupTable:
        if name not in done:
            lookup = lookups[name]
            then = lookup.then if isinstance(lookup, FileLookup) else None
            done[name] = chained(own[name], follow(then)) if then else own[name]
        return done[name]

    return {name: follow(name) for name in own}


def query_table(lookup: QueryLookup, found: pl.DataFrame) -> LookupTable:
    """What Reevo answered: `value`, and lists of `ids` and their `names`."""
    pairs = found.explode("ids", "names", empty_as_null=False)
    return lookup_table(
        pairs.select("value", answer="ids", name="names"),
        label=f"Reevo's {plural(lookup.record_type)}",
        kind=lookup.by,
        lacking=f"is the {lookup.match} of no {lookup.record_type} in Reevo",
    )


def plural(record_type: str) -> str:
    """`contact` as people say it of several."""
    return "opportunities" if record_type == "opportunity" else f"{record_type}s"
