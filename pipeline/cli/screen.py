"""How much room there is to write in, and how much a text takes of it."""

import os
import shutil
import sys
from dataclasses import dataclass
from typing import Final

import wcwidth

_NARROWEST: Final = 20
_CUT: Final = "..."


@dataclass(frozen=True)
class Screen:
    """`columns` is None where nothing is cut or wrapped, `lines` where all has room."""

    columns: int | None = None
    lines: int | None = None

    def cut(self, text: str, *, taken: int = 0) -> str:
        """A text for the rest of a line of which `taken` columns are taken."""
        if self.columns is None:
            return text
        return cut(text, max(self.columns - taken, _NARROWEST))

    def wrapped(self, text: str, *, indent: int = 0) -> str:
        """Lines after the first are indented; what has no blank is not broken."""
        if self.columns is None:
            return text
        lines = wcwidth.wrap(
            text,
            max(self.columns, _NARROWEST),
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "\n".join(lines)

    def lines_of(self, text: str) -> int:
        """How many lines of the screen a text takes, as the terminal folds it."""
        columns = self.columns or sys.maxsize
        lines = text.split("\n")
        return sum(max(1, -(-width_of(line) // columns)) for line in lines)


def screen_of_stdout() -> Screen:
    """The terminal; a file or a pipe has no end, unless COLUMNS gives it one."""
    if sys.stdout.isatty():
        size = shutil.get_terminal_size()
        return Screen(size.columns, size.lines)
    columns = os.environ.get("COLUMNS", "")
    return Screen(int(columns)) if columns.isdecimal() and int(columns) else Screen()


def width_of(text: str) -> int:
    """Columns on a terminal: Chinese characters and most emoji take two."""
    return wcwidth.width(text)


def padded(text: str, width: int) -> str:
    return text + " " * max(0, width - width_of(text))


def cut(text: str, width: int) -> str:
    if width_of(text) <= width:
        return text
    return wcwidth.clip(text, 0, width - len(_CUT)).rstrip() + _CUT
