"""Rows of a sheet as XML, made by Polars."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from openpyxl.utils import get_column_letter

from pipeline.stages.report.workbook.cells import (
    in_xml,
    looks_like_formula,
    shortened,
)

_MOST_ROWS: Final = 5_000
_MOST_BYTES: Final = 8_000_000


@dataclass(frozen=True)
class Styles:
    """The numbers of the styles of text cells; `quoted` those of would-be formulas.

    Each holds the number for a cell without a mark, with a warning, with an error.
    """

    plain: tuple[int, int, int]
    quoted: tuple[int, int, int]


def rows_xml(
    frame: pl.DataFrame, *, styles: Styles, marks: pl.DataFrame
) -> Iterator[str]:
    """A `row` element per line of `frame`.

    `frame` has `line`, its number in the sheet, `row`, that of `marks`, and then the
    sheet's columns: numbers stay numbers, all else is text.
    """
    names = [name for name in frame.columns if name not in {"line", "row"}]
    places = [place for place in marks["place"].unique() if 0 < place <= len(names)]
    for part in _parts(frame):
        told = part
        for place in places:
            here = marks.filter(pl.col("place") == place)
            level = pl.col("is_error").cast(pl.Int8).alias(f"mark {place}")
            told = told.join(
                here.select("row", level), on="row", how="left", maintain_order="left"
            )
        cells = [
            _cell(name, place, frame.schema[name], styles, marked=place in places)
            for place, name in enumerate(names, 1)
        ]
        yield from told.select(_row(cells)).to_series()


def _parts(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """As many rows at a time as memory can bear, however long they are."""
    bytes_of_a_row = 1 + int(frame.estimated_size()) // max(1, frame.height)
    rows = max(1, min(_MOST_ROWS, _MOST_BYTES // bytes_of_a_row))
    return frame.iter_slices(rows)


def _row(cells: Sequence[pl.Expr]) -> pl.Expr:
    return pl.concat_str(
        pl.lit('<row r="'), "line", pl.lit('">'), *cells, pl.lit("</row>")
    )


def _cell(
    name: str, place: int, dtype: pl.DataType, styles: Styles, *, marked: bool
) -> pl.Expr:
    start = pl.lit(f'<c r="{get_column_letter(place)}')
    if dtype.is_numeric():
        value = pl.concat_str(
            start, "line", pl.lit('"><v>'), pl.col(name), pl.lit("</v></c>")
        )
        return value.fill_null("")
    text = shortened(pl.col(name).fill_null(""))
    style = _style(text, styles, f"mark {place}" if marked else None)
    opened = pl.concat_str(start, "line", pl.lit('" s="'), style)
    full = pl.concat_str(
        opened,
        pl.lit('" t="inlineStr"><is><t xml:space="preserve">'),
        in_xml(text),
        pl.lit("</t></is></c>"),
    )
    empty = pl.concat_str(opened, pl.lit('"/>')) if marked else pl.lit("")
    return pl.when(text == "").then(empty).otherwise(full)


def _style(text: pl.Expr, styles: Styles, mark: str | None) -> pl.Expr:
    quoted, bare = _by_mark(styles.quoted, mark), _by_mark(styles.plain, mark)
    return pl.when(looks_like_formula(text)).then(quoted).otherwise(bare)


def _by_mark(numbers: tuple[int, int, int], mark: str | None) -> pl.Expr:
    plain, warning, error = map(pl.lit, numbers)
    if mark is None:
        return plain
    level = pl.col(mark)
    return (
        pl.when(level.is_null())
        .then(plain)
        .when(level == 0)
        .then(warning)
        .otherwise(error)
    )
