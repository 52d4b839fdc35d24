"""How the text of a column is read as points in time."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType

from pipeline.mapping.model import FieldRule, WhenNonexistent, WhenTwice

DAY_FIRST = "day_first"
MONTH_FIRST = "month_first"
UNDECIDED = "day_or_month_first"
FORMATS: Dict[str, str] = MappingProxyType(
    {
        "iso": "2024-03-01 or 2024-03-01T10:30:00+01:00",
        "excel": "an Excel day number",
        "epoch_s": "seconds since 1970",
        "epoch_ms": "milliseconds since 1970",
        DAY_FIRST: "31/12/2024, the day first",
        MONTH_FIRST: "12/31/2024, the month first",
        UNDECIDED: "31/12/2024 or 12/31/2024",
        "month_name": "31 December 2024",
    }
)


@dataclass(frozen=True)
class TimeRule:
    """How the text of a column is read.

    `zone` is the IANA name of the zone of times without an offset; None is UTC.
    """

    formats: tuple[str, ...]
    zone: str | None
    date_only: time
    when_twice: WhenTwice = "invalid"
    when_nonexistent: WhenNonexistent = "invalid"

    @classmethod
    def of(cls, rule: FieldRule, zone: str | None) -> "TimeRule":
        return cls(
            rule.formats, zone, rule.date_only, rule.when_twice, rule.when_nonexistent
        )

    @property
    def clock(self) -> str:
        """The zone whose clock times without an offset are on."""
        return self.zone or "UTC"
