"""What is to be found out, and what helps to judge what is seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from pipeline.rows import Link, Unanswered


@dataclass(frozen=True)
class Witness:
    """A row that is known to be in Reevo: it shows what a timeline tells of a row."""

    activity_id: str
    subject: str
    activity_time: datetime
    link: Link
    created_at: datetime


@dataclass(frozen=True)
class Case:
    """The rows to settle, and whatever else may own what the timelines show.

    `witnesses` are of several kinds of links, one of each at most. `others` gives the
    rows of other runs whose answers are not known either; None when one of them
    cannot be read, and so may own whatever bears no mark of another row.
    `claimed`, of some activity ids, those that the ledger knows as another row's.
    Asked in this order after the timelines were read, they leave no row out that
    another process sends meanwhile: its intent was in the ledger before it left.
    """

    rows: tuple[Unanswered, ...]
    others: Callable[[], tuple[Unanswered, ...] | None]
    witnesses: tuple[Witness, ...]
    claimed: Callable[[Iterable[str]], set[str]]
