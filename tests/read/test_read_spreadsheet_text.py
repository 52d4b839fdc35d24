"""Texts are made safe for spreadsheets, and had back as they were."""

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.spreadsheet_text import neutralize, restore

RISKY = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.one_of(st.text(), st.text(alphabet="'=+-@\t\r\n x"))


def result(expression: pl.Expr) -> str | None:
    found = pl.select(expression).item()
    assert found is None or isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-5", "'-5"),
        ("@Ann", "'@Ann"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("", ""),
        ("'", "'"),
        ("'x", "'x"),
        ("a=1", "a=1"),
        (" =1", " =1"),
        ("it's -5", "it's -5"),
        (None, None),
    ],
)
def test_a_text_that_would_run_as_a_formula_gets_an_apostrophe(
    text: str | None, safe: str | None
) -> None:
    cell = pl.lit(text, dtype=pl.String)

    assert result(neutralize(cell)) == safe
    assert result(restore(neutralize(cell))) == text


@given(TEXTS)
@example("'\n=1")
def test_restoring_undoes_neutralizing(text: str) -> None:
    assert result(restore(neutralize(pl.lit(text)))) == text


@given(TEXTS)
def test_no_neutralized_text_starts_like_a_formula(text: str) -> None:
    safe = result(neutralize(pl.lit(text)))

    assert safe is not None
    assert not safe.startswith(RISKY)


@given(TEXTS)
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    harmless = f"a{text}"

    assert result(neutralize(pl.lit(harmless))) == harmless
    assert result(restore(pl.lit(harmless))) == harmless
