"""scan: every row that no rule skips is seen once, before it is mapped."""

from collections.abc import Iterator

import polars as pl

from pipeline.mapping.cells import Headers
from pipeline.mapping.model import ColumnRef, SkipRule
from pipeline.rows import Batch
from pipeline.stages.scan import scan
from tests.stages.stage_givens import batch, bound, from_columns, mapping

A = ColumnRef("A")
RULES = mapping(
    {"subject": from_columns("A")}, skip=(SkipRule(A, "in", ("left out",)),)
)


class Seen:
    def __init__(self) -> None:
        self.cells: list[tuple[int, str | None]] = []

    def see(self, clean: pl.DataFrame, headers: Headers) -> None:
        self.cells += clean.select("row", headers.text(A)).rows()


def given() -> Iterator[tuple[Batch, Headers]]:
    for cells in (["  one ", None], ["left out", "two"]):
        rows = batch({"A": [*cells], "unused": ["x", "y"]})
        yield rows, bound(rows, RULES).headers


def test_each_question_sees_all_rows_trimmed_and_those_skipped_are_left_out() -> None:
    questions = Seen(), Seen()
    scan(given(), RULES, questions)
    for question in questions:
        assert question.cells == [(2, "one"), (3, None), (3, "two")]


def test_nothing_is_read_when_there_is_no_question() -> None:
    batches = given()
    scan(batches, RULES, ())
    assert next(batches, None) is not None
