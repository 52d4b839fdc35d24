"""Subject and description: cleaned by default, and never cut inside a character."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mapping.text import clean_line, clean_lines, shortened
from tests.stages.stage_givens import from_columns, mapped, values_of

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f"
THUMB = "\U0001f44d\U0001f3fd"
FLAG = "\U0001f1e9\U0001f1ea"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb\rc\u2028d\u0085e\x0bf\u2029g", "a\nb\nc\nd\ne\nf\ng"),
        ("tab\tkept\n\n  indent", "tab\tkept\n\n  indent"),
        ("nul\x00bell\x07del\x7f\x9f", "nulbelldel"),
        ("a\u00a0b\u202fc\u3000d\u2009e", "a b c d e"),
        ("ze\u200bro\ufeff wi\u00addth\u2060", "zero width"),
        ("\u200emark\u202e\u2066s\u2069", "marks"),
        ("cafe\u0301 \u212b", "caf\u00e9 \u00c5"),
        ("la\u200dtin\u200c", "latin"),
        ("\u200dx", "x"),
        (f"{FAMILY} {HEART} {THUMB} {FLAG}", f"{FAMILY} {HEART} {THUMB} {FLAG}"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u00df \u4f60\u597d \U0001f600", "\u00df \u4f60\u597d \U0001f600"),
    ],
)
def test_what_cannot_be_seen_goes_and_what_is_read_stays(text: str, lines: str) -> None:
    assert clean_lines(pl.Series([text])).to_list() == [lines]
    assert clean_line(pl.Series([text])).to_list() == [" ".join(lines.split())]


def test_the_fields_for_people_are_cleaned_and_the_keys_are_not() -> None:
    table: dict[str, list[str | None]] = {"A": ["a\u00a0 b\r\nc", "\u200b", None]}

    assert values_of(table, "subject", from_columns("A")) == ["a b c", None, None]
    lines = values_of(table, "description", from_columns("A"))
    assert lines == ["a  b\nc", None, None]
    found = mapped(table, {"category": from_columns("A", otherwise="OTHER")})
    assert found.fields["category"].to_list() == ["a\u00a0 b\r\nc", "\u200b", None]


def test_a_text_that_is_empty_when_it_is_clean_takes_the_default() -> None:
    rule = from_columns("A", default="none")

    assert values_of({"A": ["\u200b\u200e"]}, "subject", rule) == ["none"]


@given(st.lists(st.text() | st.none(), max_size=5))
def test_cleaning_twice_changes_nothing_and_lines_are_composed(
    texts: list[str | None],
) -> None:
    column = pl.Series(texts, dtype=pl.String)
    once = clean_lines(column)

    assert clean_lines(once).to_list() == once.to_list()
    for text in once.drop_nulls():
        assert unicodedata.is_normalized("NFC", text)
        assert not {"\r", "\0", "\u2028", "\u00a0"} & set(text)
    assert column.to_list() == texts


@given(st.text(st.characters(codec="ascii", exclude_categories=["C"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean_lines(pl.Series([text])).to_list() == [text]


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("abcdef", 3, "abc"),
        ("abc", 3, "abc"),
        ("ab cd", 3, "ab"),
        ("ne\u0323\u0302x", 3, "n"),
        (f"a{FAMILY}b", 2, "a"),
        (f"a{FAMILY}b", 3, "a"),
        (f"a{FAMILY}b", 5, "a"),
        (f"a{FAMILY}b", 6, f"a{FAMILY}"),
        (f"a{HEART}b", 2, "a"),
        (f"a{THUMB}b", 2, "a"),
        (f"{FLAG}{FLAG}", 3, FLAG),
        (f"{FLAG}{FLAG}x", 4, FLAG * 2),
        (FAMILY, 2, FAMILY[:2]),
    ],
)
def test_no_character_is_cut_in_two(text: str, length: int, expected: str) -> None:
    frame = pl.DataFrame({"text": [text]})

    assert frame.select(shortened(pl.col("text"), length)).item() == expected
