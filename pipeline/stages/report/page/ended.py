"""How a run ended, as the page tells it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Ended:
    """What is known of a run when its report is written.

    `status` is that of the summary, `counts` are rows by their status. `settle` is
    the command that settles uncertain rows; `next` are the commands to type, the most
    pressing first. `sent` and what follows count requests. `counts_of_own` are the
    rows that this run's own sendings decided. `reports` is the folder, as typed.
    `code` says why the run ended early, if it did.
    `corrects` says which run's report was the source, and `before` is the way from
    this page to that run's, if there is one.
    """

    status: str
    ended_at: datetime
    counts: Counter[str]
    reports: str = ""
    counts_of_own: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    hint: str = ""
    code: str = ""
    notes: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    settle: str = ""
    sent: int = 0
    retried: int = 0
    throttled: int = 0
    per_second: float = 0.0
    goes_on: bool = False
    corrects: str = ""
    before: str = ""
