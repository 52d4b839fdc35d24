"""The presets and samples that ship with the program."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def shipped_folder(name: Literal["mappings", "samples"]) -> Path:
    """Inside the installed package; in a checkout, beside it."""
    packed = _PACKAGE / "data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
