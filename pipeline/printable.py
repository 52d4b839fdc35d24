"""Text of a file as it may be shown on a terminal, or stand in a comment."""

import re

# Control characters, and those that turn the direction of writing.
_STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def printable(text: str) -> str:
    """Text in which all that would steer a terminal is spelled out; lines stay."""
    return _STEERING.sub(
        lambda found: found[0].encode("unicode_escape").decode("ascii"), text
    )


def one_line(cell: str | None, width: int) -> str:
    """A cell on one line, `width` characters of it at most."""
    text = printable(" ".join((cell or "").split()))
    return text if len(text) <= width else text[: width - 3] + "..."
