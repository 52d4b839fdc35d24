"""The nearest known value: named where it helps, never guessed for ids, bounded."""

from itertools import product

import polars as pl
import pytest

from pipeline.alike import MOST_VALUES, did_you_mean_each
from pipeline.issues import issue_rows

ADDRESSES = [f"{name}@example.com" for name in ("ada", "bob", "carla.nakamura")]


def near(value: str | None, known: list[str]) -> str:
    text: str = did_you_mean_each(pl.Series([value], dtype=pl.String), known)[0]
    return text


@pytest.mark.parametrize(
    ("value", "known", "meant"),
    [
        ("Cal", ["Call", "Meeting"], "Call"),
        ("MEETNG", ["Call", "Meeting"], "Meeting"),
        ("carla.nakamura@exmaple.com", ADDRESSES, "carla.nakamura@example.com"),
        ("Linkdin", ["LinkedIn", "LinkedIn Sales"], "LinkedIn"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_was_meant(
    value: str, known: list[str], meant: str
) -> None:
    assert near(value, known) == f" Did you mean '{meant}'?"


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("0015g00000A0404AAB", ["0015g00000A0405AAB"]),
        ("003abcDEFghiJ1k", ["003abcDEFghiJ1l"]),
        ("9104014", ["9104021"]),
        (
            "2d38de7c-3bec-4519-8b67-4d999253f6b7",
            ["2d38de7c-3bec-4519-8b67-4d999253f6b8"],
        ),
        ("Fax", ["Call", "Meeting"]),
        ("Cal", []),
        (None, ["Call"]),
    ],
)
def test_an_id_is_not_guessed_and_what_is_not_alike_is_not_named(
    value: str | None, known: list[str]
) -> None:
    assert near(value, known) == ""


def test_of_many_known_values_those_that_begin_alike_are_compared() -> None:
    known = ["".join(four) + " Inc" for four in product("abcdefghij", repeat=4)]

    assert near("abcd Imc", known) == " Did you mean 'abcd Inc'?"


def test_only_so_many_distinct_values_are_looked_at() -> None:
    words = pl.Series(
        ["Call" + chr(0x3B1 + n % 25) * (n // 25 + 1) for n in range(250)]
    )

    told = did_you_mean_each(words, words.to_list())

    assert told.n_unique() == MOST_VALUES + 1


def test_a_message_ends_with_the_sentence_of_its_row() -> None:
    frame = pl.DataFrame({"row": [2, 3], "near": [" Did you mean 'Call'?", ""]})

    found = issue_rows("unknown_value", frame, value="x", column="Type", detail="Call")

    assert found["message"].to_list() == [
        "'x' in column 'Type' is not one of: Call. Did you mean 'Call'?",
        "'x' in column 'Type' is not one of: Call.",
    ]
