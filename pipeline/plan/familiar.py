"""Whether what is planned was imported before, under other identities."""

from collections.abc import Callable

import polars as pl

from pipeline.plan.files import to_send
from pipeline.plan.identity import body_digests

Imported = Callable[[pl.Series], tuple[int, int]]


class FamiliarBodies:
    """Counts the planned bodies that the target has taken before.

    `imported` says of some body digests how many it was asked of, and how many of
    them are those of activities that were created.
    """

    def __init__(self, imported: Imported) -> None:
        self._imported = imported
        self.counts = (0, 0)

    def see(self, planned: pl.DataFrame) -> None:
        """Looks at the rows of a batch that are to be sent."""
        bodies = to_send(planned)["body"]
        if bodies.is_empty():
            return
        asked, known = self._imported(body_digests(bodies))
        self.counts = (self.counts[0] + asked, self.counts[1] + known)
