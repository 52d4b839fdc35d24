"""Whether two patterns of file names fit one name."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import product

_TOKEN = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)
_ANY = "a"

_Tokens = list[str]


def common_name(some: Iterable[str], others: Iterable[str]) -> str | None:
    """A short name that a pattern of both fits; None if there is none."""
    pairs = product(some, list(others))
    found = (_common(one.lower(), other.lower()) for one, other in pairs)
    return next(filter(None, found), None)


def _common(one: str, other: str) -> str | None:
    """Goes along both patterns at once, letter by letter."""
    first, second = _TOKEN.findall(one), _TOKEN.findall(other)
    waiting, known = deque([(0, 0, "")]), {(0, 0)}
    while waiting:
        i, j, name = waiting.popleft()
        if i == len(first) and j == len(second):
            return _seemly(name, one, other)
        for after_i, after_j, letter in _steps(first, i, second, j):
            if (after_i, after_j) not in known:
                known.add((after_i, after_j))
                waiting.append((after_i, after_j, name + letter))
    return None


def _steps(
    first: _Tokens, i: int, second: _Tokens, j: int
) -> Iterator[tuple[int, int, str]]:
    one, other = first[i : i + 1], second[j : j + 1]
    if one == ["*"]:
        yield i + 1, j, ""
    if other == ["*"]:
        yield i, j + 1, ""
    if not one or not other:
        return
    for letter in dict.fromkeys((*_letters(one[0]), *_letters(other[0]), _ANY)):
        if fnmatchcase(letter, one[0]) and fnmatchcase(letter, other[0]):
            yield i + (one != ["*"]), j + (other != ["*"]), letter


def _letters(token: str) -> str:
    return "" if token in {"*", "?"} else token


def _seemly(name: str, *patterns: str) -> str:
    """Of `*.csv` that is `a.csv`: names that begin with a dot are not taken."""
    longer = _ANY + name
    fits = all(fnmatchcase(longer, pattern) for pattern in patterns)
    return longer if fits and name[:1] in {"", "."} else name
