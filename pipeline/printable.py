"""Text of others, shown on a terminal, typed there, or put into a comment."""

import json
import os
import re
import shlex

# Control characters, those that turn the direction of writing, and halves of surrogate
# pairs, which stand for the bytes of a file's name that are no text.
_SIGNS = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    r"\ud800-\udfff"
)
_STEERING = re.compile(f"[{_SIGNS}]")
_UNSEEN = re.compile(rf"[{_SIGNS}\n]")


def printable(text: str) -> str:
    """Text in which all that would steer a terminal is spelled out; lines stay."""
    return _STEERING.sub(
        lambda found: found[0].encode("unicode_escape").decode("ascii"), text
    )


def json_text(document: object) -> str:
    """A document in lines, in which nothing steers a terminal; other letters stay."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def on_one_line(text: str) -> str:
    """As `printable`, and a line break is spelled out, too."""
    return printable(text).replace("\n", "\\n")


def shell_word(text: str) -> str:
    """A word that a shell takes back as it is; nothing in it steers a terminal.

    What would steer, a line break too, is spelled in bash's (and zsh's) `$'...'`.
    """
    if _UNSEEN.search(text) is None:
        return shlex.quote(text)
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{_UNSEEN.sub(_spelled, plain)}'"


def _spelled(found: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(found[0]))


def one_line(cell: str | None, width: int) -> str:
    """A cell on one line, `width` characters of it at most."""
    text = printable(" ".join((cell or "").split()))
    return text if len(text) <= width else text[: width - 3] + "..."
