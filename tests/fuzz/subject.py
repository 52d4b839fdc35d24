"""What is fuzzed: something that makes a damaged input, and says what it must hold."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Protocol

import click

from pipeline.catalogue import ENTRIES
from pipeline.cli.texts import error_text
from pipeline.errors import MistakesError, PipelineError
from pipeline.printable import printable

OUR_FAULTS = frozenset({"program_fault", "rows_do_not_add_up", "out_of_memory"})
Files = Mapping[str, bytes]


class Subject(Protocol):
    """A part of the program that reads what others wrote.

    `name` is a word; what `check` is to look at are the files that `make` gave, in a
    folder of their own.
    """

    @property
    def name(self) -> str: ...

    def make(self, chance: Random) -> Files:
        """A damaged input: bytes by the names of files."""
        ...

    def check(self, folder: Path) -> None:
        """Raises whatever a promise that is broken raises."""
        ...


def is_told_well(error: PipelineError) -> None:
    """A person gets words, a code that is explained, and what to do."""
    assert error.code in ENTRIES, error.code
    assert error.code not in OUR_FAULTS, error.sentence
    assert error.message.strip(), error.code
    if isinstance(error, MistakesError):
        assert error.mistakes or error.hint, error.sentence
        assert all(mistake.message.strip() for mistake in error.mistakes)
    else:
        assert error.hint.strip(), error.sentence
    is_printable(click.unstyle(error_text(error)))


def is_printable(text: str) -> None:
    """No terminal is steered by it."""
    assert printable(text) == text, repr(text)
    text.encode("utf-8")
