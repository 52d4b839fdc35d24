"""A source with its mapping and its lookups, one of them damaged: what becomes of it.

`mappings` and `lookups` look at the stages, the others at the program, as typed.
"""

import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

import polars as pl

from pipeline.activity import ActivityRules
from pipeline.errors import MappingError, MistakesError, PipelineError
from pipeline.golden import golden_mistakes
from pipeline.mapping import find_mapping, load_mapping
from pipeline.mapping.model import Mapping
from pipeline.rows import Checked, Severity, Status
from pipeline.runs.prepare import batches_of, prepare, rules_of
from pipeline.stages.map import map_rows
from pipeline.stages.read import Layout, spooling
from pipeline.stages.validate import validate_rows
from tests.commands import ROOT, Ended, activity_import, lines_of
from tests.fuzz.mutation import damaged, damaged_zip, odd_yaml
from tests.fuzz.subject import OUR_FAULTS, Files, is_printable, is_told_well

_MOST_LINES = 30
_WITHOUT_TESTS = 0.8  # they are slow, and each is much like the others
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ENDINGS = {0, 1, 3, 4}
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Mappings:
    """Damaged mappings, each on a sample that it is for."""

    name: str = "mappings"

    def make(self, chance: Random) -> Files:
        files = _any_import(chance)
        if chance.random() < _WITHOUT_TESTS:
            files["mapping.yaml"] = _without_tests(files["mapping.yaml"])
        return with_damaged_mapping(files, chance)

    def check(self, folder: Path) -> None:
        _mapped(folder)


@dataclass(frozen=True)
class Lookups:
    """Damaged lookup files."""

    name: str = "lookups"

    def make(self, chance: Random) -> Files:
        files = _any_import(chance)
        files["mapping.yaml"] = _without_tests(files["mapping.yaml"])
        return with_damaged_lookup(files, chance)

    def check(self, folder: Path) -> None:
        told = _mapped(folder)
        assert _mapped(folder) == told


@dataclass(frozen=True)
class Validating:
    """`validate`, as typed, where some of the files are damaged."""

    name: str = "validating"

    def make(self, chance: Random) -> Files:
        files = _any_import(chance)
        files["mapping.yaml"] = _without_tests(files["mapping.yaml"])
        for _ in range(chance.randint(1, 2)):
            files = chance.choice(_DAMAGES)(files, chance)
        return files

    def check(self, folder: Path) -> None:
        words = ["validate", _source(folder), "-m", folder / "mapping.yaml"]
        words += ["--reports", folder / "reports", "--ledger", folder / "ledger.sqlite"]
        ended = activity_import(*words, "--sandbox")
        ended_well(ended)
        for summary in folder.glob("reports/*/summary.json"):
            is_accounted_for(summary)
        assert ended.code == 1 or [*folder.glob("reports/*/summary.json")]


@dataclass(frozen=True)
class Inspecting:
    """`inspect`, as typed, of a damaged source."""

    name: str = "inspecting"

    def make(self, chance: Random) -> Files:
        files = with_damaged_source(_any_import(chance), chance)
        return {name: files[name] for name in files if name.startswith("source")}

    def check(self, folder: Path) -> None:
        ended_well(activity_import("inspect", _source(folder)))


Damage = Callable[[dict[str, bytes], Random], dict[str, bytes]]


def with_damaged_mapping(files: dict[str, bytes], chance: Random) -> dict[str, bytes]:
    text = files["mapping.yaml"].decode("utf-8", "replace")
    return {**files, "mapping.yaml": odd_yaml(text, chance)}


def with_damaged_lookup(files: dict[str, bytes], chance: Random) -> dict[str, bytes]:
    names = [name for name in files if not name.startswith(("mapping", "source"))]
    if not names:
        return with_damaged_source(files, chance)
    name = chance.choice(names)
    return {**files, name: damaged(files[name], chance)}


def with_damaged_source(files: dict[str, bytes], chance: Random) -> dict[str, bytes]:
    (name,) = (name for name in files if name.startswith("source"))
    damage = damaged_zip if name.endswith(".xlsx") else damaged
    try:
        return {**files, name: damage(files[name], chance)}
    except _NO_ARCHIVE:  # it was damaged before, and is no archive any more
        return files


_DAMAGES: tuple[Damage, ...] = (
    *(with_damaged_source, with_damaged_source),
    *(with_damaged_mapping, with_damaged_lookup),
)


def ended_well(ended: Ended) -> None:
    """In words that steer no terminal, by an exit code of the list, for no bug."""
    assert ended.code in _ENDINGS, ended.err
    is_printable(ended.out)
    is_printable(ended.err)
    assert not any(f"explain {code}" in ended.err for code in OUR_FAULTS), ended.err


def is_accounted_for(path: Path) -> None:
    """The sum of the outcomes is what was read, in the summary and in rows.csv."""
    counts = json.loads(path.read_text("utf-8"))["counts"]
    read = counts.pop("read")
    assert sum(counts.values()) == read
    told = Counter(line["_status"] for line in lines_of(path.with_name("rows.csv")))
    assert {status: told[status] for status in Status} == counts


def _mapped(folder: Path) -> object:
    """What the stages make of the files, or how they refuse them."""
    try:
        mapping = load_mapping(folder / "mapping.yaml")
        if mistakes := golden_mistakes(mapping):
            is_told_well(MappingError(mapping.path, mistakes))
        with spooling() as spool:
            prepared = prepare((_source(folder),), mapping, Layout(), spool)
            tables = [one.with_answers({}) for one in prepared if not mapping.queries]
            return [
                _accounted(validate_rows(map_rows(batch, bound), _rules(mapping)))
                for batch, bound in batches_of(tuple(tables), None)
            ]
    except PipelineError as error:
        is_told_well(error)
        return _words(error)


def _accounted(checked: Checked) -> list[object]:
    """Each row is left out, has a body, or has an error; never two of these."""
    batch = checked.mapped.batch
    wrong = checked.issues.filter(pl.col("severity") == Severity.ERROR)["row"]
    out = {*batch.left_out["row"], *checked.mapped.skipped["row"]}
    sent = set(checked.bodies["row"])
    assert checked.bodies.height == len(sent)
    assert not out & sent
    assert not sent & set(wrong)
    assert out | sent | set(wrong) == set(batch.rows["row"])
    for body in checked.bodies["body"]:
        assert set(json.loads(body)) == {"attributes"}
    assert all(checked.issues["message"]), checked.issues
    return [checked.bodies.rows(), checked.issues.rows(), sorted(out)]


def _rules(mapping: Mapping) -> ActivityRules:
    return rules_of(mapping, _NOW)


def _words(error: PipelineError) -> tuple[object, ...]:
    mistakes = error.mistakes if isinstance(error, MistakesError) else ()
    return error.code, error.sentence, error.hint, mistakes


def _source(folder: Path) -> Path:
    (path,) = folder.glob("source.*")
    return path


def _any_import(chance: Random) -> dict[str, bytes]:
    """A sample with its mapping and its lookups; long files are cut short."""
    listed = json.loads((ROOT / "tests/expected_samples.json").read_text("utf-8"))
    chosen = chance.choice(listed)
    return dict(_import(chosen["source"], chosen["mapping"]))


@cache
def _import(source: str, mapping: str) -> tuple[tuple[str, bytes], ...]:
    path = ROOT / source
    used = load_mapping(find_mapping(mapping)).used_lookups.values()
    names = sorted({each.file for each in used if hasattr(each, "file")})
    return (
        ("mapping.yaml", find_mapping(mapping).read_bytes()),
        (f"source{path.suffix}", _short(path)),
        *((name, _short(path.parent / name)) for name in names),
    )


def _without_tests(mapping: bytes) -> bytes:
    return mapping.partition(b"\ntests:")[0] + b"\n"


def _short(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".csv":
        return content
    return b"".join(content.splitlines(keepends=True)[:_MOST_LINES])
