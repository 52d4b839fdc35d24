"""Text as people read it: one form of each letter, and nothing that cannot be seen."""

from collections.abc import Callable
from collections.abc import Mapping as Dict
from types import MappingProxyType
from typing import Final

import polars as pl

_PLAIN: Final = r"[^\n\t\x20-\x7E]"
_LINE_BREAKS: Final = r"\r\n|[\r\x0B\x0C\u{85}\u{2028}\u{2029}]"
_CONTROLS: Final = r"[\x00-\x08\x0E-\x1F\x7F\u{80}-\u{9F}]"
_SPACES: Final = r"[\u{A0}\u{1680}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}]"
_INVISIBLE: Final = (
    r"[\u{AD}\u{61C}\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2060}-\u{206F}"
    r"\u{FEFF}\u{FFF9}-\u{FFFB}]"
)
# Where a joiner changes what is read: scripts that join, and emoji.
_JOINING: Final = (
    r"\p{Arabic}\p{Syriac}\p{Mongolian}\p{Nko}\p{Devanagari}\p{Bengali}\p{Gurmukhi}"
    r"\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}"
    r"\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Extended_Pictographic}\p{Emoji_Modifier}"
    r"\u{FE0F}"
)
_STRAY_JOINERS: Final = rf"(^|[^{_JOINING}\u{{200C}}\u{{200D}}])[\u{{200C}}\u{{200D}}]+"
_EXTENDS: Final = (
    r"\p{M}\p{Emoji_Modifier}\u{200C}\u{200D}\u{FE00}-\u{FE0F}\u{E0020}-\u{E007F}"
)
_FLAGS: Final = r"[\u{1F1E6}-\u{1F1FF}]"


def clean_lines(text: pl.Series) -> pl.Series:
    """Text of several lines: tabs and line breaks stay, the latter as `\\n`.

    Letters are composed (NFC), every space is a plain one; control characters, and
    characters that have no width and no meaning, are gone. ASCII stays as it is.
    """
    odd = text.str.contains(_PLAIN).fill_null(value=False)
    if not odd.any():
        return text
    clean = text.filter(odd).str.replace_all(_LINE_BREAKS, "\n")
    for unseen in (_CONTROLS, _INVISIBLE):
        clean = clean.str.replace_all(unseen, "")
    clean = clean.str.replace_all(_SPACES, " ").str.replace_all(_STRAY_JOINERS, "$1")
    clean = clean.str.normalize("NFC")
    return text.clone().scatter(odd.arg_true(), clean)


def clean_line(text: pl.Series) -> pl.Series:
    """The same for text of one line: white space is one space."""
    clean = clean_lines(text)
    wide = clean.str.contains(r"[\n\t]|  ").fill_null(value=False)
    if not wide.any():
        return clean
    narrow = clean.filter(wide).str.replace_all(r"\s+", " ")
    return clean.clone().scatter(wide.arg_true(), narrow)


CLEANERS: Dict[str, Callable[[pl.Series], pl.Series]] = MappingProxyType(
    {"subject": clean_line, "description": clean_lines}
)


def cleaned(cells: pl.DataFrame, field: str) -> pl.DataFrame:
    """`cells` with the text of a field for people cleaned; what is empty is null."""
    if field not in CLEANERS:
        return cells
    value = CLEANERS[field](cells["value"])
    if value is cells["value"]:
        return cells
    text = pl.col("value").str.strip_chars()
    return cells.with_columns(value=value).with_columns(
        value=pl.when(text != "").then(text)
    )


def shortened(text: pl.Expr, length: int) -> pl.Expr:
    """The first `length` characters at most; what is seen as one is not cut apart."""
    head, following = text.str.slice(0, length), text.str.slice(length, 1)
    extended = following.str.contains(rf"^[{_EXTENDS}]")
    joined = head.str.contains(r"\u{200D}$")
    flags = head.str.extract(rf"({_FLAGS}+)$").str.len_chars()
    inside_flag = following.str.contains(rf"^{_FLAGS}") & (flags % 2 == 1)
    cluster = (
        rf"(?s:([^{_EXTENDS}][{_EXTENDS}]*\u{{200D}})*[^{_EXTENDS}][{_EXTENDS}]*)$"
    )
    before = head.str.replace(cluster, "")
    whole = (
        pl.when((extended | joined) & (before != ""))
        .then(before)
        .when(inside_flag.fill_null(value=False))
        .then(head.str.slice(0, length - 1))
        .otherwise(head)
    )
    short = whole.str.strip_chars_end()
    return pl.when(text.str.len_chars() > length).then(short).otherwise(text)
