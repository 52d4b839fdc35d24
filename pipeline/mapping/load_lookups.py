"""The `lookups` of a mapping file."""

from pathlib import PurePosixPath, PureWindowsPath

from pipeline.mapping.model import (
    KINDS,
    RECORD_TYPES,
    FileLookup,
    Lookup,
    QueryLookup,
)
from pipeline.nearest import did_you_mean
from pipeline.yaml_file import Section

_FOR_FILES = ("return", "sheet", "then")


def load_lookups(section: Section | None) -> dict[str, Lookup]:
    if section is None:
        return {}
    tables = section.named_tables(tuple(section), "the lookup '{}'")
    lookups = {name: _lookup(table) for name, table in tables.items()}
    for name, lookup in lookups.items():
        if isinstance(lookup, FileLookup) and lookup.then is not None:
            _leads_somewhere(name, lookup.then, lookups, tables[name])
    return lookups


def _lookup(section: Section) -> Lookup:
    lookup = _query(section) if "query" in section else _file(section)
    section.close()
    return lookup


def _file_name(section: Section) -> str:
    """A mapping may come from anybody: it chooses no file elsewhere on the machine."""
    file = section.required_text("file")
    paths = (PurePosixPath(file), PureWindowsPath(file))
    if any(path.anchor or ".." in path.parts for path in paths):
        section.complain(
            f"'{file}' leads elsewhere; a lookup file lies beside the mapping or the "
            "source.",
            "file",
            "Put it there and name it alone, or name its folder by --lookups.",
        )
    return file


def _file(section: Section) -> FileLookup:
    section.text("query")
    return FileLookup(
        file=_file_name(section),
        match=section.required_text("match"),
        returns=section.required_text("return"),
        sheet=section.text("sheet"),
        by=section.choice("by", KINDS, "exact"),
        then=section.text("then"),
        place=section.place,
    )


def _query(section: Section) -> QueryLookup:
    if section.text("file") is not None:
        section.complain(
            f"{section.what} has 'file' and 'query'; it needs one of them.", "query"
        )
    for key in _FOR_FILES:
        if section.text(key) is not None:
            section.complain(
                f"'{key}' means nothing for a query: it is for files.", key
            )
    section.required_text("query")
    return QueryLookup(
        record_type=section.choice("query", RECORD_TYPES, RECORD_TYPES[0]),
        match=section.required_text("match"),
        by=section.choice("by", KINDS, "exact"),
        place=section.place,
    )


def _leads_somewhere(
    name: str, then: str, lookups: dict[str, Lookup], section: Section
) -> None:
    if then not in lookups:
        section.complain(
            f"There is no lookup '{then}' under 'lookups'.",
            "then",
            did_you_mean(then, lookups),
        )
        return
    path, following = [name], _then(lookups[name])
    while following in lookups and following not in path:
        path.append(following)
        following = _then(lookups[following])
    if following == name:
        section.complain(
            f"The lookup '{name}' leads back to itself: {' -> '.join([*path, name])}.",
            "then",
        )


def _then(lookup: Lookup | None) -> str | None:
    return lookup.then if isinstance(lookup, FileLookup) else None
