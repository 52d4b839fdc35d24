"""Several tables in one text file, such as a webinar's report.

A section is a line that says what follows, a header, and rows. A file has sections
only if that is clear; an ordinary table with a title above it has none.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.errors import SourceError
from pipeline.nearest import did_you_mean
from pipeline.stages.read.header import LOOKED_AT, header_place

_TITLE_LENGTH = 60
_NAME_LENGTH = 80
_NO_NAME = re.compile(r"@|\d{1,4}[-/.:]\d|^[^A-Za-z\u00aa-\U0010ffff]*$")
_NUMBER = re.compile(r"^\d+\. ")
_PEOPLE = re.compile("attendee|participant|teilnehm", re.IGNORECASE)
Cells = list[str]


@dataclass
class Section:
    """`head` are its first records that are not blank, by number; `last` the last's.

    `count` has all of them.
    """

    title: str | None
    head: list[tuple[int, Cells]] = field(default_factory=list)
    last: int = 0
    count: int = 0

    def add(self, number: int, cells: Cells) -> None:
        self.last = number
        self.count += 1
        if self.count <= LOOKED_AT:
            self.head.append((number, cells))

    @property
    def _place(self) -> int:
        records = [cells for _, cells in self.head]
        first = header_place(records)
        most = max(len(_without_end(cells)) for cells in records)
        named = (
            n
            for n, cells in enumerate(records[first:], first)
            if is_header(cells) and 2 * len(_without_end(cells)) >= most
        )
        return next(named, first)

    @property
    def header_row(self) -> int:
        return self.head[self._place][0]

    @property
    def names(self) -> Cells:
        return _without_end(self.head[self._place][1])

    @property
    def rows(self) -> int:
        return self.count - 1 - self._place

    @property
    def label(self) -> str:
        return (
            f"'{self.title}'" if self.title else f"the table at row {self.header_row}"
        )

    @property
    def is_list(self) -> bool:
        """Whether each record is a name and its value, as below a summary."""
        pairs = [_without_end(cells) for _, cells in self.head]
        values = "".join(pair[1] for pair in pairs if len(pair) == 2)
        told = any(map(str.isdigit, values)) and "@" not in values
        return bool(self.title) and all(len(pair) <= 2 for pair in pairs) and told

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Names and values of its only record, or of a list; in order."""
        if self.is_list:
            pairs = [(cells[0], cells[1]) for _, cells in self.head if len(cells) > 1]
        elif self.rows == 1:
            values = self.head[self._place + 1][1]
            pairs = list(zip(self.names, values, strict=False))
        else:
            return []
        stripped = [(name.strip(), value.strip()) for name, value in pairs]
        return [(name, value) for name, value in stripped if name and value]

    def is_about_all(self, table: "Section") -> bool:
        """Whether its facts hold for all rows of a table, and are not of one person."""
        if self.is_list or self.title is None:
            return bool(self.facts)
        return bool(self.facts) and not set(self.names) & set(table.names)


def find_sections(
    records: Iterable[tuple[int, Cells]], asked: str | None = None
) -> list[Section]:
    """The sections of a file, the first of which may have no title.

    A line that says what was `asked` for begins a section whatever follows.
    """
    finder = _Finder(asked)
    for number, cells in records:
        finder.take(number, cells)
    return finder.sections


class _Finder:
    """Looks at the records in order; a line that may be a title waits for the next."""

    def __init__(self, asked: str | None) -> None:
        self._asked = asked
        self._found = [Section(None)]
        self._waiting: tuple[int, Cells] | None = None
        self._after_blank = False

    @property
    def sections(self) -> list[Section]:
        self._settle(None)
        return [section for section in self._found if section.count]

    def take(self, number: int, cells: Cells) -> None:
        if not any(cell.strip() for cell in cells):
            self._after_blank = True
            return
        titled = self._settle(cells)
        if self._after_blank and not titled and _follows_facts(cells, self._found[-1]):
            self._found.append(Section(None))
        self._after_blank = False
        if _may_be_title(cells):
            self._waiting = number, cells
        else:
            self._found[-1].add(number, cells)

    def _settle(self, following: Cells | None) -> bool:
        """Whether the line that waits is a title of what follows; else it is a row."""
        if self._waiting is None:
            return False
        (number, title), self._waiting = self._waiting, None
        above = self._found[-1]
        if following is None or not _begins(title, following, above, self._asked):
            above.add(number, title)
            return False
        self._found.append(Section(title[0].strip()))
        return True


def are_clear(sections: list[Section]) -> bool:
    """Whether a file is made of sections beyond doubt.

    What stands above the first title is one record at most. The tables have headers
    of different widths, and have a column in common or are numbered by their titles.
    """
    if len(sections) < 2:
        return False
    first = sections[0]
    if first.title is None and first.count > 1 and first.rows != 1:
        return False
    titles = [one.title for one in sections if one.title]
    if any(map(str.isdigit, "".join(_NUMBER.sub("", title) for title in titles))):
        return False
    headers = [one.names for one in sections if is_header(one.names)]
    if len({len(names) for names in headers}) < 2:
        return False
    numbered = [title for title in titles if _NUMBER.match(title)]
    times = Counter(name.casefold() for names in headers for name in set(names))
    return len(numbered) > 1 or max(times.values()) > 1


def may_say(line: str, asked: str, delimiter: str) -> bool:
    """Whether a line of the file may be the title asked for; told without its cells."""
    bare = (text.replace('"', "").replace(delimiter, "") for text in (line, asked))
    return len({_folded(text) for text in bare}) == 1


def chosen(sections: list[Section], asked: str | None, *, where: str) -> Section:
    """The section asked for, else that with the most rows; raises SourceError."""
    if asked is None:
        return max(sections, key=_weight)
    for section in sections:
        if section.title is not None and _folded(section.title) == _folded(asked):
            return section
    titles = [section.title for section in sections if section.title]
    raise SourceError(
        f"No line of the file says '{asked}', which is to stand above the table.",
        where=where,
        hint=did_you_mean(asked, titles)
        or "Correct `section` in the mapping, or leave it out."
        + (f" There are: {', '.join(titles)}." if titles else ""),
        code="source_part_unknown",
    )


def is_header(cells: Cells) -> bool:
    """Whether all cells are names, each another."""
    names = [cell.strip() for cell in _without_end(cells)]
    if len(names) < 2 or len(set(names)) < len(names):
        return False
    return all(
        0 < len(name) <= _NAME_LENGTH and not _NO_NAME.search(name) for name in names
    )


def _weight(section: Section) -> tuple[bool, int, bool, bool]:
    people = _PEOPLE.search(section.title or "") is not None
    return not section.is_list, section.rows, people, section.title is not None


def _may_be_title(cells: Cells) -> bool:
    text = cells[0].strip()
    return bool(text) and len(text) <= _TITLE_LENGTH and not any(cells[1:])


def _begins(title: Cells, cells: Cells, above: Section, asked: str | None) -> bool:
    if asked is not None and _folded(title[0]) == _folded(asked):
        return True
    if not is_header(cells):
        return False
    if not above.count or above.rows <= 1:
        return True
    names = above.names
    shared = set(names) & set(cells)
    return len(_without_end(cells)) != len(names) or 2 * len(shared) >= len(names)


def _follows_facts(cells: Cells, above: Section) -> bool:
    """Whether a header begins a table below one with a single record."""
    if above.count < 2 or above.rows != 1 or not is_header(above.names):
        return False
    return is_header(cells) and len(_without_end(cells)) != len(above.names)


def _folded(title: str) -> str:
    return title.strip().rstrip(":").strip().casefold()


def _without_end(cells: Cells) -> Cells:
    """Without empty cells at the end: some exports end each line with a comma."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
