"""Texts as a workbook's cells hold them: legal, not too long, and never a formula.

A cell of type text is not run, whatever it starts with, so no apostrophe is put in
front. The style `quotePrefix` keeps it a text when someone edits it.
"""

from typing import Final

import polars as pl

from pipeline.printable import printable

MOST_CHARACTERS: Final = 32_767
"""As Excel counts them: one beyond U+FFFF counts twice."""
_KEPT: Final = 16_000
_FORMULA: Final = r"^[=+\-@\t\r]"
_TWICE: Final = r"[\x{10000}-\x{10FFFF}]"
_LOOKS_ESCAPED: Final = r"_(x[0-9A-Fa-f]{4})"
_CONTROLS: Final = (*(set(range(0x20)) - {0x09, 0x0A}), 0xFFFE, 0xFFFF)
_IN_XML: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    **{chr(code): f"_x{code:04X}_" for code in _CONTROLS},
}
_NO_TEXT: Final = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")


def plain(text: str) -> str:
    """A text of ours, or one shown beside it: what would steer is spelled out."""
    whole = text.encode("utf-8", "replace").decode()
    return printable(whole).translate(_NO_TEXT)[:_KEPT]


def is_too_long(text: pl.Expr) -> pl.Expr:
    units = text.str.len_chars() + text.str.count_matches(_TWICE)
    short = text.str.len_bytes() <= MOST_CHARACTERS
    return ~short & (units > MOST_CHARACTERS)


def shortened(text: pl.Expr) -> pl.Expr:
    """The text, or its beginning if no cell can hold it all."""
    beginning = pl.concat_str(text.str.slice(0, _KEPT), pl.lit("... [cut]"))
    return pl.when(is_too_long(text)).then(beginning).otherwise(text)


def looks_like_formula(text: pl.Expr) -> pl.Expr:
    return text.str.contains(_FORMULA)


def in_xml(text: pl.Expr) -> pl.Expr:
    """The text inside an element; what XML cannot hold as workbooks escape it."""
    escaped = text.str.replace_all(_LOOKS_ESCAPED, "_x005F_${1}")
    return escaped.str.replace_many(_IN_XML)
