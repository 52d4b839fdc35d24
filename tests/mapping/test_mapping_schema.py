"""The JSON Schema of mappings, by which editors complete them, and the loader agree."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import pipeline.mapping
from pipeline.activity import CATEGORIES, FIELDS
from pipeline.catalogue import ISSUES
from pipeline.mapping import Preset, presets
from pipeline.mapping.load import DELIMITERS, ESCAPES
from pipeline.mapping.times import FORMATS
from pipeline.mapping.transforms import TRANSFORMS
from tests.mapping.given import FULL, LEAST, MISTAKES, loaded, refused, told

SCHEMA: dict[str, Any] = json.loads(
    Path(pipeline.mapping.__file__).with_name("mapping.schema.json").read_text("utf-8")
)
PARTS = SCHEMA["$defs"]
TOP = SCHEMA["properties"]
VALIDATOR = Draft202012Validator(SCHEMA)
# What only the loader can tell: it sees the text itself, looks up names elsewhere in
# the mapping, and knows time zones and encodings. To JSON 1.0 is a whole number.
UNSEEN = {
    "a key twice",
    "a key that is a list",
    "a merge key",
    "combine without a key",
    "fields: a value twice",
    "fields: an unknown lookup, no lookups",
    "fields: rows that differ, and none are combined",
    "fields: an unknown lookup, one alike",
    "fields: one of several lookups is unknown",
    "lookups: a chain that leads back",
    "lookups: a chain that leads nowhere",
    "source: a header row with a fraction",
    "source: a key that is optional",
    "source: a place that is no time zone",
    "source: a time zone that leads out of its folder",
    "source: aliases of a column that nothing uses",
    "source: an encoding of no text",
    "source: an encoding whose name is misspelt",
    "source: an encoding, none alike",
    "source: an encoding, one alike",
    "source: an optional column that nothing uses",
    "source: a time zone without a name",
    "source: an offset in place of a time zone",
    "source: no time zone, none alike",
    "source: no time zone, one alike",
    "tests: a column that nothing uses",
    "tests: answers of a lookup, and there is none",
    "tests: answers of an unknown lookup",
}


def plain(text: str) -> Any:
    """YAML as editors see it: JSON's types, and every key a text."""
    data = YAML(typ="safe", pure=True).load(text)
    return json.loads(json.dumps(data, default=str))


def complaints(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(plain(text))]


def keys_of(part: dict[str, Any]) -> set[str]:
    return set(part["properties"])


def referred(key: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = PARTS.get(key.get("$ref", "").rsplit("/", 1)[-1], {})
    return part


def field_of(name: str) -> dict[str, Any]:
    return referred(TOP["fields"]["properties"][name])


def tables(part: Any) -> Iterator[dict[str, Any]]:
    """Every part of the schema that lists keys."""
    if isinstance(part, list):
        for item in part:
            yield from tables(item)
    if isinstance(part, dict):
        if "properties" in part and "type" in part:
            yield part
        for item in part.values():
            yield from tables(item)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"].startswith("urn:")


def test_every_table_takes_no_other_keys() -> None:
    assert {part["additionalProperties"] for part in tables(SCHEMA)} == {False}


def test_every_key_is_described() -> None:
    silent = [
        name
        for part in tables(SCHEMA)
        for name, key in part["properties"].items()
        if "description" not in {**referred(key), **key}
    ]

    assert silent == []


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_a_preset_is_as_the_schema_says(preset: Preset) -> None:
    assert complaints(preset.path.read_text("utf-8")) == []


@pytest.mark.parametrize("text", [FULL, LEAST], ids=["full", "least"])
def test_a_mapping_is_as_the_schema_says(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text)
    assert complaints(text) == []


@pytest.mark.parametrize(
    "scalar", ["text", "007", "7", "1.5", "true", "~", "2024-03-01", "12:30", "''"]
)
def test_a_scalar_without_quotes_is_text_to_both(tmp_path: Path, scalar: str) -> None:
    text = LEAST + (
        f"source: {{empty_values: [{scalar}], sheet: {scalar}}}\n"
        f"skip: [{{column: Draft, in: {scalar}}}]\n"
        f"tests: [{{given: {{Subject: {scalar}}}, expect: {{subject: {scalar}}}}}]\n"
    )

    assert loaded(tmp_path, text)
    assert complaints(text) == []


@pytest.mark.parametrize(
    ("added", "part"),
    [
        ("qqqq: 1\n", SCHEMA),
        ("match: {qqqq: 1}\n", TOP["match"]),
        ("source: {qqqq: 1}\n", TOP["source"]),
        ("skip: [{column: A, empty: true, qqqq: 1}]\n", PARTS["skip_rule"]),
        ("  qqqq: {from: A}\n", TOP["fields"]),
        (
            "lookups: {a: {file: f, match: m, return: r, qqqq: 1}}\n",
            PARTS["lookup"],
        ),
        ("rules: {qqqq: 1}\n", TOP["rules"]),
        ("tests: [{given: {}, skipped: true, qqqq: 1}]\n", PARTS["golden_row"]),
        (
            "tests: [{given: {}, expect: {qqqq: 1}}]\n",
            PARTS["golden_row"]["properties"]["expect"],
        ),
    ],
)
def test_a_table_has_the_keys_that_the_loader_says_it_takes(
    tmp_path: Path, added: str, part: dict[str, Any]
) -> None:
    ((*_, hint),) = told(refused(tmp_path, LEAST + added).mistakes)

    assert hint == f"It takes {', '.join(sorted(keys_of(part)))}."


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_has_the_keys_that_the_loader_takes(tmp_path: Path, name: str) -> None:
    fields = {"activity_time", "subject", name}
    lines = [f"  {each}: {{constant: ~}}\n" for each in sorted(fields - {name})]
    every_key = set().union(*(keys_of(field_of(each)) for each in FIELDS)) | {"query"}
    given = ", ".join(f"{key}: ~" for key in sorted(every_key))
    text = f"version: 1\nname: a\nfields:\n{''.join(lines)}  {name}: {{{given}}}\n"
    messages = [message for *_, message, _ in told(refused(tmp_path, text).mistakes)]
    untaken = ("is not a key of", f"means nothing for '{name}'")

    assert every_key - keys_of(field_of(name)) == {
        message.split("'")[1]
        for message in messages
        if any(words in message for words in untaken)
    }


def test_the_full_mapping_uses_every_key_but_alternatives() -> None:
    full = plain(FULL)
    skip: set[str] = set().union(*full["skip"])
    tests: set[str] = set().union(*full["tests"])
    lookups: set[str] = set().union(*full["lookups"].values())
    rules: set[str] = set().union(*full["fields"].values())

    assert set(full) == keys_of(SCHEMA)
    assert set(full["source"]) == keys_of(TOP["source"])
    assert set(full["fields"]) == keys_of(TOP["fields"]) == set(FIELDS)
    assert set(full["rules"]) == keys_of(TOP["rules"])
    assert (skip, lookups, tests) == tuple(
        keys_of(PARTS[part]) for part in ("skip_rule", "lookup", "golden_row")
    )
    assert rules == set().union(*(keys_of(field_of(name)) for name in FIELDS))


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (PARTS["category"]["enum"], [*CATEGORIES, None]),
        (PARTS["transform"]["enum"], list(TRANSFORMS)),
        (PARTS["format"]["anyOf"][0]["enum"], list(FORMATS)),
        (PARTS["golden_row"]["properties"]["issue"]["enum"], [*ISSUES, None]),
        (
            TOP["source"]["properties"]["delimiter"]["anyOf"][0]["enum"],
            [*DELIMITERS, None],
        ),
        (TOP["source"]["properties"]["escape"]["enum"], [*ESCAPES, None]),
    ],
    ids=["categories", "transforms", "formats", "issues", "delimiters", "escapes"],
)
def test_the_words_are_those_that_the_program_knows(
    words: list[str | None], known: list[str | None]
) -> None:
    assert words == known


@pytest.mark.parametrize("case", [case for case in MISTAKES if case not in UNSEEN])
def test_a_wrong_mapping_is_refused_by_both(tmp_path: Path, case: str) -> None:
    text, _ = MISTAKES[case]

    assert refused(tmp_path, text).mistakes
    assert complaints(text)
