"""How long to wait before a request that failed is sent again."""

from collections.abc import Callable

SHORTEST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
_MOST_DOUBLINGS = 16


def backoff_seconds(attempt: int, random: Callable[[], float]) -> float:
    """How long to wait after the `attempt`th try (from 1) that named no time.

    Doubles from 0.5 s up to 30 s; the wait is drawn evenly from all below that, so
    that requests refused together do not come back together. `random` gives [0, 1).
    """
    doubled = 2.0 ** min(attempt - 1, _MOST_DOUBLINGS)
    return random() * min(SHORTEST_BACKOFF_SECONDS * doubled, LONGEST_BACKOFF_SECONDS)
