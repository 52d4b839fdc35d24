"""How alike two names are."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")


def plain_words(name: str) -> str:
    """A name in words: `CompletedDateTime` and `completed_date-time` are the same."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFC", name))
    folded = unicodedata.normalize("NFKD", spaced.casefold())
    bare = "".join(each for each in folded if not unicodedata.combining(each))
    return " ".join(_WORD.findall(bare))


def likest(name: str, others: Iterable[str], *, least: float) -> tuple[str, float]:
    """The other name most like `name`, and how like it is, from `least` to 1.

    The order of words counts little. ("", 0.0) if none is alike.
    """
    found = process.extractOne(
        plain_words(name),
        {other: plain_words(other) for other in others},
        scorer=fuzz.token_sort_ratio,
        score_cutoff=100 * least,
    )
    return (found[2], found[1] / 100) if found else ("", 0.0)
