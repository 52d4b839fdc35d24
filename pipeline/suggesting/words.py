"""What columns and values of activity exports are called, in five languages."""

import tomllib
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from pipeline.suggesting.likeness import plain_words


class Role(StrEnum):
    """What a column holds of an activity."""

    HAPPENED = "happened"
    DUE = "due"
    WRITTEN = "written"
    ENDED = "ended"
    CLOCK = "clock"
    SUBJECT = "subject"
    DESCRIPTION = "description"
    CATEGORY = "category"
    ACCOUNT = "account"
    OPPORTUNITY = "opportunity"
    CONTACT = "contact"
    OWNER = "owner"
    STATUS = "status"
    DELETED = "deleted"
    DURATION = "duration"
    DETAIL = "detail"
    KEY = "key"


@dataclass(frozen=True)
class Words:
    """What is known by name; the best words of a language have rank 0.

    `roles` has the names of columns by role, `categories` values by Reevo's category.
    """

    roles: Dict[Role, Dict[str, int]]
    categories: Dict[str, tuple[str, ...]]
    done: frozenset[str]


@cache
def known_words() -> Words:
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return Words(
        roles={
            Role(name): _ranked(languages)
            for name, languages in content["roles"].items()
        },
        categories={
            name: tuple(words) for name, words in content["categories"].items()
        },
        done=frozenset(content["done"]["words"]),
    )


def _ranked(languages: Dict[str, list[str]]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for words in languages.values():
        for rank, word in enumerate(words):
            ranks[word] = min(rank, ranks.get(word, rank))
    return ranks


def category_of(value: str) -> str | None:
    """Reevo's category for a value, or a file's name; None if it is not known."""
    # WhatsApp is one word, CallLog is two.
    spoken = f" {plain_words(value)} {plain_words(value.casefold())} "
    for category, words in known_words().categories.items():
        names = (category.casefold().replace("_", " "), *words)
        if any(f" {word} " in spoken for word in names):
            return category
    return None


def means_done(value: str) -> bool:
    return plain_words(value) in known_words().done
