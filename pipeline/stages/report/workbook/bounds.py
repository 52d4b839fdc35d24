"""How large a workbook may become, and which one may be copied."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Beyond `all_rows` only rows that need a person are written.

    `rows` is what a sheet can hold, its header included; `row_bytes` bounds the XML of
    its rows. `issues` bounds the lines of the sheet with the issues. A workbook of
    more than `own_cells` cells, ours included, of more than `own_bytes` of XML, or
    of more than `own_file` bytes, is not copied.
    """

    all_rows: int = 200_000
    rows: int = 1_048_576
    row_bytes: int = 400_000_000
    issues: int = 100_000
    own_cells: int = 250_000
    own_bytes: int = 100_000_000
    own_file: int = 30_000_000
