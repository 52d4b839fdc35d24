"""Names of files made of other names, as long as a file system allows."""

import hashlib
import os
from itertools import accumulate

_MOST_BYTES = 240
_LONGEST_SUFFIX = 32


def ended(name: str, ending: str) -> str:
    """The name with an ending; of a long name its beginning, and a hash of it."""
    if len(os.fsencode(name + ending)) <= _MOST_BYTES:
        return name + ending
    mark = f"~{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    room = _MOST_BYTES - len(os.fsencode(mark + ending))
    sizes = accumulate(len(os.fsencode(letter)) for letter in name)
    return name[: sum(size <= room for size in sizes)] + mark + ending


def numbered(name: str, number: int) -> str:
    """The name, its first double `a-2.csv`, and so on."""
    if number == 1:
        return name
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - of `.csv`, too
    if len(suffix) > _LONGEST_SUFFIX:
        stem, suffix = name, ""
    return ended(stem, f"-{number}{suffix}")
