"""A mapping meets the columns of a source."""

from collections import defaultdict
from collections.abc import Iterable

from pipeline.errors import MappingError
from pipeline.mapping.model import ColumnRef, Mapping
from pipeline.mapping.references import referenced_columns
from pipeline.nearest import did_you_mean, normalize_name
from pipeline.rows import Column
from pipeline.yaml_file import Mistakes

_MOST_HEADERS = 30


def bind_columns(
    mapping: Mapping, columns: tuple[Column, ...], *, source: str
) -> dict[str, str | None]:
    """The id of each column that the mapping names; None if optional and absent.

    Raises MappingError for every name that no column fits, or several do.
    """
    by_name = columns_by_name(columns)
    optional = {normalize_name(name) for name in mapping.source.optional_columns}
    mistakes = Mistakes()
    ids: dict[str, str | None] = {}
    for ref in referenced_columns(mapping):
        name = normalize_name(ref.name)
        fitting = fitting_columns(ref.name, mapping, by_name)
        if len(fitting) > 1:
            _several(ref, fitting, mistakes)
        if not fitting and name not in optional:
            _absent(ref, _aliases(ref.name, mapping), columns, mistakes)
        ids[ref.name] = fitting[0].id if fitting else None
    if found := mistakes.in_order():
        raise MappingError(
            mapping.path,
            found,
            message=f"The mapping does not fit {source}.",
            hint=f"The file has these columns: {_listed(columns)}.",
            code="mapping_does_not_fit",
            outside=_counted(columns, set(ids.values()) - {None}),
        )
    return ids


def _counted(columns: tuple[Column, ...], known: set[str | None]) -> str:
    """How many columns there are, and how many of them the mapping knows."""
    count = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
    return (
        f"The mapping does not fit the file: it has {count}, and the mapping knows "
        f"{len(known)} of them."
    )


def columns_by_name(columns: Iterable[Column]) -> dict[str, list[Column]]:
    """The columns by their normalised names."""
    by_name = defaultdict(list)
    for column in columns:
        by_name[normalize_name(column.name)].append(column)
    return dict(by_name)


def fitting_columns(
    name: str, mapping: Mapping, by_name: dict[str, list[Column]]
) -> list[Column]:
    """The columns of that name; failing that, of its first alias that there is."""
    names = map(normalize_name, (name, *_aliases(name, mapping)))
    return next((by_name[each] for each in names if each in by_name), [])


def _aliases(name: str, mapping: Mapping) -> tuple[str, ...]:
    wanted = normalize_name(name)
    aliases = mapping.source.aliases.items()
    return next((others for of, others in aliases if normalize_name(of) == wanted), ())


def _several(ref: ColumnRef, fitting: list[Column], mistakes: Mistakes) -> None:
    names = ", ".join(f"'{column.name}'" for column in fitting)
    mistakes.add(
        f"Several columns of the file fit '{ref.name}': {names}.",
        ref.place,
        "Rename one of them in the file.",
    )


def _absent(
    ref: ColumnRef,
    aliases: tuple[str, ...],
    columns: tuple[Column, ...],
    mistakes: Mistakes,
) -> None:
    headers = [column.name for column in columns if column.name]
    others = f" (nor {', nor '.join(map(repr, aliases))})" if aliases else ""
    hints = (did_you_mean(name, headers) for name in (ref.name, *aliases))
    mistakes.add(
        f"The file has no column '{ref.name}'{others}.",
        ref.place,
        next(filter(None, hints), ""),
    )


def _listed(columns: tuple[Column, ...]) -> str:
    names = [column.name for column in columns if column.name]
    more = f" and {len(names) - _MOST_HEADERS} more" * (len(names) > _MOST_HEADERS)
    return ", ".join(names[:_MOST_HEADERS]) + more
