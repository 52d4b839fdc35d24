"""Mappings by name or path."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.nearest import did_you_mean
from pipeline.shipped import shipped_folder


@dataclass(frozen=True)
class Preset:
    """A mapping that ships with the program."""

    name: str
    path: Path


def presets() -> tuple[Preset, ...]:
    paths = sorted(shipped_folder("mappings").glob("*.yaml"))
    return tuple(Preset(path.stem, path) for path in paths)


def find_mapping(name_or_path: str) -> Path:
    """The file of a mapping; raises PipelineError when there is none."""
    path = Path(name_or_path)
    with suppress(OSError):  # a name too long for a file is none
        if path.is_file():
            return path
    by_name = {preset.name: preset.path for preset in presets()}
    if name_or_path in by_name:
        return by_name[name_or_path]
    raise PipelineError(
        f"There is no mapping '{name_or_path}': no such file, and no such preset.",
        hint=did_you_mean(name_or_path, [*by_name, *_files_beside(path)])
        or f"The presets are {', '.join(by_name)}.",
        code="mapping_missing",
    )


def _files_beside(path: Path) -> list[str]:
    try:
        return [str(file) for file in path.parent.iterdir() if file.is_file()]
    except OSError:
        return []
