"""The transforms that a mapping can name: a column of text to a column of text."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Dict
from html.parser import HTMLParser
from types import MappingProxyType

import polars as pl

Transform = Callable[[pl.Series], pl.Series]

_BLOCKS = frozenset(
    {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "table", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"head", "script", "style", "title"})


class _TextOfHtml(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag == "body":  # the end of the head may be left out
            self._unseen = 0
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag == "li":
            self.pieces.append("- ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _CELLS:
            self.pieces.append(" ")
        if tag in _BLOCKS - {"br", "hr"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def html_to_text(html: str) -> str:
    """The text of an HTML fragment: a line per block, entities decoded once."""
    reader = _TextOfHtml()
    reader.feed(html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def strip_html(text: pl.Series) -> pl.Series:
    # HTML is no regular language: the cells that hold any are parsed one by one.
    marked = text.filter(text.str.contains("[<&]").fill_null(value=False)).unique()
    plain = [html_to_text(cell) for cell in marked.to_list()]
    return text.replace(marked, pl.Series(plain, dtype=pl.String))


TRANSFORMS: Dict[str, Transform] = MappingProxyType(
    {
        "trim": lambda text: text.str.strip_chars(),
        "collapse_spaces": lambda text: text.str.replace_all(r"\s+", " "),
        "lower": lambda text: text.str.to_lowercase(),
        "upper": lambda text: text.str.to_uppercase(),
        "strip_html": strip_html,
        "first_line": lambda text: text.str.split("\n").list.first(),
    }
)


def transformed(cells: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """`cells` with its `value` after the transforms; what is empty then is null."""
    if not names:
        return cells
    value = cells["value"]
    for name in names:
        value = TRANSFORMS[name](value)
    value = value.str.strip_chars()
    return cells.with_columns(value=value.set(value == "", None))
