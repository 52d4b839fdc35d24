"""Values of a configuration that have a form of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.yaml_file import Section

Value = TypeVar("Value")


def formed(
    section: Section, key: str, form: Callable[[str], Value | None], what: str
) -> Value | None:
    """What `form` makes of the text of `key`; tells a text that it makes nothing of."""
    text = section.text(key)
    if text is None:
        return None
    value = form(text)
    if value is None:
        section.complain(f"'{text}' is no {what}.", key)
    return value


def number(section: Section, key: str) -> float | None:
    """A number above 0."""
    return formed(section, key, _above_zero, "number above 0")


def path_of(section: Section, key: str, folder: Path) -> Path | None:
    """A path, which starts at `folder`, or with `~` in the user's home."""
    text = section.text(key)
    if text is None:
        return None
    if not text.strip():
        section.complain(f"'{key}' is empty.", key)
        return None
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:
        section.complain(f"The home folder in '{text}' is not known.", key)
        return None


def _above_zero(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
