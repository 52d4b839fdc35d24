"""The colours of the terminal: few, and legible on light and on dark ones.

Only single words are coloured, and nothing is told by colour alone. Yellow is hard to
see on white, and blue on black: neither is used.
"""

import os
from typing import Final

import click

GOOD: Final = "green"
ATTENTION: Final = "magenta"
BAD: Final = "red"


def painted(text: str, color: str | None, *, bold: bool = False) -> str:
    """Where no colours may be, Click takes them away again when it writes."""
    if color is None and not bold:
        return text
    return click.style(text, fg=color, bold=bold or None)


def may_color(*, no_color: bool) -> bool | None:
    """Whether to colour; None lets it depend on who reads, a terminal or a file.

    `--no-color` and NO_COLOR are stronger than FORCE_COLOR, and that is stronger than
    a terminal that calls itself dumb.
    """
    if no_color or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return False if os.environ.get("TERM") == "dumb" else None
