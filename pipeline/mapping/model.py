"""A mapping as a frozen, checked value."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Final, Literal

from pipeline.errors import Place

WhenTwice = Literal["invalid", "earlier", "later"]
WhenNonexistent = Literal["invalid", "forward"]


@dataclass(frozen=True)
class ColumnRef:
    """A column as the mapping names it, and where it does so."""

    name: str
    place: Place | None = None


@dataclass(frozen=True)
class Filtered:
    """A column in a template whose text is rewritten, as in `{Length | seconds}`."""

    column: ColumnRef
    filter: str


@dataclass(frozen=True)
class Template:
    """Text with `{Column}` placeholders; `parts` are literals and columns in order.

    `{{` and `}}` in the mapping stand for braces. A line whose placeholders are
    all empty is left out; a template whose placeholders are all empty is empty.
    """

    parts: tuple[str | ColumnRef | Filtered, ...]


@dataclass(frozen=True)
class FromColumns:
    """The first that is not empty; for a list field, the union of all."""

    columns: tuple[ColumnRef | Template, ...]


@dataclass(frozen=True)
class Constant:
    """The same text in every row; None leaves the field out."""

    value: str | None


@dataclass(frozen=True)
class FieldRule:
    """How one activity field gets its value; steps apply in the order of the fields.

    `values` is compared after trimming, in lower case. A value that it lacks becomes
    what `contains` says of the first text that stands in it, in lower case; failing
    that `otherwise`; None means such a value is an issue.
    `when_rows_differ` is for rows that are combined.
    """

    origin: FromColumns | Template | Constant
    transforms: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    values: Dict[str, str] | None = None
    contains: Dict[str, str] | None = None
    otherwise: str | None = None
    formats: tuple[str, ...] = ("iso",)
    date_only: time = time(12, 0)
    when_twice: WhenTwice = "invalid"
    when_nonexistent: WhenNonexistent = "invalid"
    lookup: tuple[str, ...] = ()  # tried in this order
    when_missing: Literal["invalid", "drop"] = "invalid"
    when_several: Literal["invalid", "drop"] = "invalid"
    default: str | None = None  # not before the lookup: it is never looked up
    max_length: int | None = None
    when_too_long: Literal["invalid", "truncate"] = "invalid"
    when_rows_differ: Literal["invalid", "first", "join"] = "invalid"


@dataclass(frozen=True)
class SkipRule:
    """Rows left out on purpose. Exactly one test is set.

    `values` are compared after trimming, in lower case; an empty cell is "".
    """

    column: ColumnRef
    test: Literal["in", "not_in", "empty", "not_empty"]
    values: tuple[str, ...] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        """The rule in words, as the report shows it."""
        return f"{self.reason} ({self._test})" if self.reason else self._test

    @property
    def _test(self) -> str:
        words = {"in": "is one of", "not_in": "is none of"}
        if self.test in words:
            return f"{self.column.name} {words[self.test]}: {', '.join(self.values)}"
        return f"{self.column.name} is {self.test.replace('_', ' ')}"


@dataclass(frozen=True)
class FileLookup:
    """A CSV or XLSX file that turns the values of `match` into those of `returns`.

    `by` is one of `KINDS`; the answer is looked up in the lookup named `then`.
    """

    file: str
    match: str
    returns: str
    sheet: str | None = None
    by: str = "exact"
    then: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class QueryLookup:
    """Records of Reevo whose field `match` is the value; `by` is one of `KINDS`."""

    record_type: str
    match: str
    by: str = "exact"
    place: Place | None = None


Lookup = FileLookup | QueryLookup
# How values of lookups may be compared.
KINDS: Final = (
    "exact",
    "number",
    "email",
    "domain",
    "name",
    "salesforce_id",
    "profile_url",
)
RECORD_TYPES: Final = ("contact", "account", "opportunity")


@dataclass(frozen=True)
class SourceOptions:
    """What the mapping says of the file; None means: found when reading.

    `timezone` is an IANA name. Columns in `optional_columns` may be absent from
    the source and then count as empty. A cell that holds one of `empty_values`
    counts as empty, like one of white space only. `aliases` are other headers of a
    column, by its name in the mapping: the first that the source has counts.
    """

    timezone: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    member: str | None = None
    section: str | None = None
    escape: str | None = None
    optional_columns: tuple[str, ...] = ()
    empty_values: tuple[str, ...] = ()
    aliases: Dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """What a mapping asks of its rows beyond the contract."""

    require_link: bool = False
    allow_future: bool = False


@dataclass(frozen=True)
class GoldenRow:
    """A test in a mapping: cells by column name, and the fields they must become.

    `expect` compares only the fields it names (None: the field is absent).
    `skipped` / `issue`: the row must be skipped / must have an issue of that code.
    `lookups` answers lookups by name, so that no file is needed.
    """

    given: Dict[str, str]
    expect: Dict[str, str | list[str] | None] = field(default_factory=dict)
    skipped: bool = False
    issue: str | None = None
    lookups: Dict[str, Dict[str, str]] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True)
class Mapping:
    """One mapping file; `folder` is where relative lookup files lie.

    `stamp` is the field that bears a mark, by which a row is found again in Reevo;
    `combine` makes one activity of all rows with the same key. `key_by` is the kind,
    as of lookups, by which two keys are the same.
    `match` and `match_values` tell its kind of export: columns that it has, and what
    cells of a column look like (`00T*`).
    """

    name: str
    system: str
    description: str
    folder: Path
    path: str
    text: str
    sha256: str
    fields: Dict[str, FieldRule]
    match: tuple[str, ...] = ()
    match_values: Dict[str, str] = field(default_factory=dict)
    source: SourceOptions = SourceOptions()
    key: tuple[ColumnRef, ...] = ()
    key_by: str = "exact"
    combine: bool = False
    skip: tuple[SkipRule, ...] = ()
    lookups: Dict[str, Lookup] = field(default_factory=dict)
    rules: Rules = Rules()
    stamp: str | None = None
    tests: tuple[GoldenRow, ...] = ()

    @property
    def used_lookups(self) -> dict[str, Lookup]:
        """Those that fields use, and those that these lead to by `then`."""
        waiting = [name for rule in self.fields.values() for name in rule.lookup]
        used: set[str] = set()
        while waiting:
            name = waiting.pop()
            lookup = self.lookups[name]
            if isinstance(lookup, FileLookup) and lookup.then and name not in used:
                waiting.append(lookup.then)
            used.add(name)
        return {name: each for name, each in self.lookups.items() if name in used}

    @property
    def queries(self) -> dict[str, QueryLookup]:
        """The lookups in use that ask the API."""
        used = self.used_lookups.items()
        return {name: each for name, each in used if isinstance(each, QueryLookup)}
