"""Long files are read block by block; nobody sees where a block ends."""

import os
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from tests.read.read_given import (
    Row,
    batches,
    codes,
    file,
    opened,
    rows,
    small_blocks,
)

SIZES = [100, 137, 256, 1000]
NUMBERS = range(2, 602)


@pytest.fixture(params=SIZES, autouse=True)
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    small_blocks(monkeypatch, request.param)
    return int(request.param)


def mixed(number: int) -> tuple[str, list[Row], list[Row]]:
    """The line of a row, and what is read of it: rows and codes."""
    plain: list[Row] = [(number, f"id{number}", "x", "y")]
    kinds: list[tuple[str, list[Row], list[Row]]] = [
        (f"id{number},x,y\n", plain, []),
        (
            f'id{number},"x\n,""\r\n",y\n',
            [(number, f"id{number}", 'x\n,"\r\n', "y")],
            [],
        ),
        (
            f"id{number}\n",
            [(number, f"id{number}", None, None)],
            [(number, "missing_cells")],
        ),
        (f"id{number},x,y,z\n", plain, [(number, "extra_cells")]),
        ("\n", [], []),
        (",,,,\n", [], []),
        (
            f'id{number},"x\ny"\n',
            [(number, f"id{number}", "x\ny", None)],
            [(number, "missing_cells")],
        ),
    ]
    return kinds[number * number % 11 % len(kinds)]


def test_rows_of_all_kinds_keep_their_numbers(tmp_path: Path) -> None:
    lines, wanted, told = zip(*map(mixed, NUMBERS), strict=True)
    path = file(tmp_path, "A,B,C\n" + "".join(lines))

    assert rows(path) == [row for some in wanted for row in some]
    assert codes(path) == [code for some in told for code in some]


def test_a_long_file_comes_in_several_batches(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n" + "1,x\n" * 10_000)

    found = batches(path)

    assert len(found) > 1
    assert sum(batch.rows.height for batch in found) == 10_000


def test_every_batch_tells_only_of_its_own_rows(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n" + "1,x\n1\n1,x,y\n" * 500)

    strangers = [
        batch.issues.join(batch.rows, on="row", how="anti").height
        for batch in batches(path)
    ]

    assert strangers == [0] * len(strangers)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_at_the_border_of_a_block_count_once(
    tmp_path: Path, end: str
) -> None:
    text = "".join(f"{n},{'x' * (n % 9)}y{end}" for n in NUMBERS)

    assert rows(file(tmp_path, f"A,B{end}{text}")) == [
        (n, str(n), "x" * (n % 9) + "y") for n in NUMBERS
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_letters_at_the_border_of_a_block_are_kept(
    tmp_path: Path, encoding: str
) -> None:
    text = "".join(f"{n},{'é' * (n % 9)}y\n" for n in NUMBERS)

    assert rows(file(tmp_path, f"A,B\n{text}".encode(encoding))) == [
        (n, str(n), "é" * (n % 9) + "y") for n in NUMBERS
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_line_breaks_in_cells_at_the_border_of_a_block_are_kept(
    tmp_path: Path, encoding: str, line_break: str
) -> None:
    cells = {n: "x" * (n % 9) + line_break + "é" for n in NUMBERS}
    text = "A,B\n" + "".join(f'{n},"{cell}"\n' for n, cell in cells.items())

    path = file(tmp_path, text.encode(encoding))

    assert rows(path) == [(n, str(n), cell) for n, cell in cells.items()]


def test_all_rows_of_many_blocks_may_be_of_another_width(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n" + "".join(f"{n}\n" for n in NUMBERS))

    assert rows(path) == [(n, str(n), None) for n in NUMBERS]
    assert codes(path) == [(n, "missing_cells") for n in NUMBERS]


def test_titles_may_fill_many_blocks(tmp_path: Path) -> None:
    path = file(tmp_path, "A long title of a report\n" * 40 + "A,B,C\n1,x,y\n")

    assert rows(path) == [(42, "1", "x", "y")]


def test_a_cut_is_told_of_the_last_row_only(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n" + "1\n" * 500 + "2")

    assert codes(path)[-2:] == [(501, "missing_cells"), (502, "cut_off_row")]


@pytest.mark.parametrize("good", [0, 300])
def test_a_stray_quote_is_found_in_any_block(tmp_path: Path, good: int) -> None:
    path = file(tmp_path, "A,B\n" + "1,x\n" * good + '1,"x\n2,y" z\n' + "3,w\n" * 300)

    first = good + 2
    assert rows(path) == [
        *((row, "1", "x") for row in range(2, first + 1)),
        (first + 1, "2", 'y" z'),
        *((row, "3", "w") for row in range(first + 2, first + 302)),
    ]
    assert codes(path) == [(first, "broken_row")]


def test_a_quote_that_is_never_closed_is_found(tmp_path: Path) -> None:
    path = file(tmp_path, 'A,B\n1,"x\n' + "3,w\n" * 3000)

    assert len(rows(path)) == 3001
    assert codes(path) == [(2, "broken_row")]


@pytest.mark.parametrize("limit", [0, 1, 5, 99, 500, 10_000])
def test_a_limit_leaves_out_the_rows_after_it(tmp_path: Path, limit: int) -> None:
    source = opened(file(tmp_path, "A,B\n" + "1,x\n1\n" * 250))

    found = list(source.batches(limit))

    numbers = [number for batch in found for number in batch.rows["row"]]
    assert numbers == [*range(2, 502)][:limit]
    told = [number for batch in found for number in batch.issues["row"]]
    assert told == numbers[1::2]


def test_rows_can_be_read_again(tmp_path: Path) -> None:
    source = opened(file(tmp_path, "A,B\n1,x\n2\n"))

    first, second = (
        [row for batch in source.batches() for row in batch.rows.rows()]
        for _ in range(2)
    )

    assert first == second == [(2, "1", "x"), (3, "2", None)]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n" + "1,x\n" * 5000)
    reading = opened(path).batches()
    next(reading)
    os.utime(path, ns=(0, 0))

    with pytest.raises(SourceError) as caught:
        list(reading)

    assert (caught.value.message, caught.value.where, caught.value.hint) == (
        "The file was changed while it was read.",
        str(path),
        "Wait until it is complete, then run it again.",
    )


def test_a_file_that_changed_since_it_was_opened_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, "A,B\n1,x\n")
    source = opened(path)
    with path.open("a") as more:
        more.write("2,y\n")
    os.utime(path, ns=(0, 0))

    with pytest.raises(SourceError, match=r"^The file was changed while it was read.$"):
        list(source.batches())
