"""What is wrong, by cause: how often, and where for example."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from pipeline.catalogue import ENTRIES, Entry, entry_of
from pipeline.rows import Severity, Source

_MOST_VALUES: Final = 200
_MOST_ROWS: Final = 8
_MOST_EXAMPLES: Final = 5
_ALIKE = ("column", "value")


@dataclass(frozen=True)
class Example:
    """One value that is wrong: `count` times, first in the first of `rows`."""

    source: Source
    rows: tuple[int, ...]
    count: int
    column: str
    field: str
    value: str
    message: str
    hint: str


@dataclass(frozen=True)
class Cause:
    """All issues of one code; `examples` hold the most frequent values first."""

    code: str
    severity: str
    count: int
    examples: tuple[Example, ...]

    @property
    def title(self) -> str:
        return title_of(self.code)

    @property
    def entry(self) -> Entry:
        return entry_of(self.code)

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR


class Causes:
    """Counts issues, batch by batch; so many values of each code are told apart."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._examples: dict[str, dict[tuple[int, str, str], Example]] = {}

    def see(self, source: Source, issues: pl.DataFrame) -> None:
        if issues.is_empty():
            return
        counts = issues.group_by("code", "severity", maintain_order=True).len()
        for code, severity, count in counts.iter_rows():
            self._counts[code, severity] += count
        for code, example in _examples(source, issues):
            self._add(code, example)

    def found(self) -> tuple[Cause, ...]:
        """Errors before warnings, the most frequent first."""
        causes = (
            Cause(code, severity, count, self._most_frequent(code))
            for (code, severity), count in self._counts.items()
        )
        return tuple(sorted(causes, key=lambda each: (not each.is_error, -each.count)))

    def _add(self, code: str, example: Example) -> None:
        known = self._examples.setdefault(code, {})
        key = (example.source.number, example.column, example.value)
        if (before := known.get(key)) is not None:
            known[key] = replace(
                before,
                count=before.count + example.count,
                rows=(*before.rows, *example.rows)[:_MOST_ROWS],
            )
        elif len(known) < _MOST_VALUES:
            known[key] = example

    def _most_frequent(self, code: str) -> tuple[Example, ...]:
        examples = self._examples[code].values()
        return tuple(sorted(examples, key=lambda each: -each.count)[:_MOST_EXAMPLES])


def title_of(code: str) -> str:
    """What a code means, in a few words; one of the API's own says it itself."""
    title = entry_of(code).title
    return title if code in ENTRIES else f"{title}: {code}"


def _examples(source: Source, issues: pl.DataFrame) -> Iterator[tuple[str, Example]]:
    alike = issues.group_by("code", *_ALIKE, maintain_order=True).agg(
        pl.len().alias("count"),
        rows=pl.col("row").head(_MOST_ROWS),
        field=pl.col("field").first(),
        message=pl.col("message").first(),
        hint=pl.col("hint").first(),
    )
    most = alike.sort("count", descending=True, maintain_order=True)
    for line in (
        most.group_by("code", maintain_order=True).head(_MOST_VALUES).to_dicts()
    ):
        code = line.pop("code")
        yield code, Example(**{**line, "rows": tuple(line["rows"])}, source=source)
