"""The outcomes as shares of all rows, and of the bar that shows them."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from pipeline.rows import Status

MEANINGS: Final = {
    Status.CREATED: "in Reevo",
    Status.DUPLICATE: "imported before, or twice in the source",
    Status.SKIPPED: "left out by a rule of the mapping",
    Status.VALID: "would be sent",
    Status.INVALID: "something is wrong; not sent",
    Status.REJECTED: "refused by the API",
    Status.UNCERTAIN: "sent; the answer is not known",
    Status.UNSENT: "the run ended before their turn",
}
_LEAST_WIDTH: Final = 0.7


@dataclass(frozen=True)
class Share:
    """An outcome that occurs; `left` and `width` are its place in the bar, in percent.

    A few rows among a million are still seen there; `percent` tells the truth.
    """

    status: Status
    count: int
    percent: str
    left: float
    width: float

    @property
    def meaning(self) -> str:
        return MEANINGS[self.status]


def shares_of(counts: Counter[str]) -> list[Share]:
    """In the order of `Status`."""
    total = counts.total()
    found = {status: counts[status] for status in Status if counts[status]}
    wide = {s: max(_LEAST_WIDTH, 100 * n / total) for s, n in found.items()}
    scale = 100 / (sum(wide.values()) or 100)
    shares: list[Share] = []
    left = 0.0
    for status, count in found.items():
        width = wide[status] * scale
        place = (round(left, 3), round(width, 3))
        shares.append(Share(status, count, _percent(count, total), *place))
        left += width
    return shares


def _percent(count: int, total: int) -> str:
    """Never 0 % of something, never 100 % of less than all."""
    if count * 1_000 < total:
        return "under 0.1 %"
    if count < total and (total - count) * 1_000 < total:
        return "over 99.9 %"
    return f"{100 * count / total:.3g} %"
