"""Paths and commands as a person would type them here."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.printable import shell_word


def from_here(path: str) -> str:
    """The path as one would type it in the working folder."""
    if not Path(path).is_relative_to(Path.cwd()):
        return path
    return str(Path(path).relative_to(Path.cwd()))


def command(*words: str) -> str:
    """What to type, with quotes where a shell needs them."""
    return " ".join(map(shell_word, ("activity-import", *words)))


def on_sources(word: str, paths: Iterable[str], *options: str) -> str:
    """What to type about sources; what was piped in must be piped in again."""
    named = [from_here(path) for path in paths]
    pipe = "... | " if "-" in named else ""
    return pipe + command(word, *named, *options)
