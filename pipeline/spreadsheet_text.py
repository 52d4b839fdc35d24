"""What spreadsheets make of text.

Text that no spreadsheet runs as a formula, and that can be had back as it was.
A cell that starts with a formula's first character gets an apostrophe before it. So
that the way back is exact, a cell that already looks like one so treated gets
another.
"""

import polars as pl

SHORTENED = r"^-?\d([.,]\d+)?[Ee]\+\d+$"
"""A long number as a spreadsheet shows and saves it: 3.01188E+17, or 3E+17."""
_RISKY = r"^'*[=+\-@\t\r]"
_NEUTRALIZED = r"^'+[=+\-@\t\r]"


def neutralize(cell: pl.Expr) -> pl.Expr:
    """The text with an apostrophe in front, where a spreadsheet would run it."""
    safe = ~cell.str.contains(_RISKY)
    return pl.when(safe).then(cell).otherwise(pl.lit("'") + cell)


def restore(cell: pl.Expr) -> pl.Expr:
    """The text as it was before `neutralize`."""
    same = ~cell.str.contains(_NEUTRALIZED)
    return pl.when(same).then(cell).otherwise(cell.str.slice(1))
