"""The rows that need a person, as the page's table holds them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipeline.pages import in_script
from pipeline.rows import Severity, Source, Status

NEEDS_A_PERSON: Final = (Status.INVALID, Status.REJECTED, Status.UNCERTAIN)
MOST_ROWS: Final = 2_000
MOST_BYTES: Final = 2_000_000
_MOST_BYTES_OF_A_ROW: Final = 8_000
# A row of very long cells is told with shorter and shorter ones.
_CELL_LENGTHS: Final = (4_000, 1_000, 300, 40, 0)


@dataclass(frozen=True)
class Table:
    """`rows` as JSON, safe inside a script element; `left_out` are not among them."""

    rows: bytes
    shown: int
    left_out: int


class Attention:
    """Keeps the first rows that need a person, as many as a page can bear."""

    def __init__(self) -> None:
        self._rows: list[bytes] = []
        self._bytes = 0
        self._seen = 0

    def see(
        self,
        source: Source,
        rows: pl.DataFrame,
        outcomes: pl.DataFrame,
        issues: pl.DataFrame,
    ) -> None:
        wanted = outcomes["status"].is_in([status.value for status in NEEDS_A_PERSON])
        self._seen += int(wanted.sum())
        room = MOST_ROWS - len(self._rows)
        if not wanted.any() or room <= 0 or self._bytes >= MOST_BYTES:
            return
        told = (
            outcomes.filter(wanted)
            .head(room)
            .join(
                _values(issues), on=["row", "code"], how="left", maintain_order="left"
            )
        )
        cells = rows.filter(wanted).head(room).drop("row")
        for row, own in zip(told.to_dicts(), cells.iter_rows(), strict=True):
            self._keep(_encoded(_facts(row, source), own))

    @property
    def table(self) -> Table:
        rows = b"[" + b",\n".join(self._rows) + b"]"
        return Table(rows, len(self._rows), self._seen - len(self._rows))

    def _keep(self, encoded: bytes) -> None:
        if self._bytes + len(encoded) <= MOST_BYTES:
            self._rows.append(encoded)
        self._bytes += len(encoded)


def _values(issues: pl.DataFrame) -> pl.DataFrame:
    """The value of each row's first issue of a code."""
    errors = issues.filter(pl.col("severity") == Severity.ERROR)
    return errors.group_by("row", "code").agg(pl.col("value").first())


def _facts(row: dict[str, Any], source: Source) -> dict[str, Any]:
    texts = ("status", "code", "column", "value", "message", "hint")
    return {
        "source": source.number,
        "row": row["row"],
        **{name: row[name] or "" for name in texts},
    }


def _encoded(facts: dict[str, Any], cells: tuple[str | None, ...]) -> bytes:
    for length in _CELL_LENGTHS:
        encoded = in_script({**facts, "cells": list(_shortened(cells, length))})
        if len(encoded) <= _MOST_BYTES_OF_A_ROW:
            return encoded
    return in_script({**facts, "cells": []})


def _shortened(
    cells: tuple[str | None, ...], length: int
) -> Iterator[tuple[int, str, int]]:
    """The filled cells: number of the column, text, characters that were cut off."""
    for number, cell in enumerate(cells):
        if cell:
            yield number, cell[:length], max(0, len(cell) - length)
