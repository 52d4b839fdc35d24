"""The scenarios that ship with the stand-in, each a file beside this one."""

import tomllib
from pathlib import Path

SUFFIX = ".toml"


class ScenarioError(ValueError):
    """There is no such scenario, or its file is wrong."""


def scenario_names() -> tuple[str, ...]:
    """The names of the shipped scenarios, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob(f"*{SUFFIX}")))


def describe_scenarios() -> tuple[tuple[str, str], ...]:
    """Name and description of each shipped scenario, sorted by name."""
    return tuple((name, _describe(_file(name))) for name in scenario_names())


def find_scenario(name_or_path: str) -> Path:
    """The file of a shipped scenario, or one's own; raises ScenarioError."""
    if name_or_path in scenario_names():
        return _file(name_or_path)
    path = Path(name_or_path)
    if path.suffix != SUFFIX:
        raise ScenarioError(f"There is no scenario {name_or_path}.")
    if not path.is_file():
        raise ScenarioError(f"There is no file {name_or_path}.")
    return path


def _describe(file: Path) -> str:
    return str(tomllib.loads(file.read_text("utf-8"))["description"])


def _file(name: str) -> Path:
    return _folder() / f"{name}{SUFFIX}"


def _folder() -> Path:
    return Path(__file__).parent
