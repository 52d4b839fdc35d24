"""scan: what must be known of all rows before the first can be mapped.

Whether 3/4/2024 is in March or in April is told by other rows of its column; which
values an API is to be asked for is known when all of them were seen.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import polars as pl

from pipeline.mapping.cells import Headers, clean_cells
from pipeline.mapping.model import Mapping
from pipeline.mapping.skips import skipped_rows
from pipeline.rows import Batch


class Question(Protocol):
    """Gathers, batch by batch, what is to be known of the whole."""

    def see(self, clean: pl.DataFrame, headers: Headers) -> None:
        """Looks at rows that no rule skips: `row` and the trimmed cells by column id.

        `headers` tells the ids of the columns that the mapping names.
        """


def scan(
    batches: Iterable[tuple[Batch, Headers]],
    mapping: Mapping,
    questions: Sequence[Question],
) -> None:
    """Shows all rows to the questions, once; reads nothing if there are none."""
    if not questions:
        return
    for batch, headers in batches:
        records = batch.rows.join(batch.left_out, on="row", how="anti")
        clean = clean_cells(records, mapping, headers)
        skipped = skipped_rows(clean, mapping, headers)
        kept = clean.join(skipped, on="row", how="anti", maintain_order="left")
        for question in questions:
            question.see(kept, headers)
