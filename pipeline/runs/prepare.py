"""Everything that can be checked before the first row is read."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.activity import (
    DESCRIPTION_LENGTH,
    SUBJECT_LENGTH,
    ActivityRules,
    stamp_room,
)
from pipeline.errors import (
    LookupsMissing,
    MappingError,
    Mistake,
    PipelineError,
    SourceError,
)
from pipeline.lookups import LookupTable, assemble, lookup_table
from pipeline.mapping import bind_columns
from pipeline.mapping.cells import Headers
from pipeline.mapping.model import FileLookup, Mapping
from pipeline.nearest import did_you_mean, normalize_name
from pipeline.rows import Batch, Severity
from pipeline.runs.job import Job
from pipeline.runs.places import Places, places_of
from pipeline.shipped import shipped_folder
from pipeline.spreadsheet_text import restore
from pipeline.stages.map import BoundMapping
from pipeline.stages.read import (
    SPREADSHEET,
    STDIN,
    Layout,
    OpenSource,
    Spool,
    open_source,
    open_sources,
)

_AS_DATES = "iso"


@dataclass(frozen=True)
class Prepared:
    """A source that is open, and the mapping bound to its columns.

    `bound` has the lookups' tables when `files` are all there is to look in; else
    `with_answers` adds them.
    """

    source: OpenSource
    bound: BoundMapping
    files: Dict[str, LookupTable] = field(default_factory=dict)

    def with_answers(self, asked: Dict[str, LookupTable]) -> "Prepared":
        """As it is when Reevo has answered: `asked` has a table per query."""
        mapping = self.bound.mapping
        tables = assemble(mapping.lookups, {**self.files, **asked})
        return replace(self, bound=replace(self.bound, lookups=tables))


def prepare(
    paths: tuple[Path, ...],
    mapping: Mapping,
    layout: Layout,
    spool: Spool,
    *,
    former: tuple[Path, ...] = (),
    beside: tuple[Path, ...] = (),
) -> tuple[Prepared, ...]:
    """Opens all sources and lookups; raises what is wrong with the first that fails.

    They can be read as long as `spool` is there. `former` are sources that a path is
    the report of; lookup files may lie in the folders `beside`, too.
    """
    sources = open_sources(paths, layout_of(mapping, layout), spool)
    headers = [_headers(mapping, source) for source in sources]
    places = places_of(mapping, (*paths, *former), spool, beside)
    files = open_lookups(mapping, places)
    prepared = (
        Prepared(source, BoundMapping(_as_read(mapping, source), header, {}), files)
        for source, header in zip(sources, headers, strict=True)
    )
    if mapping.queries:
        return tuple(prepared)
    return tuple(one.with_answers({}) for one in prepared)


def prepare_job(job: Job, spool: Spool) -> tuple[Prepared, ...]:
    """As `prepare`; lookup files may lie beside the sources of the run before, too."""
    sources = job.parent.record.sources if job.parent else ()
    former = tuple(Path(path) for path in sources if Path(path) != STDIN)
    return prepare(
        job.paths, job.mapping, job.layout, spool, former=former, beside=job.beside
    )


def batches_of(
    prepared: tuple[Prepared, ...], left: int | None
) -> Iterator[tuple[Batch, BoundMapping]]:
    """The batches of all sources, `left` rows at most."""
    for one in prepared:
        for batch in one.source.batches(left):
            yield batch, one.bound
            left = None if left is None else left - batch.rows.height


def shown(
    prepared: tuple[Prepared, ...], left: int | None, passed: Callable[[int], None]
) -> Iterator[tuple[Batch, Headers]]:
    """The batches as a scan looks at them; `passed` hears of each one's rows after."""
    for batch, bound in batches_of(prepared, left):
        yield batch, bound.headers
        passed(batch.rows.height)


def open_lookups(mapping: Mapping, places: Places) -> dict[str, LookupTable]:
    """The lookup files that fields use, each from the first place that has it.

    What they answer is not looked up further yet.
    """
    used = mapping.used_lookups.items()
    lookups = {name: each for name, each in used if isinstance(each, FileLookup)}
    paths = {name: places.find(lookup.file) for name, lookup in lookups.items()}
    if missing := [lookups[name] for name, path in paths.items() if path is None]:
        raise _files_missing(mapping, missing, places.folders)
    return {
        name: _open_lookup(mapping, name, lookups[name], path)
        for name, path in paths.items()
        if path is not None
    }


def rules_of(mapping: Mapping, now: datetime) -> ActivityRules:
    """What the mapping asks of its rows, at this moment."""
    return ActivityRules(
        now,
        require_link=mapping.rules.require_link,
        allow_future=mapping.rules.allow_future,
        subject_length=_most(mapping, "subject", SUBJECT_LENGTH),
        description_length=_most(mapping, "description", DESCRIPTION_LENGTH),
    )


def _most(mapping: Mapping, name: str, standard: int) -> int:
    """The greatest length of a field; `max_length` leaves room for a stamp already."""
    rule = mapping.fields.get(name)
    if rule is not None and rule.max_length is not None:
        return rule.max_length
    return standard - (stamp_room(name) if mapping.stamp == name else 0)


def layout_of(mapping: Mapping, asked: Layout) -> Layout:
    """How a file is to be read: as asked, else as the mapping says."""
    options = mapping.source
    return Layout(
        sheet=asked.sheet or options.sheet,
        header_row=asked.header_row or options.header_row,
        encoding=asked.encoding or options.encoding,
        delimiter=asked.delimiter or options.delimiter,
        member=asked.member or options.member,
        section=asked.section or options.section,
        escape=asked.escape or options.escape,
    )


def _as_read(mapping: Mapping, opened: OpenSource) -> Mapping:
    """A spreadsheet makes dates of texts: in a report of ours they are read as such."""
    source, rule = opened.source, mapping.fields.get("activity_time")
    texts = source.report is None or source.format != SPREADSHEET
    if texts or rule is None or _AS_DATES in rule.formats:
        return mapping
    dated = replace(rule, formats=(*rule.formats, _AS_DATES))
    return replace(mapping, fields={**mapping.fields, "activity_time": dated})


def _headers(mapping: Mapping, opened: OpenSource) -> Headers:
    source = opened.source
    ids = bind_columns(mapping, source.columns, source=source.label)
    return Headers.of(ids, source)


def _open_lookup(
    mapping: Mapping, name: str, lookup: FileLookup, path: Path
) -> LookupTable:
    try:
        opened = open_source(path, Layout(sheet=lookup.sheet), number=0)
        rows = pl.concat([batch.rows for batch in _sound(opened)])
    except SourceError as error:
        raise PipelineError(
            f"The lookup '{name}' cannot be read: {error.message}",
            where=error.where,
            hint=error.hint,
            code="lookup_file_wrong",
        ) from error
    match, returns = (
        _lookup_column(mapping, name, lookup, opened, header)
        for header in (lookup.match, lookup.returns)
    )
    pairs = rows.select(value=restore(match), answer=returns)
    return lookup_table(pairs, label=path.name, kind=lookup.by)


def _files_missing(
    mapping: Mapping, missing: list[FileLookup], folders: tuple[Path, ...]
) -> LookupsMissing:
    own = [folder for folder in folders if folder != shipped_folder("mappings")]
    listed = " or ".join(str(folder.absolute()) for folder in own)
    return LookupsMissing(
        mapping.path,
        tuple(
            Mistake(f"The lookup file '{lookup.file}' is missing.", lookup.place)
            for lookup in missing
        ),
        message="The mapping needs lookup files that are not there.",
        hint=f"Put them into {listed}: CSV or XLSX, with an id of the old system and "
        "one of Reevo in each row.",
        code="lookup_file_missing",
    )


def _sound(opened: OpenSource) -> Iterator[Batch]:
    for batch in opened.batches():
        errors = batch.issues.filter(pl.col("severity") == Severity.ERROR)
        if not errors.is_empty():
            row, message, hint = errors.select("row", "message", "hint").row(0)
            where = f"{opened.source.label}, row {row}"
            raise SourceError(message, where=where, hint=hint, code="source_damaged")
        yield batch


def _lookup_column(
    mapping: Mapping, name: str, lookup: FileLookup, opened: OpenSource, header: str
) -> pl.Expr:
    wanted = normalize_name(header)
    columns = opened.source.columns
    for column in columns:
        if normalize_name(column.name) == wanted:
            return pl.col(column.id)
    raise MappingError(
        mapping.path,
        (
            Mistake(
                f"The lookup '{name}' needs the column '{header}', which "
                f"{opened.source.label} does not have.",
                lookup.place,
                did_you_mean(header, [column.name for column in columns]),
            ),
        ),
        code="lookup_file_wrong",
    )
