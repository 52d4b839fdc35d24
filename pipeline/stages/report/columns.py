"""The user's columns in report files: the union over all sources, by header."""

from collections import Counter
from dataclasses import dataclass

import polars as pl

from pipeline.rows import Column, Source
from pipeline.spreadsheet_text import neutralize

Place = tuple[str, int]


@dataclass(frozen=True)
class SourceColumns:
    """Headers in order of first appearance; a header may stand several times."""

    places: tuple[Place, ...]

    @classmethod
    def of(cls, sources: tuple[Source, ...]) -> "SourceColumns":
        places = (place for source in sources for place in _placed(source))
        return cls(tuple(dict.fromkeys(places)))

    @property
    def headers(self) -> list[str]:
        return [name for name, _ in self.places]

    def cells(self, source: Source) -> list[pl.Expr]:
        """The source's cells in these columns, safe for a spreadsheet."""
        return [neutralize(cell) for cell in self.texts(source)]

    def texts(self, source: Source) -> list[pl.Expr]:
        """The source's cells in these columns, as they are."""
        own = _placed(source)
        return [
            (pl.col(own[place].id) if place in own else pl.lit("")).alias(
                f"cell {number}"
            )
            for number, place in enumerate(self.places)
        ]

    def numbers(self, source: Source) -> dict[str, int]:
        """Where the source's columns stand among these, from 1; the first of a name."""
        own = _placed(source)
        return {
            name: number
            for number, (name, time) in enumerate(self.places, 1)
            if (name, time) in own and time == 0
        }


def _placed(source: Source) -> dict[Place, Column]:
    times: Counter[str] = Counter()
    placed = {}
    for column in source.columns:
        placed[column.name, times[column.name]] = column
        times[column.name] += 1
    return placed
