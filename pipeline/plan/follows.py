"""The run whose report another run takes as its source."""

from collections import Counter
from dataclasses import dataclass

from pipeline.rows import Status

_SETTLED = (Status.CREATED, Status.DUPLICATE, Status.SKIPPED)
_LEFT = (Status.INVALID, Status.REJECTED, Status.UNCERTAIN, Status.UNSENT)


@dataclass(frozen=True)
class Follows:
    """`run` is its name; `ledger` and `reports` are absolute paths.

    `flawed` counts its rows that were to be corrected; `whole` says that the report
    had its other rows, too.
    """

    run: str
    ledger: str
    reports: str
    flawed: int
    whole: bool = False

    def told(self, counts: Counter[str]) -> str:
        """A sentence on how far the correction got."""
        if not self.flawed or counts[Status.VALID]:
            return f"Corrects run {self.run}."
        settled = self.settled(counts)
        are = "is" if settled == 1 else "are"
        rows = "row" if self.flawed == 1 else "rows"
        return (
            f"Corrects run {self.run}: of its {self.flawed:,} {rows} to correct, "
            f"{settled:,} {are} settled."
        )

    def settled(self, counts: Counter[str]) -> int:
        """How many of those rows need nobody any more, by the outcomes of now."""
        if self.whole:
            return max(self.flawed - sum(counts[status] for status in _LEFT), 0)
        return min(sum(counts[status] for status in _SETTLED), self.flawed)
