"""What the XML of an XLSX sheet tells beyond the values of its cells.

Calamine hands over values alone, and keeps room for every cell up to the last one.
So before it is asked, the sheet is looked through once, as text and piece by piece.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from xml.etree import ElementTree

from pipeline.stages.read.letters import column_number, whole_number
from pipeline.stages.read.sheet_reach import reach

_PIECE = 4 << 20
_LONGEST_CELL = 1 << 18
_SMALL_PART = 16 << 20
_ROOT = "_rels/.rels"
_TRUE = rb'hidden="(?:1|true)"'
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*\b" + _TRUE)
_TRUE_INSIDE = re.compile(rb"\b" + _TRUE)
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
_USUAL = b'<c r="'
_PLAIN = rb'(?:\s(?!r=)[a-z]+="\w*")*+\s*+'
_BLANK = _PLAIN + b"(?:/>|></)"
_ODD = re.compile(rb'<c(?:[\t\n\r/>]| (?!r="[A-Za-z]+\d+"' + _PLAIN + rb"/?>))")
_PREFIXED = re.compile(rb":c[\s/>]")
_WIDE = re.compile(_USUAL + rb'([A-Za-z]{2,})\d+"(?!' + _BLANK + b")")
_LAST = re.compile(_USUAL + rb'[A-Za-z]+(\d+)"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*\bref="[A-Z]+\d+:[A-Z]+(\d+)"')
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*"
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?"
    rb"</(?:\w+:)?c>"
)


@dataclass
class SheetXml:
    """`uncalculated` has row (from 1) and column (from 0) of formulas without a value.

    `merged` has the last row of each merged range; `rows` and `columns` say how far
    the filled cells reach. `errors` are those that calamine takes for empty cells.
    `is_unusual`: cells are written as no program does; a look at the text may miss
    some.
    """

    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[int] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    rows: int = 0
    columns: int = 0
    is_unusual: bool = False

    def see(self, text: bytes) -> None:
        """Looks at a piece that holds whole rows."""
        self._see_extent(text)
        if b'hidden="1"' in text or b'hidden="true"' in text:
            self.hidden_rows += len(_HIDDEN_ROW.findall(text))
            self.hidden_columns += sum(map(_width, _HIDDEN_COLUMN.findall(text)))
        if b"<f" in text or b":f" in text:
            found = map(_place_of, _NO_VALUE.findall(text))
            self.uncalculated += [place for place in found if place is not None]
        if b"mergeCell " in text:
            self.merged += map(whole_number, _MERGED.findall(text))

    def _see_extent(self, text: bytes) -> None:
        self.is_unusual = self.is_unusual or _is_unusual(text)
        end = _last_value(text)
        if not end or self.is_unusual:
            return
        letters = set(_WIDE.findall(text))
        self.columns = max(self.columns, 26, *map(column_number, letters))
        if places := _LAST.findall(text, max(0, end - _LONGEST_CELL), end):
            self.rows = max(self.rows, whole_number(places[-1]))
        for lower in _lower_than(self.rows).findall(text):
            self.rows = max(self.rows, whole_number(lower))


def sheet_xml(content: bytes, sheet: str) -> SheetXml | None:
    """What is known of the sheet; None if the file is no XLSX or has no such sheet.

    Raises zipfile.BadZipFile and zlib.error for damaged files.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return None
        found = SheetXml()
        for text in _whole_rows(archive, part):
            found.see(text)
        if found.is_unusual:
            found.rows, found.columns = reach(archive, part)
        return found


def _whole_rows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            text = rest + piece
            end = text.rfind(b"row>") + 4
            if end < 4:
                rest = text
                continue
            yield text[:end]
            rest = text[end:]
    yield rest


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the sheet's part, by the workbook's own list."""
    with suppress(KeyError, ElementTree.ParseError, StopIteration):
        book = next(
            target
            for kind, target in _relations(archive, _ROOT).values()
            if kind.endswith("/officeDocument")
        )
        folder, name = str(PurePosixPath(book).parent), PurePosixPath(book).name
        relations = _relations(archive, f"{folder}/_rels/{name}.rels", folder)
        for each in _parsed(archive, book).iter():
            if _local(each.tag) == "sheet" and each.get("name") == sheet:
                wanted = next(v for k, v in each.items() if _local(k) == "id")
                return relations[wanted][1]
    return None


def _relations(
    archive: zipfile.ZipFile, part: str, folder: str = "."
) -> dict[str, tuple[str, str]]:
    """Kind and target by id; a target is a name in the archive."""
    found = {}
    for each in _parsed(archive, part):
        target = each.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
        name = str(PurePosixPath(path))
        found[each.get("Id", "")] = (each.get("Type", ""), name)
    return found


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """The tree of a small part; KeyError if there is none, or it is not small."""
    if archive.getinfo(part).file_size > _SMALL_PART:
        raise KeyError(part)
    return ElementTree.fromstring(archive.read(part))  # noqa: S314 - expat is bounded


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _last_value(text: bytes) -> int:
    ends = (b"</v>", b":v>", b"</is>", b":is>")
    return max(0, *(text.rfind(end) for end in ends))


def _is_unusual(text: bytes) -> bool:
    return bool(_ODD.search(text) or _PREFIXED.search(text) or b"\0" in text)


def _lower_than(row: int) -> re.Pattern[bytes]:
    """Finds filled cells that stand below `row`, wherever in the text."""
    digits = str(row)
    numbers = [rf"\d{{{len(digits) + 1},}}"]
    for at, digit in enumerate(digits):
        if digit < "9":
            more = f"[{int(digit) + 1}-9]"
            numbers.append(rf"{digits[:at]}{more}\d{{{len(digits) - at - 1}}}")
    number = "|".join(numbers).encode()
    return re.compile(_USUAL + b"[A-Za-z]+(" + number + b')"(?!' + _BLANK + b")")


def _place_of(attributes: bytes) -> tuple[int, int] | None:
    """Row and column; none for a text, which may be empty as calculated."""
    place = _PLACE.search(attributes)
    if place is None or b't="str"' in attributes:
        return None
    return whole_number(place[2]), column_number(place[1]) - 1


def _width(attributes: bytes) -> int:
    if not _TRUE_INSIDE.search(attributes):
        return 0
    bounds = dict(re.findall(rb'\b(min|max)="(\d+)"', attributes))
    first, last = (whole_number(bounds.get(end, b"1")) for end in (b"min", b"max"))
    return last - first + 1
