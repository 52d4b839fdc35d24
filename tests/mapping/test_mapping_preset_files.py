"""What all presets have in common, and the files that each was made for."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.mapping import fit_of, referenced_columns
from pipeline.mapping.cells import source_columns
from pipeline.mapping.model import Mapping
from pipeline.nearest import normalize_name
from pipeline.rows import Column
from pipeline.runs.detection import detect, shipped_mappings
from pipeline.stages.read import Layout, spooling
from tests.commands import ROOT

SAMPLES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests/expected_samples.json").read_text("utf-8")
)
PRESETS = shipped_mappings()
each_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.name)
OF_EXPORTS = [preset for preset in PRESETS if preset.name != "generic"]
# Columns that hold one's own people: whoever logged, owns or hosts an activity.
OWN_PEOPLE = re.compile(
    r"(?i)owner|assigned|organi[sz]er|host|created by|modified by|\buser\b|agent"
)
# In Zoom's lists, users are those who took part.
TOOK_PART = {"User Email", "User Name (Original Name)"}
# Systems whose ids are unique over all kinds of records.
ONE_OF_A_SYSTEM = {
    "dynamics": {"dynamics-appointments", "dynamics-phone-calls"},
    "salesforce": {"salesforce-event", "salesforce-report", "salesforce-task"},
    "zoho": {"zoho-calls", "zoho-meetings", "zoho-tasks"},
}


@pytest.mark.parametrize(
    "sample",
    SAMPLES,
    ids=lambda sample: "-".join(filter(None, (sample["source"], sample["sheet"]))),
)
def test_exactly_one_preset_fits_a_sample(sample: dict[str, Any]) -> None:
    layout = Layout(sheet=sample["sheet"])
    with spooling() as spool:
        found = detect(Path(ROOT, sample["source"]), layout, PRESETS, spool)

    assert [fit.name for fit in found.fits if fit.fits] == [sample["mapping"]]
    assert found.sure is not None


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "least"])
@each_preset
def test_what_a_preset_names_and_what_it_needs_tell_it_from_all_others(
    preset: Mapping, *, whole: bool
) -> None:
    named = (*(ref.name for ref in referenced_columns(preset)), *preset.match)
    header = {normalize_name(name): name for name in named}
    if not whole:
        for name in preset.source.optional_columns:
            del header[normalize_name(name)]
    columns = [Column(f"c{at}", name) for at, name in enumerate(header.values())]
    rows = pl.DataFrame(schema={column.id: pl.String for column in columns})
    fits = [fit_of(other, columns, rows) for other in PRESETS]

    assert [fit.name for fit in fits if fit.fits] == [preset.name]


def test_every_preset_has_a_sample() -> None:
    assert {sample["mapping"] for sample in SAMPLES} == {one.name for one in PRESETS}


def test_presets_of_one_system_share_identities_where_its_ids_are_unique() -> None:
    systems: dict[str, set[str]] = {}
    for preset in PRESETS:
        systems.setdefault(preset.system, set()).add(preset.name)

    assert ONE_OF_A_SYSTEM.items() <= systems.items()


@pytest.mark.parametrize("preset", OF_EXPORTS, ids=lambda one: one.name)
def test_a_preset_says_where_its_facts_come_from(preset: Mapping) -> None:
    assert preset.text.startswith("# Where the facts come from:")


@each_preset
def test_every_row_that_a_preset_skips_is_told_why(preset: Mapping) -> None:
    assert all(rule.reason for rule in preset.skip)


@each_preset
def test_what_a_preset_skips_and_refuses_is_tested(preset: Mapping) -> None:
    assert any(test.skipped for test in preset.tests) or not preset.skip
    assert "bad_time" in {test.issue for test in preset.tests}


@each_preset
def test_ones_own_people_are_never_taken_for_contacts(preset: Mapping) -> None:
    rule = preset.fields.get("contact_ids")
    names = {ref.name for ref in source_columns(rule)} if rule else set()
    others = {other for name in names for other in aliases_of(preset, name)}

    suspects = (names | others) - TOOK_PART
    assert [name for name in suspects if OWN_PEOPLE.search(name)] == []


def aliases_of(preset: Mapping, name: str) -> tuple[str, ...]:
    return tuple(preset.source.aliases.get(name, ()))
