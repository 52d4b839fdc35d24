"""The catalogue is whole: no code is told that it lacks, and none is idle in it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import chain
from string import Formatter

import pytest

from pipeline.activity import request_schema, warning_schema
from pipeline.catalogue import (
    ENTRIES,
    GROUPS,
    ISSUES,
    REFUSED,
    REFUSED_BY_API,
    UNCERTAIN,
    Entry,
    Fix,
    Level,
    entry_of,
)
from pipeline.errors import MistakesError, PipelineError
from pipeline.issues import issue_rows
from pipeline.rows import no_issues
from tests.commands import ROOT
from tests.stages.stage_givens import RULES

PACKAGE = ROOT / "pipeline"
_OTHER_CODES = {"code"}  # the names of columns that a code is taken from
_WORD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ENDS = (PipelineError, MistakesError)


def modules() -> Iterator[ast.Module]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if not {"catalogue", "sandbox"} & set(path.relative_to(PACKAGE).parts):
            yield ast.parse(path.read_text("utf-8"))


MODULES = tuple(modules())
NODES = tuple(chain.from_iterable(map(ast.walk, MODULES)))


def words(node: ast.AST) -> Iterator[str]:
    """The texts within an expression that may be codes."""
    for part in ast.walk(node):
        value = getattr(part, "value", None)
        if isinstance(part, ast.Constant) and isinstance(value, str):
            yield from [value] if _WORD.fullmatch(value) else []


def name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def at(call: ast.Call, place: int) -> Iterator[str]:
    return words(call.args[place]) if len(call.args) > place else iter(())


def given_codes() -> Iterator[str]:
    """Every text that stands where a code is given."""
    by_place = {"issue_rows": 0, "_Meaning": 1, "_still_uncertain": 1, "_Words": 2}
    for node in NODES:
        if isinstance(node, ast.Call):
            yield from at(node, by_place.get(name_of(node), 99))
            if name_of(node) == "alias" and list(at(node, 0)) == ["code"]:
                yield from codes_in(node.func)
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from codes_in(keyword.value)
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                yield from assigned(line, {"code"})
        yield from assigned(node, {"NOT_FOUND", "_IN_FLIGHT", "short_code", "COMBINED"})


def codes_in(value: ast.expr) -> Iterator[str]:
    """Of a polars expression what its literals say; else all."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    literals = [call for call in calls if name_of(call) == "lit"]
    for node in literals if calls else [value]:
        yield from words(node)


def assigned(node: ast.AST, names: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if names & {getattr(target, "id", "") for target in targets}:
            yield from words(node.value)


def test_no_code_is_given_that_is_not_in_the_catalogue() -> None:
    given = set(given_codes()) - _OTHER_CODES

    assert len(given) > 100
    assert given - ENTRIES.keys() == set()


def test_no_entry_is_idle() -> None:
    used = set(chain.from_iterable(map(words, MODULES)))

    assert ENTRIES.keys() - used - {entry.code for entry in REFUSED} == set()


def test_every_check_of_an_activity_is_an_issue() -> None:
    rules = replace(RULES, require_link=True)
    names = {
        check.name
        for schema in (request_schema(rules), warning_schema())
        for check in [
            *schema.checks,
            *chain.from_iterable(column.checks for column in schema.columns.values()),
        ]
    }

    assert names <= ISSUES.keys()


def errors(kind: type[PipelineError]) -> Iterator[type[PipelineError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from errors(each)


def test_every_error_that_ends_a_command_has_a_code() -> None:
    assert {kind.code for kind in errors(PipelineError)} <= ENTRIES.keys()
    assert all(ENTRIES[kind.code].level is Level.RUN for kind in errors(PipelineError))


def test_an_error_without_a_class_of_its_own_says_its_code() -> None:
    silent = [
        node.lineno
        for node in NODES
        if isinstance(node, ast.Call)
        and name_of(node) == "PipelineError"
        and "code" not in {keyword.arg for keyword in node.keywords}
    ]

    assert silent == []


def test_every_way_to_end_sending_early_has_a_code() -> None:
    early = [
        node
        for node in NODES
        if isinstance(node, ast.Call)
        and name_of(node) == "Posted"
        and any(word in ast.dump(node) for word in ("STOPPED", "INTERRUPTED", "CUT"))
    ]

    assert len(early) > 10
    assert all("code" in {each.arg for each in node.keywords} for node in early)


def test_an_issue_that_is_not_in_the_catalogue_cannot_be_told() -> None:
    with pytest.raises(KeyError):
        issue_rows("no_such_thing", no_issues())
    with pytest.raises(KeyError):
        issue_rows("disk_full", no_issues())


def test_no_code_stands_twice() -> None:
    assert len(ENTRIES) == sum(map(len, GROUPS.values()))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.code)
def test_an_entry_is_whole(entry: Entry) -> None:
    sentences = [entry.means, entry.why, *(what for _, what in entry.fix.places())]

    assert _WORD.fullmatch(entry.code)
    assert entry.title[0].isupper()
    assert not entry.title.endswith(".")
    assert all(entry.fix.places())
    assert list(entry.fix.places()) != []
    assert all(text.strip() == text != "" for text in [*sentences, entry.example])
    assert entry.means.endswith(".")


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.code)
def test_templates_name_only_what_there_is(entry: Entry) -> None:
    named = {
        name
        for text in (entry.message, entry.hint)
        for _, name, _, _ in Formatter().parse(text)
        if name
    }
    is_issue = entry.code in ISSUES
    known = {"value", "column", "field", "detail", "near"} if is_issue else {"run"}

    assert named <= known
    assert bool(entry.message) == is_issue
    assert bool(entry.hint) == (is_issue or entry in {*REFUSED, *UNCERTAIN})


def test_a_fix_has_a_name_for_each_place() -> None:
    every = Fix(**{each.name: each.name for each in fields(Fix)})

    assert [what for _, what in every.places()] == [each.name for each in fields(Fix)]


@pytest.mark.parametrize("code", ["http_422", "their_own_word", "api_not_found", ""])
def test_a_word_of_the_api_falls_back_on_what_is_true_of_all(code: str) -> None:
    assert entry_of(code) is REFUSED_BY_API
