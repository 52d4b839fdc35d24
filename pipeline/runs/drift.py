"""Whether sources look as the mapping saw them last: their columns and values.

What a run saw lies in its private folder until it has come to its end; then the
ledger remembers it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import LedgerError
from pipeline.ledger import Ledger, RunRecord, Seen
from pipeline.mapping.cells import Headers, clean_cells, scalar_cells, source_columns
from pipeline.mapping.model import FieldRule, Mapping
from pipeline.mapping.references import referenced_columns
from pipeline.nearest import normalize_name
from pipeline.plan import Changes
from pipeline.printable import one_line
from pipeline.private_files import write_whole
from pipeline.rows import Mapped, Source
from pipeline.runs.job import Tools
from pipeline.runs.prepare import Prepared
from pipeline.runs.record import OpenRun
from pipeline.runs.summary import RunStatus, Summary
from pipeline.suggesting import likest

_SEEN = "seen.json"
_MOST_VALUES = 500
_MOST_TOLD = 10
_RENAMED = 0.7
_WIDTH = 60
_COPY = re.compile(r"(?<!\s)\s*+\(\d+\)(?=\.|$)")
_DIGITS = re.compile(r"\d+(?:[-_. ]?\d+)*")
_TO_ITS_END = frozenset({RunStatus.OK, RunStatus.ATTENTION})


@dataclass
class _Sight:
    """What was seen so far in sources of one name."""

    headers: tuple[str, ...]
    values: dict[str, dict[str, str]]


class Watch:
    """Gathers the columns and the values of a run's sources as they pass by."""

    def __init__(self, prepared: Sequence[Prepared], mapping: Mapping) -> None:
        self._mapping = mapping
        self._headers = [one.bound.headers for one in prepared]
        rules = mapping.fields.items()
        self._listed = {n: rule for n, rule in rules if rule.values is not None}
        self._sights = {
            source_name(one.source.source): _Sight(
                _headers_of(one.source.source), {name: {} for name in self._listed}
            )
            for one in prepared
            if not one.source.source.report  # it looks as the run before left it
        }

    def see(self, mapped: Mapped) -> None:
        """Looks at the rows that no rule skips."""
        source = mapped.batch.source
        if not self._listed or source.report:
            return
        sight = self._sights[source_name(source)]
        for name, rule in self._listed.items():
            known = sight.values[name]
            if len(known) <= _MOST_VALUES:
                found = self._values(rule, mapped, self._headers[source.number])
                known |= {_folded(value): value for value in found} | known

    def _values(self, rule: FieldRule, mapped: Mapped, headers: Headers) -> list[str]:
        names = {ref.name for ref in source_columns(rule)}
        own = replace(headers, ids={name: headers.ids[name] for name in names})
        clean = clean_cells(mapped.batch.rows, self._mapping, own)
        if not mapped.skipped.is_empty():
            clean = clean.join(mapped.skipped, on="row", how="anti")
        return (
            scalar_cells(clean, rule, own)["value"]
            .drop_nulls()
            .unique()
            .sort()
            .to_list()
        )

    def seen(self, run: RunRecord) -> tuple[Seen, ...]:
        """All of it, but for fields of very many values: they choose from no list."""
        return tuple(
            Seen(
                system=self._mapping.system,
                mapping=self._mapping.name,
                source=name,
                headers=sight.headers,
                values={
                    field: tuple(known.values())
                    for field, known in sight.values.items()
                    if len(known) <= _MOST_VALUES
                },
                seen_at=run.started_at,
                run=run.name,
            )
            for name, sight in self._sights.items()
        )


@dataclass(frozen=True)
class _Change:
    """`outside` says it without what only the source holds."""

    text: str
    outside: str


def changes(seen: Sequence[Seen], mapping: Mapping, ledger: Ledger) -> Changes:
    """What is not as it was when the mapping last saw sources of these names.

    Outside, columns are named that an earlier source had, or the mapping knows;
    others are counted, and so are values.
    """
    told, outside = [], []
    for now, before, change in _changes(seen, mapping, ledger):
        then = f"{before.seen_at:%Y-%m-%d} ({before.run})"
        if change.text:
            told.append(f"{now.source}, since {then}: {change.text}")
        if change.outside:
            outside.append(f"Since {then}: {change.outside}")
    return Changes(tuple(told), tuple(outside))


def _changes(
    seen: Sequence[Seen], mapping: Mapping, ledger: Ledger
) -> Iterator[tuple[Seen, Seen, _Change]]:
    for now in seen:
        before = _before(now, ledger)
        if before is not None:
            found = [*_columns(now, before, mapping), *_values(now, before, mapping)]
            yield from ((now, before, change) for change in found)


def keep_seen(folder: Path, seen: Sequence[Seen]) -> None:
    """Writes down what is to be remembered when the run has come to its end."""
    records = [{**asdict(one), "seen_at": one.seen_at.isoformat()} for one in seen]
    write_whole(folder / _SEEN, json.dumps(records))


def remember(run: OpenRun, summary: Summary, tools: Tools) -> None:
    """Has the ledger remember what a run saw that was sent to its end."""
    if run.record.dry_run or summary.status not in _TO_ITS_END:
        return
    # All rows are settled and told: what cannot be remembered now is told again later.
    with suppress(LedgerError):
        for seen in _kept(run.folder):
            tools.ledger.remember(_with_values(seen, _before(seen, tools.ledger)))


def source_name(source: Source) -> str:
    """As `usual_name`, and its sheet, likewise."""
    sheet = f" [{source.sheet}]" if source.sheet else ""
    return _DIGITS.sub("#", f"{_file_name(source.path)}{sheet}")


def usual_name(path: str) -> str:
    """A file's name without what changes from day to day: Task-#.csv."""
    return _DIGITS.sub("#", _file_name(path))


def _file_name(path: str) -> str:
    return _COPY.sub("", Path(path).name)


def _headers_of(source: Source) -> tuple[str, ...]:
    return tuple(column.name for column in source.columns if column.name.strip())


def _kept(folder: Path) -> Iterator[Seen]:
    """Nothing, for a run of a version that kept nothing."""
    path = folder / _SEEN
    if not path.is_file():
        return
    for record in json.loads(path.read_text(encoding="utf-8")):
        yield Seen(
            **record
            | {
                "headers": tuple(record["headers"]),
                "values": {n: tuple(each) for n, each in record["values"].items()},
                "seen_at": datetime.fromisoformat(record["seen_at"]).astimezone(UTC),
            }
        )


def _before(seen: Seen, ledger: Ledger) -> Seen | None:
    return ledger.seen(system=seen.system, mapping=seen.mapping, source=seen.source)


def _with_values(seen: Seen, before: Seen | None) -> Seen:
    """A value that is absent for a night is not new on the next."""
    if before is None:
        return seen
    values = {
        name: tuple(_by_folded((*before.values.get(name, ()), *known)).values())
        for name, known in seen.values.items()
    }
    return replace(seen, values=values)


def _columns(now: Seen, before: Seen, mapping: Mapping) -> Iterator[_Change]:
    names, old = _by_normal(now.headers), _by_normal(before.headers)
    new = {name: header for name, header in names.items() if name not in old}
    for name in old:
        if name in names:
            continue
        renamed, _ = likest(old[name], new.values(), least=_RENAMED)
        if renamed:
            del new[normalize_name(renamed)]
            known = f"the column {_quoted(old[name])} seems to be called"
            yield _Change(f"{known} {_quoted(renamed)} now.", f"{known} otherwise now.")
        else:
            missing = f"the column {_quoted(old[name])} is missing."
            yield _Change(missing, missing)
    yield from _new(tuple(new.values()), mapping)


def _new(headers: Sequence[str], mapping: Mapping) -> Iterator[_Change]:
    """Outside, those that the mapping does not know are counted."""
    known = {normalize_name(ref.name) for ref in referenced_columns(mapping)}
    others = [each for each in headers if normalize_name(each) not in known]
    for header in headers:
        new = f"the column {_quoted(header)} is new."
        yield _Change(new, "" if header in others else new)
    if others:
        yield _Change(
            "", f"new columns that the mapping does not know: {len(others):,}."
        )


def _values(now: Seen, before: Seen, mapping: Mapping) -> Iterator[_Change]:
    """Values never seen; what the mapping itself names is foreseen."""
    for name, known in now.values.items():
        rule = mapping.fields[name]
        foreseen = {_folded(value) for value in rule.values or {}}
        if name not in before.values:
            continue
        old = _by_folded(before.values[name]).keys() | foreseen
        new = [value for value in known if _folded(value) not in old]
        shown = ", ".join(_quoted(value) for value in new[:_MOST_TOLD])
        more = f" and {len(new) - _MOST_TOLD:,} more" * (len(new) > _MOST_TOLD)
        columns = ", ".join(ref.name for ref in source_columns(rule))
        if new:
            place = f"in {_quoted(columns)} (for {name})"
            yield _Change(
                f"{shown}{more} {place} was never seen.",
                f"new values {place}: {len(new):,}.",
            )


def _by_normal(headers: Sequence[str]) -> dict[str, str]:
    return {normalize_name(header): header for header in headers}


def _by_folded(values: Sequence[str]) -> dict[str, str]:
    return {_folded(value): value for value in values}


def _folded(value: str) -> str:
    return value.strip().lower()


def _quoted(text: str) -> str:
    return f"'{one_line(text, _WIDTH)}'"
