"""Signs that stand in a text for what cannot stand there, until it is in cells.

A byte that is no text in the file's encoding, and a quote that a backslash escapes,
are carried through the division into cells as signs of Unicode's last private plane.
"""

import codecs
import re
from collections.abc import Sequence

import polars as pl

from pipeline.issues import issue_rows
from pipeline.rows import Column

ERRORS = "activity-import-marks"
ESCAPED_QUOTE = "\U0010fe22"
_FIRST = 0x10FF00
_BYTE = re.compile("[\U0010ff00-\U0010ffff]")
_MARKED = "[\U0010ff00-\U0010ffff]"
# What all marks begin with in UTF-8: bytes are looked for much faster than signs.
_START = b"\xf4\x8f"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(_FIRST + byte) for byte in wrong), error.end


codecs.register_error(ERRORS, _mark)


def count_of(text: str) -> int:
    """How many bytes of a text could not be decoded."""
    return len(_BYTE.findall(text))


def shown(text: str) -> str:
    r"""The text as people see it: a byte that is no text is written as \xE9."""
    plain = text.replace(ESCAPED_QUOTE, '"').replace("\0", "")
    return _BYTE.sub(_as_code, plain)


def unmarked(
    raw: pl.DataFrame, columns: Sequence[Column]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """`raw` with its cells as people see them, and the issues that explain it.

    A cell with a byte that is no text is an error, one that lost a NUL a warning.
    """
    issues = []
    for column in columns:
        cells = raw[column.id]
        bytes_of = cells.cast(pl.Binary).bin
        if not (bytes_of.contains(_START) | bytes_of.contains(b"\0")).any():
            continue
        for code, pattern in (("undecodable", _MARKED), ("nul_dropped", "\0")):
            found = raw.filter(cells.str.contains(pattern)).select(
                "row", cell=column.id
            )
            issues.append(_issues(code, column.name, found))
        raw = raw.with_columns(_as_seen(cells).alias(column.id))
    return raw, issues


def _as_seen(cells: pl.Series) -> pl.Series:
    texts = [None if cell is None else shown(cell) or None for cell in cells]
    return pl.Series(texts, dtype=pl.String)


def _issues(code: str, column: str, found: pl.DataFrame) -> pl.DataFrame:
    cells = found["cell"].to_list()
    facts = found.select("row").with_columns(
        value=pl.Series(list(map(shown, cells)), dtype=pl.String),
        detail=pl.Series([_codes(cell) for cell in cells], dtype=pl.String),
    )
    return issue_rows(
        code,
        facts,
        column=column,
        value=pl.col("value"),
        detail=pl.col("detail"),
    )


def _codes(cell: str) -> str:
    return " ".join(_as_code(found) for found in _BYTE.finditer(cell))


def _as_code(found: re.Match[str]) -> str:
    return f"\\x{ord(found.group()) - _FIRST:02X}"
