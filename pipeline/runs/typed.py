"""Paths and commands as a person would type them here."""

import shlex
from collections.abc import Iterable
from pathlib import Path


def from_here(path: str) -> str:
    """The path as one would type it in the working folder."""
    if not Path(path).is_relative_to(Path.cwd()):
        return path
    return str(Path(path).relative_to(Path.cwd()))


def command(*words: str) -> str:
    """What to type, with quotes where a shell needs them."""
    return shlex.join(("activity-import", *words))


def on_sources(word: str, paths: Iterable[str], *options: str) -> str:
    """What to type about sources; what was piped in must be piped in again."""
    named = [from_here(path) for path in paths]
    pipe = "... | " if "-" in named else ""
    return pipe + command(word, *named, *options)
