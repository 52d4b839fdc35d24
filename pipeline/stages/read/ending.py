"""The last lines of a file that are no records, told apart while it is read."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import polars as pl

from pipeline.rows import Batch
from pipeline.stages.read.footer import MOST
from pipeline.stages.read.table import LastLine


def told_apart(
    batches: Iterator[Batch], last_lines: Sequence[LastLine]
) -> Iterator[Batch]:
    """The batches; those at the end say which of their rows are no records."""
    if not last_lines:
        yield from batches
        return
    waiting: deque[Batch] = deque()
    for batch in batches:
        waiting.append(batch)
        while sum(one.rows.height for one in islice(waiting, 1, None)) > MOST:
            yield waiting.popleft()
    last = max((one.rows["row"][-1] for one in waiting if one.rows.height), default=0)
    for batch in waiting:
        yield _without(batch, last, last_lines)


def _without(batch: Batch, last: int, last_lines: Sequence[LastLine]) -> Batch:
    lines = pl.DataFrame(
        {
            "row": pl.Series(
                [last + 1 - one.from_end for one in last_lines], dtype=pl.UInt32
            ),
            "says": [one.says for one in last_lines],
            "rule": [one.rule for one in last_lines],
        }
    )
    says = pl.coalesce(pl.exclude("row")).str.strip_chars()
    read = batch.rows.select("row", says=says)
    left_out = lines.join(read, on=["row", "says"], how="semi").sort("row")
    issues = batch.issues.join(left_out, on="row", how="anti", maintain_order="left")
    return replace(batch, issues=issues, left_out=left_out.select("row", "rule"))
