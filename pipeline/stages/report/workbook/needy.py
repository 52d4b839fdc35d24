"""The first rows that need a person, and where they stand in the workbook."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from pipeline.stages.report.page import NEEDS_A_PERSON

MOST_LINKS: Final = 1_000


@dataclass(frozen=True)
class Needy:
    """A row that needs a person: `line` and `place` are those of its cell."""

    source: str
    row: int
    line: int
    place: int
    status: str
    column: str
    message: str
    hint: str


class NeedyRows:
    """Keeps the first, and counts them all."""

    def __init__(self) -> None:
        self.first: list[Needy] = []
        self.seen = 0

    def see(
        self, source: str, outcomes: pl.DataFrame, marks: pl.DataFrame, *, status: int
    ) -> None:
        """`outcomes` have `line`; where no cell is to blame, it is that of `status`."""
        needy = outcomes.filter(needs_a_person())
        self.seen += needy.height
        wanted = needy.head(MOST_LINKS - len(self.first))
        bad = marks.filter("is_error").group_by("row").agg(pl.col("place").min())
        told = wanted.join(bad, on="row", how="left", maintain_order="left").select(
            "row",
            "line",
            pl.col("place").fill_null(status),
            "status",
            pl.col("column", "message", "hint").fill_null(""),
        )
        self.first += [Needy(source, *row) for row in told.iter_rows()]

    @property
    def left_out(self) -> int:
        return self.seen - len(self.first)


def needs_a_person() -> pl.Expr:
    return pl.col("status").is_in([status.value for status in NEEDS_A_PERSON])
