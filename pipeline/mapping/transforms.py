"""The transforms that a mapping can name: a column of text to a column of text."""

from collections.abc import Callable
from collections.abc import Mapping as Dict
from types import MappingProxyType

import polars as pl

from pipeline.mapping.html import decode_entities, html_to_text

_FIRST_LINE = r"^([^\n\r\x0B\x0C\u{85}\u{2028}\u{2029}]*)"
Transform = Callable[[pl.Series], pl.Series]


def _cell_by_cell(marks: str, plain: Callable[[str], str]) -> Transform:
    """Changes the cells that a pattern finds one by one: HTML is not regular."""

    def transform(text: pl.Series) -> pl.Series:
        marked = text.filter(text.str.contains(marks).fill_null(value=False)).unique()
        changed = [plain(cell) for cell in marked.to_list()]
        return text.replace(marked, pl.Series(changed, dtype=pl.String))

    return transform


strip_html = _cell_by_cell("[<&]", html_to_text)

TRANSFORMS: Dict[str, Transform] = MappingProxyType(
    {
        "trim": lambda text: text.str.strip_chars(),
        "collapse_spaces": lambda text: text.str.replace_all(r"\s+", " "),
        "lower": lambda text: text.str.to_lowercase(),
        "upper": lambda text: text.str.to_uppercase(),
        "strip_html": strip_html,
        "decode_entities": _cell_by_cell("&", decode_entities),
        "first_line": lambda text: text.str.extract(
            r"^([^\n\r\x0B\x0C\u{85}\u{2028}\u{2029}]*)"
        ),
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
