"""How alike two names are."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_RENAMED = 75.0


def plain_words(name: str) -> str:
    """A name in words: `CompletedDateTime` and `completed_date-time` are the same."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFC", name))
    folded = unicodedata.normalize("NFKD", spaced.casefold())
    bare = "".join(each for each in folded if not unicodedata.combining(each))
    return " ".join(_WORD.findall(bare))


def likeness(one: str, other: str) -> float:
    """From 0 to 1; the order of words counts little."""
    return fuzz.token_sort_ratio(one, other, processor=plain_words) / 100


def renamed(name: str, new: Iterable[str]) -> str | None:
    """The one of `new` that `name` was probably renamed to."""
    found = process.extractOne(
        name,
        list(new),
        scorer=fuzz.token_sort_ratio,
        processor=plain_words,
        score_cutoff=_RENAMED,
    )
    return found[0] if found else None
