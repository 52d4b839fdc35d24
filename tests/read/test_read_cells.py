"""Every cell of a CSV file is text, exactly as it stands."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.rows import ISSUE_SCHEMA, Batch, Column
from tests.read.read_given import batches, file, opened, rows


def test_a_file_becomes_a_batch_of_numbered_text_rows(tmp_path: Path) -> None:
    path = file(tmp_path, "Id,Subject\n007,Call\n,Mail\n")

    [batch] = batches(path)

    texts = {"c0": ["007", None], "c1": ["Call", "Mail"]}
    numbers = pl.Series("row", [2, 3], dtype=pl.UInt32)
    assert_frame_equal(batch.rows, pl.DataFrame({"row": numbers, **texts}))
    assert_frame_equal(batch.issues, pl.DataFrame(schema=ISSUE_SCHEMA))


def test_a_batch_names_the_source_it_comes_from(tmp_path: Path) -> None:
    source = opened(file(tmp_path, "Id,Subject\n1,Call\n"))

    [batch] = source.batches()

    assert isinstance(batch, Batch)
    assert batch.source is source.source
    assert batch.source.columns == (Column("c0", "Id"), Column("c1", "Subject"))


@pytest.mark.parametrize(
    "cell",
    [
        "007",
        "1e5",
        "1.50",
        "+49 30 1234",
        "TRUE",
        "false",
        "2024-05-06",
        "05/06/2024 07:08",
        "12345678901234567890123456789012345678901234567890",
        "NULL",
        "null",
        "NaN",
        "N/A",
        "nil",
        "-",
        "=1+1",
        "'=1+1",
        " white space ",
        "\ttab",
        "no-break\u00a0space\u00a0",
        "zero\u200bwidth",
        "e\u0301 is not \u00e9",
        "\U0001f600",
    ],
)
def test_nothing_is_guessed(tmp_path: Path, cell: str) -> None:
    path = file(tmp_path, f"Id,Text\n{cell},{cell}\n")

    assert rows(path) == [(2, cell, cell)]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (",x", (None, "x")),
        ('"",x', (None, "x")),
        ("  ,x", ("  ", "x")),
        ('"  ",x', ("  ", "x")),
    ],
)
def test_only_a_cell_without_any_character_is_null(
    tmp_path: Path, line: str, cells: tuple[str | None, str]
) -> None:
    assert rows(file(tmp_path, f"Id,Text\n{line}\n")) == [(2, *cells)]


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ('"say ""hi"""', 'say "hi"'),
        ('""""', '"'),
        ('say "hi"', 'say "hi"'),
        ('5" pipe', '5" pipe'),
        ('"a, b"', "a, b"),
        ('"a\nb"', "a\nb"),
        ('"a\r\nb"', "a\r\nb"),
        ('"a\n\n\nb"', "a\n\n\nb"),
        ('"a,\n""b"","', 'a,\n"b",'),
        ('"a" b', "a b"),
        (' "a"', ' "a"'),
        ("it's", "it's"),
        ("back\\slash", "back\\slash"),
        ("# no comment", "# no comment"),
    ],
)
def test_quotes_are_read_as_spreadsheets_write_them(
    tmp_path: Path, written: str, cell: str
) -> None:
    path = file(tmp_path, f"Id,Text\n1,{written}\n2,x\n")

    assert rows(path) == [(2, "1", cell), (3, "2", "x")]


def test_a_file_may_end_without_a_line_break(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "Id,Text\n1,x\n2,y")) == [(2, "1", "x"), (3, "2", "y")]


def test_a_cell_may_be_very_long(tmp_path: Path) -> None:
    long = "x" * 3_000_000

    assert rows(file(tmp_path, f"Id,Text\n1,{long}\n2,y\n")) == [
        (2, "1", long),
        (3, "2", "y"),
    ]


def test_a_file_may_have_one_column(tmp_path: Path) -> None:
    assert rows(file(tmp_path, "Id\n1\n2\n")) == [(2, "1"), (3, "2")]
