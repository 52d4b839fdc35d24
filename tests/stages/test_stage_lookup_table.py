import polars as pl
from polars.testing import assert_frame_equal

from tests.stages.stage_givens import lookup_of


def answers(*pairs: tuple[str | None, str | None]) -> list[tuple[object, ...]]:
    return lookup_of(*pairs).answers.select("value", "answer", "many").rows()


def test_values_and_answers_are_trimmed() -> None:
    assert answers((" a\t", "\n1 ")) == [("a", "1", 1)]


def test_empty_values_and_answers_are_left_out() -> None:
    assert answers(("", "1"), (" ", "1"), (None, "1"), ("a", ""), ("a", None)) == []


def test_the_same_pair_twice_is_one_answer() -> None:
    assert answers(("a", "1"), ("a ", "1"), ("b", "1")) == [
        ("a", "1", 1),
        ("b", "1", 1),
    ]


def test_several_answers_are_counted_and_listed() -> None:
    table = lookup_of(("a", "2"), ("a", "1"), ("a", "2"), label="ids.csv")

    expected = pl.DataFrame(
        {
            "value": ["a"],
            "answer": ["2"],
            "many": [2],
            "candidates": ["2 | 1"],
            "told": ["has several answers in ids.csv: 2 | 1"],
        },
        schema_overrides={"many": pl.get_index_type()},
    )
    assert table.label == "ids.csv"
    assert_frame_equal(table.answers, expected)


def test_values_that_differ_in_case_are_two() -> None:
    assert answers(("a", "1"), ("A", "2")) == [("a", "1", 1), ("A", "2", 1)]


def test_cells_get_their_answers_in_order() -> None:
    table = lookup_of(("a", "1"), ("b", "2"), ("b", "3"))
    cells = pl.DataFrame({"row": [2, 3, 4, 5], "value": ["b", None, "x", "a"]})

    found = table.answer(cells).select("row", "value", "answer", "many")

    assert found.rows() == [
        (2, "b", "2", 2),
        (3, None, None, None),
        (4, "x", None, None),
        (5, "a", "1", 1),
    ]
