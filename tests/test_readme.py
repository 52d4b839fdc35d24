"""The README tells the truth: its output is real, its lists are whole."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from pipeline.catalogue import ENTRIES
from pipeline.cli.main import COMMANDS
from pipeline.mapping import load_mapping
from pipeline.mapping.transforms import TRANSFORMS
from pipeline.nightly.endings import EXIT_CODES as NIGHT_CODES
from pipeline.nightly.inbox import UNFINISHED
from pipeline.nightly.load import load_config
from pipeline.nightly.load_jobs import JOB_KEYS
from pipeline.rows import Status
from pipeline.runs.summary import EXIT_CODES, RunStatus
from tests.commands import ROOT
from tests.readme import README, refreshed

TEXT = README.read_text("utf-8")
HELP_ONLY = {"help", "version"}


def section(title: str) -> str:
    """The lines below a heading, up to the next of any level."""
    found = re.search(rf"(?ms)^#+ {re.escape(title)}$(.*?)(?=^#+ |\Z)", TEXT)
    assert found, title
    return found[1]


def first_cells(title: str) -> list[str]:
    cells = re.findall(r"(?m)^\| (.*?) \|", section(title))
    return [cell for cell in cells if cell.strip("- ")][1:]


def test_what_the_program_writes_in_it_is_what_the_program_says() -> None:
    assert refreshed(TEXT) == TEXT


def test_it_lists_every_command() -> None:
    listed = [re.split("[ `]", cell)[1] for cell in first_cells("Commands")]

    assert sorted(listed) == sorted(command.name or "" for command in COMMANDS)


def options_of(command: click.Command) -> set[str]:
    parts = [command, getattr(command, "installing", None)]
    params = (each for part in parts if part for each in part.params)
    return {each.opts[-1] for each in params if isinstance(each, click.Option)}


def told_options() -> dict[str, set[str]]:
    """The options in the table, by command."""
    rows = re.findall(r"(?m)^\| (`-.*?`.*?) \| .* \| (.*) \|$", section("Options"))
    told: dict[str, set[str]] = {}
    for cell, commands in rows:
        option = re.findall(r"--[a-z-]+", cell)[0]
        for command in commands.strip("`").split():
            told.setdefault(command, set()).add(option)
    return told


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command.name))
def test_it_tells_every_option_of(command: click.Command) -> None:
    own = {"inspect", "presets", "check-mapping", "preview", "history", "sandbox"}
    own |= {"reconcile", "created", "bundle", "suggest", "nightly", "doctor"}
    row = next(
        line
        for line in section("Commands").splitlines()
        if f"| `{command.name}" in line
    )
    told = told_options().get(str(command.name), set()) | (
        set(re.findall(r"(?<=`)--?[a-z-]+", row)) if command.name in own else set()
    )
    general = {"--ledger"} if "--ledger" in options_of(command) else set()

    assert (told | general) - {"-n"} == options_of(command) - {"-n"}


def test_it_tells_every_exit_code() -> None:
    codes = {int(cell) for cell in first_cells("Exit codes")}

    assert codes == {*EXIT_CODES.values(), 2}


def test_it_tells_every_status() -> None:
    listed = [cell.strip("`") for cell in first_cells("Outcomes")]

    assert listed == [status.value for status in Status]
    assert all(f"`{status}`" in TEXT for status in RunStatus)


def test_it_tells_every_code() -> None:
    assert all(f"| `{code}` |" in section("Codes") for code in ENTRIES)


def test_the_tests_that_it_names_are_there() -> None:
    named = set(re.findall(r"`(tests/[\w./]+)`", TEXT))

    assert len(named) > 5
    assert [path for path in sorted(named) if not Path(ROOT, path).exists()] == []


def test_the_example_of_a_mapping_is_right(tmp_path: Path) -> None:
    [example] = re.findall(r"(?s)```yaml\n(.*?)```", section("Mappings"))
    path = tmp_path / "acme.yaml"
    path.write_text(example, encoding="utf-8")
    mapping = load_mapping(path)

    assert len(mapping.tests) == 3
    assert all(f"`{name}`" in section("Mappings") for name in TRANSFORMS)


def test_the_example_of_a_settings_file_is_one() -> None:
    [example] = re.findall(r"(?s)```toml\n(.*?)```", TEXT)

    assert tomllib.loads(example) == {
        "rate": 20,
        "max-invalid": "5%",
        "validate": {"reports": "dry-runs"},
    }


def listed_between(mark: str) -> list[str]:
    """What stands between backquotes in the first cells of a marked table."""
    found = re.search(rf"(?s)<!-- {mark} -->\n(.*?)<!-- /{mark} -->", TEXT)
    assert found, mark
    cells = re.findall(r"(?m)^\| (`.*?) \|", found[1])
    return [name for cell in cells for name in re.findall(r"`(.*?)`", cell)]


def test_it_tells_every_key_of_a_nightly_job() -> None:
    assert sorted(listed_between("nightly")) == sorted(["name", *JOB_KEYS])


def test_it_tells_every_exit_code_of_a_night() -> None:
    listed = listed_between("nightly exit codes")

    assert listed == [status.value for status in NIGHT_CODES]
    codes = section("The way of a file")
    assert all(f"| `{s}` | {code}" in codes for s, code in NIGHT_CODES.items())


def test_the_example_of_a_nightly_configuration_is_right(tmp_path: Path) -> None:
    [example] = re.findall(r"(?s)```yaml\n(.*?)```", section("Nightly"))
    path = tmp_path / "nightly.yaml"
    path.write_text(example, encoding="utf-8")

    assert [job.name for job in load_config(path, {}).jobs] == ["calls", "meetings"]


def test_it_names_every_ending_that_is_never_taken() -> None:
    assert all(f"`{ending}`" in section("What a job says") for ending in UNFINISHED)


def test_it_says_why_it_depends_on_each_library() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["keyring"]]
    names = {re.split(r"[\[<>=]", each)[0] for each in wanted}

    listed = [cell.strip("`") for cell in first_cells("What it depends on")]

    assert (len(listed), set(listed)) == (len(names), names)
