"""Pieces of YAML."""

import json
import re

from pipeline.printable import one_line

_PLAIN = re.compile(r"[^\W\d_](?:[\w./()-]| (?=[\w(]))*")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_COMMENT_WIDTH = 100


def scalar(text: str) -> str:
    """A text as YAML, in quotes where it needs them; safe in `{}` and `[]`."""
    plain = _PLAIN.fullmatch(text) and text.isprintable()
    if plain and text.lower() not in _RESERVED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(map(_escaped, quoted))


def _escaped(character: str) -> str:
    """YAML takes no character as such that cannot be printed."""
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def comment(text: str, *, indent: int = 0) -> list[str]:
    """A comment in as many lines as it needs."""
    words = one_line(text, 10_000).split(" ")
    lines, line = [], ""
    for word in words:
        if line and indent + len(line) + len(word) + 3 > _COMMENT_WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [f"{' ' * indent}# {each}" for each in (*lines, line)]
