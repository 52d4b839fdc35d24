"""What a draft cannot know, and where it goes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answers:
    """What only a person knows; None: not asked, or not answered.

    `order` is day_first or month_first.
    """

    system: str | None = None
    timezone: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a draft is from and where it goes, as its own comments name it."""

    source: str
    stem: str
    path: str
    rows: int
