"""A YAML file as text with places: what is taken from it is checked on the way.

Scalars stay as they are written (`007`, `true` and `1` are text), so that a cell
is compared with what the file says.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from pipeline.errors import Mistake, Place
from pipeline.nearest import did_you_mean
from pipeline.printable import on_one_line

MOST_BYTES: Final = 5_000_000
MOST_LETTERS: Final = 1_000
Word = TypeVar("Word", bound=str)

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS = {"true": True, "false": False}
_KINDS = {MappingNode: "a table of keys", SequenceNode: "a list", ScalarNode: "text"}


@dataclass(frozen=True)
class Text:
    """A scalar as it stands in the file; None is YAML's null."""

    value: str | None
    place: Place


class Mistakes:
    """Collects what is wrong with one file, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def add(self, message: str, place: Place | None, hint: str = "") -> None:
        told = on_one_line(message[:1].upper() + message[1:])
        if len(told) > MOST_LETTERS:
            told = f"{told[:MOST_LETTERS]}..."
        self._found.append(Mistake(told, place, hint))

    def in_order(self) -> tuple[Mistake, ...]:
        nowhere = Place(0, 0)
        return tuple(
            sorted(
                dict.fromkeys(self._found),
                key=lambda mistake: (
                    (mistake.place or nowhere).line,
                    (mistake.place or nowhere).column,
                ),
            )
        )


class Section:
    """A table of a file: keys are taken one by one, each with its type.

    What has the wrong type is told and counts as absent. `close` tells the keys
    that nobody took.
    """

    def __init__(self, node: Node, what: str, mistakes: Mistakes) -> None:
        self.what = what
        self.place = _place(node)
        self.mistakes = mistakes
        self._known: set[str] = set()
        self._values: dict[str, Node] = {}
        self._keys: dict[str, Place] = {}
        for key, value in _pairs(node, what, mistakes):
            name, place = key.value or "", key.place
            if name in self._values:
                mistakes.add(f"'{name}' stands twice in {what}.", place)
            self._values[name] = value
            self._keys[name] = place

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def complain(self, message: str, key: str = "", hint: str = "") -> None:
        """Tells a mistake at `key`, or at the table itself."""
        self.mistakes.add(message, self._keys.get(key, self.place), hint)

    def place_of(self, key: str) -> Place:
        return self._keys.get(key, self.place)

    def text(self, key: str) -> str | None:
        """The text of `key`; None when it is absent, null, or no text."""
        scalar = self.scalar(key)
        return scalar.value if scalar else None

    def scalar(self, key: str) -> Text | None:
        node = self._take(key)
        return None if node is None else self._scalar(node, f"'{key}'")

    def required_text(self, key: str) -> str:
        text = self.text(key) or ""
        if not text.strip() and (key not in self or self._is_scalar(key)):
            self.complain(f"{self.what} needs '{key}'.", key)
        return text

    def texts(self, key: str) -> tuple[Text, ...]:
        """One text, or a list of them."""
        node = self._take(key)
        if node is None:
            return ()
        items = node.value if isinstance(node, SequenceNode) else [node]
        found = (self._scalar(item, f"'{key}'") for item in items)
        return tuple(text for text in found if text is not None)

    def texts_or_tables(self, key: str, what: str) -> "tuple[Text | Section, ...]":
        """One text, or a list of texts and tables; `what` names such a table."""
        node = self._take(key)
        if node is None:
            return ()
        if not isinstance(node, SequenceNode):
            return tuple(filter(None, [self._scalar(node, f"'{key}'")]))
        found = (
            Section(item, what, self.mistakes)
            if isinstance(item, MappingNode)
            else self._scalar(item, f"'{key}'")
            for item in node.value
        )
        return tuple(one for one in found if one is not None)

    def choice(self, key: str, words: tuple[Word, ...], default: Word) -> Word:
        text = self.text(key)
        if text is None:
            return default
        for word in words:
            if word == text:
                return word
        self.complain(
            f"'{text}' is no value of '{key}'; it takes {', '.join(words)}.",
            key,
            did_you_mean(text, words),
        )
        return default

    def whole(self, key: str) -> int | None:
        """A whole number of at least 1."""
        text = self.text(key)
        if text is None:
            return None
        if re.fullmatch("[0-9]{1,9}", text) and int(text) > 0:
            return int(text)
        self.complain(f"'{key}' is a whole number of at least 1, not '{text}'.", key)
        return None

    def flag(self, key: str) -> bool | None:
        text = self.text(key)
        if text is None:
            return None
        if text.lower() not in _FLAGS:
            self.complain(f"'{key}' is true or false, not '{text}'.", key)
        return _FLAGS.get(text.lower())

    def table(self, key: str, what: str) -> "Section | None":
        node = self._take(key)
        return None if node is None else self._section(node, what)

    def named_tables(self, names: Iterable[str], what: str) -> dict[str, "Section"]:
        """Those of `names` that are there, each a table; `{}` in `what` is its name."""
        found = {name: self.table(name, what.format(name)) for name in names}
        return {name: table for name, table in found.items() if table is not None}

    def tables(self, key: str, what: str) -> list["Section"]:
        """A list of tables; `{}` in `what` is the number of one."""
        node = self._take(key)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.complain(f"'{key}' is {_kind(node)}; it must be a list.", key)
            return []
        numbered = ((what.format(n), item) for n, item in enumerate(node.value, 1))
        found = (self._section(item, name) for name, item in numbered)
        return [section for section in found if section is not None]

    def allow(self, keys: Iterable[str]) -> None:
        """Counts keys as known that were looked for in another table first."""
        self._known.update(keys)

    def close(self) -> None:
        """Tells the keys that were not taken, each with the nearest that is known."""
        for key in self._values:
            if key not in self._known:
                self.complain(
                    f"'{key}' is not a key of {self.what}.",
                    key,
                    did_you_mean(key, self._known) or self._takes(),
                )

    def _takes(self) -> str:
        return f"It takes {', '.join(sorted(self._known))}." if self._known else ""

    def _take(self, key: str) -> Node | None:
        self._known.add(key)
        return self._values.get(key)

    def is_null(self, key: str) -> bool:
        node = self._values.get(key)
        return isinstance(node, ScalarNode) and _text(node).value is None

    def _is_scalar(self, key: str) -> bool:
        return isinstance(self._values.get(key), ScalarNode)

    def _scalar(self, node: Node, what: str) -> Text | None:
        if isinstance(node, ScalarNode):
            return _text(node)
        self.mistakes.add(f"{what} is {_kind(node)}; it must be text.", _place(node))
        return None

    def _section(self, node: Node, what: str) -> "Section | None":
        if isinstance(node, MappingNode):
            return Section(node, what, self.mistakes)
        self.mistakes.add(
            f"{what} is {_kind(node)}; it must be a table of keys.", _place(node)
        )
        return None


@dataclass(frozen=True)
class Scalar:
    """A text of a file: the keys above it, and where it is written there, in letters.

    A key has the path of its table.
    """

    path: tuple[str, ...]
    value: str
    start: int
    end: int


def scalars(text: str) -> Iterator[Scalar]:
    """All keys and texts of a file, in the order in which they are written.

    Nothing, where the text is no YAML.
    """
    try:
        node = _composed(text)
    except (YAMLError, ValueError, RecursionError):
        return
    yield from sorted(_scalars(node, (), set()), key=lambda each: each.start)


@dataclass(frozen=True)
class Content:
    """A file as it was read: its table, its text, and the SHA-256 of its bytes."""

    top: Section
    text: str
    sha256: str


def read_yaml(path: Path, what: str, mistakes: Mistakes) -> Content | None:
    """The table in a file; None after a mistake that leaves nothing to read.

    `what` is what the file is to its user: "the mapping".
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        mistakes.add(f"{what} cannot be read: {error.strerror}.", None)
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        mistakes.add(
            f"{what} is no text in UTF-8 (line {line}).",
            None,
            "It must be a YAML file: save it as UTF-8.",
        )
        return None
    if len(content) > MOST_BYTES:
        mistakes.add(
            f"{what} is larger than {MOST_BYTES // 1_000_000} MB.",
            None,
            "Long lists belong into a lookup file.",
        )
        return None
    top = _parsed(text, what, mistakes)
    if top is None:
        return None
    return Content(top, text, hashlib.sha256(content).hexdigest())


def _parsed(text: str, what: str, mistakes: Mistakes) -> Section | None:
    try:
        node = _composed(text)
    except ReaderError as error:
        before = text[: error.position]
        where = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        mistakes.add("This is not valid YAML: it has a control character.", where)
        return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        mistakes.add(f"This is not valid YAML: {error.problem}.", place)
        return None
    except RecursionError:
        mistakes.add("The file is nested too deeply to be read.", None)
        return None
    except (YAMLError, ValueError) as error:
        mistakes.add(f"This is not valid YAML: {error}.", None)
        return None
    if not isinstance(node, MappingNode):
        mistakes.add("The file is no table of keys such as `version: 1`.", None)
        return None
    return Section(node, what, mistakes)


def _composed(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node


def _scalars(
    node: Node | None, path: tuple[str, ...], seen: set[int]
) -> Iterator[Scalar]:
    """An alias is the very node that it stands for: each is visited once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        yield Scalar(path, str(node.value), start, end)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _scalars(item, path, seen)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _scalars(key, path, seen)
            name = key.value if isinstance(key, ScalarNode) else ""
            yield from _scalars(value, (*path, name), seen)


def _pairs(node: Node, what: str, mistakes: Mistakes) -> Iterator[tuple[Text, Node]]:
    for key, value in node.value:
        if isinstance(key, ScalarNode):
            yield Text(key.value, _place(key)), value
        else:
            mistakes.add(f"A key of {what} is {_kind(key)}.", _place(key))


def _text(node: ScalarNode) -> Text:
    null = node.style is None and node.value in _NULLS
    return Text(None if null else node.value, _place(node))


def _kind(node: Node) -> str:
    return _KINDS.get(type(node), "something else")


def _place(node: Node) -> Place:
    mark = node.start_mark
    return Place(mark.line + 1, mark.column + 1)
