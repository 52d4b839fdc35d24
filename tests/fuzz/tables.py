"""CSV files, packed or not, and workbooks: what reading makes of them."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from pipeline.catalogue import ISSUES
from pipeline.errors import PipelineError
from pipeline.rows import Batch, Source
from pipeline.stages.read import (
    Layout,
    csv_file,
    first_rows,
    open_sources,
    spooling,
)
from tests.commands import ROOT
from tests.fuzz.mutation import damaged, damaged_zip, zipped
from tests.fuzz.subject import Files, is_told_well

SAMPLES = ROOT / "samples"
ENCODINGS = (
    *("utf-8",) * 6,
    *("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252"),
    *("iso-8859-15", "windows-1251", "shift_jis", "gb18030", "mac-roman", "cp437"),
)
DELIMITERS = (",", ",", ",", ";", "\t", "|")
_MARK = "zqmark{}zq"
_MARKED = re.compile(r"zqmark\d+zq")
_MOST_LINES = 40


@dataclass(frozen=True)
class Told:
    """All that reading says of a source."""

    source: Source
    rows: list[tuple[Any, ...]]
    issues: list[tuple[Any, ...]]
    left_out: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Tables:
    """CSV files in many encodings and forms, with damage; also packed."""

    name: str = "tables"

    def make(self, chance: Random) -> Files:
        packing = chance.choice((*(_as_it_is,) * 8, _gzipped, _zipped))
        return {"tasks.csv": packing(table(chance), chance)}

    def check(self, folder: Path) -> None:
        path = folder / "tasks.csv"
        told = reading(path)
        assert reading(path) == told
        with blocks_of(512):
            in_blocks = reading(path)
        if not isinstance(told, list) or not isinstance(in_blocks, list):
            assert in_blocks == told
            return
        for one, other in zip(told, in_blocks, strict=True):
            assert _but_its_end(one) == _but_its_end(other)
            no_mark_is_lost(path, one)


@dataclass(frozen=True)
class Books:
    """Workbooks with a damaged part, or damaged as a whole."""

    name: str = "books"

    def make(self, chance: Random) -> Files:
        book = chance.choice(_books()).read_bytes()
        whole = not book.startswith(b"PK") or chance.random() < 0.15
        return {"book": damaged(book, chance) if whole else damaged_zip(book, chance)}

    def check(self, folder: Path) -> None:
        told = reading(folder / "book")
        assert reading(folder / "book") == told


def table(chance: Random) -> bytes:
    """A sample in another form, with a mark in each line, and damage."""
    sample = _text(chance.choice(_samples()).read_bytes())
    lines = sample.splitlines(keepends=True)[: chance.randint(1, _MOST_LINES)]
    marked = [_mark(line, number, chance) for number, line in enumerate(lines)]
    text = "".join(marked).replace(",", chance.choice(DELIMITERS))
    text = text.replace("\n", chance.choice(("\n", "\n", "\r\n", "\r")))
    return damaged(text.encode(chance.choice(ENCODINGS), "ignore"), chance)


def reading(path: Path) -> list[Told] | tuple[str, ...]:
    """What is read, or how it is refused; both are as they should be."""
    try:
        with spooling() as spool:
            sources = open_sources([path], Layout(), spool)
            return [_told(each.source, list(each.batches()), each) for each in sources]
    except PipelineError as error:
        is_told_well(error)
        return (error.code, error.message, error.where, error.hint)


def _told(source: Source, batches: list[Batch], opened: Any) -> Told:
    ids = [column.id for column in source.columns]
    assert len(set(ids)) == len(ids)
    rows = [row for batch in batches for row in batch.rows.rows()]
    issues = [row for batch in batches for row in batch.issues.rows(named=True)]
    left_out = [row for batch in batches for row in batch.left_out.rows()]
    numbers = [row[0] for row in rows]
    assert all(batch.rows.columns == ["row", *ids] for batch in batches)
    assert numbers == sorted(set(numbers))
    assert not numbers or numbers[0] > source.header_row
    assert {issue["row"] for issue in issues} <= set(numbers)
    assert {row[0] for row in left_out} <= set(numbers)
    for issue in issues:
        assert issue["code"] in ISSUES
        assert issue["message"]
        assert issue["hint"]
    assert first_rows(opened, 3).rows() == rows[:3]
    return Told(source, rows, [tuple(issue.values()) for issue in issues], left_out)


def _but_its_end(told: Told) -> Told:
    """A quote that is open at the end may be told as that, or as a row cut off."""
    last = told.rows[-1][0] if told.rows else 0
    return replace(told, issues=[issue for issue in told.issues if issue[0] != last])


def no_mark_is_lost(path: Path, told: Told) -> None:
    """What stood in a line comes back in a cell, or something is told of it."""
    if told.source.section or told.source.format == "spreadsheet":
        return
    cells = " ".join(str(cell) for row in told.rows for cell in row)
    names = " ".join(column.name for column in told.source.columns)
    issues = " ".join(str(part) for issue in told.issues for part in issue)
    shown = "\n".join((cells, names, issues, *told.source.notes))
    found = set(_MARKED.findall(shown))
    if not found or "..." in issues:
        return
    data = path.read_bytes()
    if data[:2] in (b"\x1f\x8b", b"PK"):
        return
    try:
        text = data.decode(told.source.encoding or "utf-8", "replace")
    except LookupError:  # a name of ours, not of Python
        return
    first = min(text.find(mark) for mark in found)
    lost = {m[0] for m in _MARKED.finditer(text, max(first, 0))} - found
    assert not lost, sorted(lost)


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """Files are read in blocks of so many bytes."""
    before = csv_file._BLOCK_BYTES
    csv_file._BLOCK_BYTES = size
    try:
        yield
    finally:
        csv_file._BLOCK_BYTES = before


def _as_it_is(content: bytes, chance: Random) -> bytes:
    del chance
    return content


def _gzipped(content: bytes, chance: Random) -> bytes:
    packed = gzip.compress(content, mtime=0)
    return damaged(packed, chance) if chance.random() < 0.7 else packed


def _zipped(content: bytes, chance: Random) -> bytes:
    names = ("a.csv", "b.txt", "notes/read me.md", "c.csv")
    some = names[: chance.randint(1, len(names))]
    return damaged_zip(zipped([(name, content) for name in some]), chance)


def _mark(line: str, number: int, chance: Random) -> str:
    at = chance.choice([n for n, sign in enumerate(line) if sign == ","] or [0])
    return line[:at] + _MARK.format(number) + line[at:]


def _text(sample: bytes) -> str:
    try:
        return sample.decode("utf-8-sig")
    except UnicodeDecodeError:
        return sample.decode("windows-1252")


def _samples() -> list[Path]:
    return sorted(SAMPLES.glob("*/*.csv"))


def _books() -> list[Path]:
    own = sorted((ROOT / "tests/read/books").glob("libreoffice.*"))
    return [*sorted(SAMPLES.glob("*/*.xlsx")), *own]
