"""Which mapping was made for a file, when nobody has named one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import PipelineError, SourceError
from pipeline.mapping import Fit, fit_of, in_order, load_mapping, presets, surest
from pipeline.mapping.model import Mapping
from pipeline.runs.prepare import layout_of
from pipeline.runs.typed import on_sources
from pipeline.stages.read import (
    Layout,
    OpenSource,
    Spool,
    first_rows,
    has_members,
    open_sources,
)

_LOOKED_AT = 1_000
_MOST_NEAR = 4


class NoMapping(PipelineError):
    """No mapping was named, and none is surely right."""

    code = "mapping_not_named"


@dataclass(frozen=True)
class Detection:
    """How mappings fit a file, the best first; `sure` is the only one that must be."""

    fits: tuple[Fit, ...]
    sure: Fit | None

    @property
    def worth_telling(self) -> tuple[Fit, ...]:
        """Those that fit or nearly do, a few."""
        told = [fit for fit in self.fits if fit.worth_telling]
        fitting = sum(fit.fits for fit in told)
        return tuple(told[: max(_MOST_NEAR, fitting)])


def shipped_mappings() -> tuple[Mapping, ...]:
    return tuple(load_mapping(preset.path) for preset in presets())


def detect(
    path: Path, layout: Layout, mappings: Sequence[Mapping], spool: Spool
) -> Detection:
    """Compares columns and first cells of a file with mappings; raises SourceError.

    Each mapping may have its own way of reading the file. Of the members of an archive
    that a way asks for, the first is looked at.
    """
    members = has_members(path, spool)
    ways: dict[Layout, list[Mapping]] = {layout: []}
    for mapping in mappings:
        way = layout_of(mapping, layout)
        # Where there are no members, such ways are one: each reads the whole file.
        way = way if members else replace(way, member=layout.member)
        ways.setdefault(way, []).append(mapping)
    fits: list[Fit] = []
    trouble: list[SourceError] = []
    for way, for_it in ways.items():
        try:
            fits += _fits(open_sources((path,), way, spool)[0], for_it)
        except SourceError as error:
            trouble.append(error)
    if len(trouble) == len(ways):
        raise trouble[0]
    sure = surest(fits)
    return Detection(in_order(fits), sure[0] if len(sure) == 1 else None)


def detect_for_all(
    paths: Sequence[Path], layout: Layout, mappings: Sequence[Mapping], spool: Spool
) -> tuple[Mapping, Fit]:
    """The one mapping that surely fits all files; raises NoMapping, SourceError."""
    found = [(path, detect(path, layout, mappings, spool)) for path in paths]
    for path, detection in found:
        if detection.sure is None:
            raise _unsure(path, detection)
    chosen = {found.sure.name: found.sure for _, found in found if found.sure}
    if len(chosen) > 1:
        told = [f"{path} fits {one.sure.name}" for path, one in found if one.sure]
        raise NoMapping(
            f"The files are of several kinds: {', '.join(told)}.",
            hint="Run those of one kind at a time, or name a mapping by -m.",
        )
    [fit] = chosen.values()
    return next(each for each in mappings if each.name == fit.name), fit


def _fits(opened: OpenSource, mappings: Sequence[Mapping]) -> list[Fit]:
    rows = first_rows(opened, _LOOKED_AT)
    return [fit_of(mapping, opened.source.columns, rows) for mapping in mappings]


def _unsure(path: Path, detection: Detection) -> NoMapping:
    fitting = [fit for fit in detection.fits if fit.fits]
    told = "; ".join(f"{fit.name} {fit.evidence}" for fit in detection.worth_telling)
    if len(fitting) > 1:
        names = ", ".join(fit.name for fit in fitting)
        message = f"Several presets fit the file, and none was named: {names}."
    elif fitting:
        message = f"The preset {fitting[0].name} fits, but not surely; none was named."
    else:
        message = "No preset fits the file, and no mapping was named."
    error = NoMapping(
        message,
        where=str(path),
        hint=(f"Near ones: {told}. " if told else "")
        + "Name a mapping by -m, or have one drafted.",
    )
    file = [str(path)]
    named = [on_sources("preview", file, "-m", fit.name) for fit in fitting]
    error.next = (*named, on_sources("suggest", file))
    return error
