"""Which mapping was made for a source, and how sure that is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from pipeline.mapping.bind import columns_by_name, fitting_columns
from pipeline.mapping.model import Mapping
from pipeline.mapping.references import referenced_columns
from pipeline.nearest import normalize_name
from pipeline.rows import Column

_ENOUGH_TELLING = 3
_ENOUGH_NAMED = 0.5
_ALIKE = 0.9


class Sureness(StrEnum):
    """How sure it is that a mapping was made for a source."""

    SURE = "surely"
    LIKELY = "probably"
    NEAR = "nearly"
    NOT = "not"


@dataclass(frozen=True)
class Fit:
    """How a mapping fits a source.

    `found` are the columns that tell its kind of export and are there, `missing`
    those that it needs and that are not; `twice` are names that several columns fit;
    `unlike` says which cells do not look as they should. Of the `named` columns that
    the mapping knows, `present` are there.
    """

    name: str
    sureness: Sureness
    found: tuple[str, ...]
    missing: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    present: int = 0
    named: int = 0

    @property
    def fits(self) -> bool:
        return self.sureness in {Sureness.SURE, Sureness.LIKELY}

    @property
    def worth_telling(self) -> bool:
        """Whether it fits, or nearly does."""
        return self.sureness is not Sureness.NOT

    @property
    def evidence(self) -> str:
        """Why it fits, or what keeps it from fitting, in words."""
        if self.missing:
            return f"lacks {', '.join(self.missing)}"
        if self.twice:
            return f"has several columns called {', '.join(self.twice)}"
        if self.unlike:
            return "; ".join(self.unlike)
        columns = f"has {', '.join(self.found)}"
        share = f"{self.present} of its {self.named} columns"
        return "; ".join((columns, *self.alike, share))


def fit_of(mapping: Mapping, columns: Sequence[Column], rows: pl.DataFrame) -> Fit:
    """How a mapping fits columns; `rows` are some rows, a text column per column id."""
    named = _distinct(ref.name for ref in referenced_columns(mapping))
    optional = {normalize_name(name) for name in mapping.source.optional_columns}
    needed = [name for name in named if normalize_name(name) not in optional]
    telling = _distinct(mapping.match or needed)
    by_name = columns_by_name(columns)
    fitting = {
        name: fitting_columns(name, mapping, by_name)
        for name in (*named, *telling, *mapping.match_values)
    }
    missing = _distinct(name for name in (*telling, *needed) if not fitting[name])
    twice = tuple(name for name in named if len(fitting[name]) > 1)
    found = tuple(name for name in telling if fitting[name])
    alike, unlike = _values(mapping, fitting, rows)
    present = sum(bool(fitting[name]) for name in named)
    sureness = (
        _near(len(found), len(telling))
        if missing or twice or unlike
        else _sure(len(telling), present, len(named))
    )
    return Fit(
        mapping.name,
        sureness,
        found=found,
        missing=missing,
        twice=twice,
        unlike=unlike,
        alike=alike,
        present=present,
        named=len(named),
    )


def in_order(fits: Iterable[Fit]) -> tuple[Fit, ...]:
    """The best first."""
    ranks = {sureness: rank for rank, sureness in enumerate(Sureness)}
    return tuple(
        sorted(fits, key=lambda fit: (ranks[fit.sureness], -len(fit.found), fit.name))
    )


def surest(fits: Iterable[Fit]) -> tuple[Fit, ...]:
    """Those that fit surely, but for those that tell less of what another tells."""
    sure = [fit for fit in fits if fit.sureness is Sureness.SURE]
    return tuple(
        fit for fit in sure if not any(_told(fit) < _told(other) for other in sure)
    )


def _told(fit: Fit) -> frozenset[str]:
    return frozenset(map(normalize_name, fit.found))


def _near(found: int, telling: int) -> Sureness:
    return Sureness.NEAR if found >= 2 and telling <= 2 * found else Sureness.NOT


def _sure(telling: int, present: int, named: int) -> Sureness:
    """Few telling columns are an accident, unless the rest is there as well."""
    if telling >= _ENOUGH_TELLING or present >= _ENOUGH_NAMED * named:
        return Sureness.SURE
    return Sureness.LIKELY


def _values(
    mapping: Mapping, fitting: dict[str, list[Column]], rows: pl.DataFrame
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is told of the columns whose cells do, and do not, look as they should."""
    alike, unlike = [], []
    for name, pattern in mapping.match_values.items():
        ids = [column.id for column in fitting[name]]
        cells = rows[ids[0]].drop_nulls().str.strip_chars() if ids else pl.Series()
        if cells.is_empty():
            continue
        share = cells.str.contains(_regex(pattern)).mean()
        if isinstance(share, float) and share >= _ALIKE:
            alike.append(f"{name} looks like {pattern}")
        else:
            unlike.append(f"{name} does not look like {pattern}")
    return tuple(alike), tuple(unlike)


def _regex(pattern: str) -> str:
    """A pattern with `*` and `?` as a regular expression over the whole cell."""
    wild = {"*": ".*", "?": "."}
    return f"(?s)^{''.join(wild.get(one, re.escape(one)) for one in pattern)}$"


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    spellings: dict[str, str] = {}
    for name in names:
        spellings.setdefault(normalize_name(name), name)
    return tuple(spellings.values())
