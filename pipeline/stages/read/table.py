"""Where the table of a text file is: its dialect, header, columns and last lines."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.rows import Column, Source
from pipeline.stages.read.careful import careful_records
from pipeline.stages.read.dialect import Dialect, find_dialect
from pipeline.stages.read.footer import MOST, Line, find_footer
from pipeline.stages.read.header import (
    LOOKED_AT,
    MOST_COLUMNS,
    Header,
    find_header,
    header_of,
)
from pipeline.stages.read.marks import shown
from pipeline.stages.read.opened import Layout
from pipeline.stages.read.sections import (
    Section,
    are_clear,
    chosen,
    find_sections,
    may_say,
)
from pipeline.stages.read.survey import Survey, survey
from pipeline.stages.read.utf8 import cleaned, text_lines

_LOOKED_AT_FOR_SECTIONS = 2_000
_SHOWN_LENGTH = 40


@dataclass(frozen=True)
class LastLine:
    """A line at the end that is no record.

    `from_end` is 1 for the last that is not blank; `says` is its first filled cell.
    """

    from_end: int
    says: str
    rule: str


@dataclass(frozen=True)
class Place:
    """The part of a file that is read: `last_row` is that of its section, if any.

    `constants` are cells that stand elsewhere and belong to all rows.
    """

    header: Header
    notes: tuple[str, ...]
    section: str | None = None
    last_row: int | None = None
    constants: tuple[tuple[Column, str], ...] = ()
    last_lines: tuple[LastLine, ...] = ()


@dataclass(frozen=True)
class Table:
    """All that is known of a text file before its rows are read."""

    source: Source
    survey: Survey
    dialect: Dialect
    place: Place


def find_table(path: Path, layout: Layout, *, number: int) -> Table:
    """Raises SourceError if the file is no table or has no section of that name."""
    found = survey(path, layout.encoding)
    dialect = find_dialect(path, found, layout)
    sections = _sections(path, dialect, layout)
    if sections:
        wanted = chosen(sections, layout.section, where=str(path))
        place = _place_of(wanted, sections)
    else:
        place = _whole(path, found, dialect, layout)
    _refuse_too_wide(path, place.header)
    source = Source(
        number,
        str(path),
        None,
        found.sha256,
        place.header.columns + tuple(column for column, _ in place.constants),
        place.header.row,
        format="TSV" if dialect.delimiter == "\t" else "CSV",
        encoding=found.form.encoding,
        delimiter=dialect.delimiter,
        escape="backslash" if dialect.form.escaped else None,
        section=place.section,
        notes=found.notes + place.notes,
        report=place.header.report,
    )
    return Table(source, found, dialect, place)


def _refuse_too_wide(path: Path, header: Header) -> None:
    if header.width > MOST_COLUMNS:
        raise SourceError(
            f"The header, row {header.row}, has {header.width:,} columns. A "
            f"spreadsheet has {MOST_COLUMNS:,} at most.",
            where=str(path),
            hint="Look at that line in a text editor: its line break may be missing, "
            "or something else is written there many times.",
            code="source_too_large",
        )


def _whole(path: Path, found: Survey, dialect: Dialect, layout: Layout) -> Place:
    first = dialect.records(max(LOOKED_AT, layout.header_row or 0))
    header = find_header(first, layout.header_row, where=str(path))
    last_lines = () if header.report else _last_lines(found, dialect, header)
    told = ", ".join(f"'{line.says[:_SHOWN_LENGTH]}'" for line in reversed(last_lines))
    note = f"The last lines are no records and are skipped: {told}."
    notes = (*header.notes, note) if last_lines else header.notes
    return Place(header, notes, last_lines=last_lines)


def _last_lines(
    found: Survey, dialect: Dialect, header: Header
) -> tuple[LastLine, ...]:
    text = io.StringIO(cleaned(found.tail, dialect.form), newline="")
    if not found.whole_tail:
        text.readline()
    records = [record.cells for record in careful_records(text, dialect.delimiter)]
    if found.whole_tail:
        records = records[int(dialect.marked) + header.row :]
    while records and not any(cell.strip() for cell in records[-1]):
        records.pop()
    count = len(records)
    lines = [
        Line(count - n, tuple(map(shown, cells))) for n, cells in enumerate(records)
    ]
    footer = find_footer(lines[-MOST:], header.width)
    says = {line.key: line.filled[0] for line in lines if line.key in footer}
    return tuple(LastLine(key, says[key], rule) for key, rule in footer.items())


def _sections(path: Path, dialect: Dialect, layout: Layout) -> list[Section]:
    """The sections of the file; none if it is an ordinary table."""
    if layout.section is None and layout.header_row is not None:
        return []
    head = enumerate(dialect.records(_LOOKED_AT_FOR_SECTIONS), start=1)
    if layout.section is None and not are_clear(find_sections(head)):
        return []
    if layout.section is not None and not _is_said(path, dialect, layout.section):
        return find_sections(head, layout.section)
    with text_lines(path, dialect.form) as lines:
        records = _numbered(lines, dialect)
        return find_sections(records, layout.section)


def _is_said(path: Path, dialect: Dialect, title: str) -> bool:
    """A look at the lines alone: to divide a large file for nothing takes long."""
    with text_lines(path, dialect.form) as lines:
        return any(may_say(shown(line), title, dialect.delimiter) for line in lines)


def _numbered(
    lines: Iterator[str], dialect: Dialect
) -> Iterator[tuple[int, list[str]]]:
    above = int(dialect.marked)
    for number, record in enumerate(careful_records(lines, dialect.delimiter), 1):
        if number > above:
            yield number - above, list(map(shown, record.cells))


def _place_of(wanted: Section, sections: list[Section]) -> Place:
    header = header_of(wanted.header_row, wanted.names)
    others = [section for section in sections if section is not wanted]
    facts = _facts(wanted, others)
    constants = tuple(
        (Column(f"c{header.width + n}", name), value)
        for n, (name, value) in enumerate(facts.items())
    )
    notes = _section_notes(wanted, others, tuple(facts))
    return Place(header, notes + header.notes, wanted.title, wanted.last, constants)


def _facts(wanted: Section, others: list[Section]) -> dict[str, str]:
    """What others say of the whole file, as far as the table has no such column."""
    names = {name.strip() for name in wanted.names}
    told = (fact for one in others if one.is_about_all(wanted) for fact in one.facts)
    return {name: value for name, value in told if name not in names}


def _section_notes(
    wanted: Section, others: list[Section], facts: tuple[str, ...]
) -> tuple[str, ...]:
    notes = [
        f"The file has several tables; {wanted.label} is read, with the header in row "
        f"{wanted.header_row}. Another is chosen with `section` in the mapping."
    ]
    left = [
        f"{one.rows:,} in {one.label}"
        for one in others
        if one.rows > 0 and not one.is_about_all(wanted)
    ]
    if left:
        notes.append(f"Rows of other tables, which are not read: {', '.join(left)}.")
    if facts:
        notes.append(f"Said once in the file, added to every row: {', '.join(facts)}.")
    return tuple(notes)
