"""Mappings by name or path, and the presets that ship."""

from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.golden import golden_mistakes
from pipeline.mapping import Preset, find_mapping, load_mapping, presets
from pipeline.shipped import shipped_folder
from tests.mapping.given import LEAST, written

NAMES = [
    "aircall-calls",
    "dynamics-appointments",
    "dynamics-phone-calls",
    "eventbrite-attendees",
    "generic",
    "hubspot-calls",
    "hubspot-emails",
    "hubspot-meetings",
    "hubspot-notes",
    "hubspot-tasks",
    "linkedin-invitations",
    "linkedin-messages",
    "outlook-calendar",
    "pipedrive-activities",
    "salesforce-event",
    "salesforce-report",
    "salesforce-task",
    "zoho-calls",
    "zoho-meetings",
    "zoho-tasks",
    "zoom-meeting",
    "zoom-webinar",
]
LISTED = f"The presets are {', '.join(NAMES)}."


def not_found(name: str) -> tuple[str, str, str]:
    with pytest.raises(PipelineError) as caught:
        find_mapping(name)
    return caught.value.message, caught.value.where, caught.value.hint


def no_mapping(name: str, hint: str) -> tuple[str, str, str]:
    message = f"There is no mapping '{name}': no such file, and no such preset."
    return message, "", hint


def test_the_presets_are_listed_by_name() -> None:
    folder = shipped_folder("mappings")

    assert presets() == tuple(Preset(name, folder / f"{name}.yaml") for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_bears_the_name_of_its_file(name: str) -> None:
    mapping = load_mapping(find_mapping(name))

    assert (mapping.name, mapping.folder) == (name, shipped_folder("mappings"))


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_has_tests_and_they_hold(name: str) -> None:
    mapping = load_mapping(find_mapping(name))

    assert mapping.tests
    assert golden_mistakes(mapping) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_says_what_it_is_for_and_how_it_is_told(name: str) -> None:
    mapping = load_mapping(find_mapping(name))

    assert mapping.description
    assert mapping.match


def test_a_path_leads_to_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST)

    assert find_mapping(str(path)) == path


def test_a_file_goes_before_a_preset_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "generic").write_text(LEAST)
    monkeypatch.chdir(tmp_path)

    assert find_mapping("generic") == Path("generic")


def test_a_folder_is_no_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "generic").mkdir()
    monkeypatch.chdir(tmp_path)

    assert find_mapping("generic") == shipped_folder("mappings") / "generic.yaml"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("salesforce", "Did you mean 'salesforce-task'?"),
        ("Generic", "Did you mean 'generic'?"),
        ("zzz", LISTED),
        ("", LISTED),
        ("no/such/folder.yaml", LISTED),
        ("a\0b", LISTED),
    ],
)
def test_a_missing_mapping_is_told_with_the_nearest_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert not_found(name) == no_mapping(name, hint)


def test_a_name_too_long_for_a_file_is_told() -> None:
    assert not_found("x" * 300) == no_mapping("x" * 300, LISTED)


def test_a_missing_file_is_told_with_the_nearest_beside_it(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST)
    name = str(tmp_path / "maping.yml")

    assert not_found(name) == no_mapping(name, f"Did you mean '{path}'?")
