"""Names as people write them: which are the same, and which was probably meant."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def normalize_name(name: str) -> str:
    """The name trimmed, in Unicode NFC, white space and case folded."""
    folded = " ".join(unicodedata.normalize("NFC", name).split()).casefold()
    return unicodedata.normalize("NFC", folded)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None if none is alike."""
    by_normal = {normalize_name(each): each for each in known}
    close = get_close_matches(normalize_name(name), by_normal, n=1, cutoff=0.6)
    return by_normal[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known name; empty if none is alike."""
    close = nearest(name, known)
    return f"Did you mean '{close}'?" if close else ""
