"""Whether what is planned was imported before, under other identities."""

from collections.abc import Callable

import polars as pl

from pipeline.plan.files import to_send
from pipeline.plan.identity import body_digests

Imported = Callable[[pl.Series], tuple[int, int]]
Standing = Callable[[pl.Series], pl.DataFrame]


class FamiliarBodies:
    """Counts the planned bodies that the target has taken before.

    `imported` says of some body digests how many it was asked of, and how many of
    them are those of activities that were created; `standing` has a line for each
    `identity` that is live.
    """

    def __init__(self, imported: Imported, standing: Standing) -> None:
        self._imported = imported
        self._standing = standing
        self.counts = (0, 0)

    def see(self, planned: pl.DataFrame) -> None:
        """Looks at the rows of a batch that are to be sent.

        Those that another run sends meanwhile, under the same identity, do not count.
        """
        rows = to_send(planned)
        while not rows.is_empty():
            asked, known = self._imported(body_digests(rows["body"]))
            left = self._without_live(rows) if known else rows
            if left.height == rows.height:
                self.counts = (self.counts[0] + asked, self.counts[1] + known)
                return
            rows = left

    def _without_live(self, rows: pl.DataFrame) -> pl.DataFrame:
        live = self._standing(rows["identity"])
        return rows.join(live, on="identity", how="anti", maintain_order="left")
