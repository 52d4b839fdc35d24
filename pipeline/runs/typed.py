"""Paths and commands as a person would type them here."""

import shlex
from pathlib import Path


def from_here(path: str) -> str:
    """The path as one would type it in the working folder."""
    if not Path(path).is_relative_to(Path.cwd()):
        return path
    return str(Path(path).relative_to(Path.cwd()))


def command(*words: str) -> str:
    """What to type, with quotes where a shell needs them."""
    return shlex.join(("activity-import", *words))
