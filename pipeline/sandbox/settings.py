"""How a stand-in is to behave."""

from dataclasses import dataclass
from typing import ClassVar, Literal

DEFAULT_API_KEY = "sandbox-key"  # not a secret: it opens nothing but the stand-in


@dataclass(frozen=True)
class TimelineManner:
    """What timelines show, and when.

    An activity is on its timelines `late_seconds` after it was taken. The published
    pages leave open what `created_at` is: the moment an activity was taken, or the
    `activity_time` it came with. With `echo`, the description is given back.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    late_seconds: float = 0.0
    created_at: Literal["taken", "activity_time"] = "taken"
    echo: bool = False


@dataclass(frozen=True)
class SandboxSettings:
    """`rate_limit` is in requests per second; None means without limit."""

    api_key: str = DEFAULT_API_KEY
    rate_limit: int | None = None
    timeline: TimelineManner = TimelineManner()
