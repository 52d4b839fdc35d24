"""The form of a text without its content: '31/02/2024' is '99/99/9999'."""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.activity import UUID

_CLASSES: Final = (
    (r"[\p{Lu}\p{Lt}]", "X"),
    (r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", "x"),
    (r"\p{N}", "9"),
    (r"[^\t\n\r -~]", "*"),
)
_EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_TAG_BYTES: Final = 4
_QUOTED: Final = r"'.*'|\".*\"|`[^`]*`"
_PLAIN: Final = re.compile(r"\d+(\.\d+)?[smh%]?")
_PACKAGE: Final = Path(__file__).parents[2]


def form(text: pl.Expr) -> pl.Expr:
    """Letters are X or x, digits 9; other signs that are not ASCII are *."""
    for pattern, mark in _CLASSES:
        text = text.str.replace_all(pattern, mark)
    return text


def form_of(text: str) -> str:
    masked: str = pl.select(form(pl.lit(text, dtype=pl.String))).item()
    return masked


class Tags:
    """Short names for values, of use in one bundle only: equal values, equal names.

    `salt` is drawn for each bundle and never written, so nobody can try values out.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def tag(self, value: str) -> str:
        data = value.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._salt, digest_size=_TAG_BYTES).hexdigest()

    def tags(self, values: pl.Series) -> pl.Series:
        """A tag for each value, '' for an empty one."""
        different = values.unique().drop_nulls()
        named = {value: self.tag(value) if value else "" for value in different}
        return values.replace_strict(named, default="", return_dtype=pl.String)

    def masked(self, values: pl.Series) -> pl.Series:
        """Ids and e-mails as their tags, all other values as their forms."""
        frame = pl.DataFrame({"value": values, "tag": self.tags(values)})
        value, tag = pl.col("value"), pl.col("tag")
        return frame.select(
            pl.when(value.str.contains(UUID))
            .then(pl.lit("id ") + tag)
            .when(value.str.contains(_EMAIL))
            .then(pl.lit("e-mail ") + tag)
            .otherwise(form(value))
            .alias(values.name)
        ).to_series()


def setting_of(value: object) -> object:
    """A setting as it is, if it is a number, a duration or a yes or no."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = str(value)
    return text if _PLAIN.fullmatch(text) else form_of(text)


def sentence_of(text: str, names: Iterable[str] = ()) -> str:
    """Only the program's own words of a sentence; what stands in quotes is none.

    `names` are texts of the user's that may stand in it without quotes.
    """
    hidden = "|".join(
        [*map(re.escape, sorted(filter(None, names), key=len, reverse=True)), _QUOTED]
    )
    masked = re.sub(hidden, lambda found: form_of(found[0]), text, flags=re.DOTALL)
    return re.sub(r"[^\W_]+", lambda found: _own_or_form(found[0]), masked)


def _own_or_form(word: str) -> str:
    return word if word.lower() in own_words() else form_of(word)


@cache
def own_words() -> frozenset[str]:
    """The words, in small letters, of which the program's texts are made."""
    words: set[str] = {"a", "i"}
    for path in _PACKAGE.rglob("*.py"):
        if "sandbox" not in path.parts:
            words |= set(re.findall(r"\b[a-z]{2,}\b", path.read_text("utf-8")))
    return frozenset(words)
