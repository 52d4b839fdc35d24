"""What every code means, why it comes, and what a person can do: the one place for it.

The messages of issues, the hints of outcomes, `explain`, the report's page and the
README's table are made from it.
"""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import Final

from pipeline.catalogue.checking import CHECKING
from pipeline.catalogue.entry import Entry, Fix, Level
from pipeline.catalogue.fields import FIELDS
from pipeline.catalogue.files import SOURCES
from pipeline.catalogue.mappings import MAPPINGS
from pipeline.catalogue.outcomes import NOT_SENT, REFUSED, UNCERTAIN
from pipeline.catalogue.places import PLACES
from pipeline.catalogue.reading import READING
from pipeline.catalogue.sending import GUARDS, STOPS
from pipeline.catalogue.settings import SETTINGS

GROUPS: Final[Mapping[str, tuple[Entry, ...]]] = MappingProxyType(
    {
        "Rows, as they are read": READING,
        "Rows, column by column": FIELDS,
        "Rows, as whole activities": CHECKING,
        "Rows that the API refused": REFUSED,
        "Rows whose answer is not known": UNCERTAIN,
        "How a row got its outcome": NOT_SENT,
        "Runs that a guard stopped": GUARDS,
        "Runs that ended early": STOPS,
        "Files that cannot be read": SOURCES,
        "Mappings and lookups": MAPPINGS,
        "Options, key and settings": SETTINGS,
        "Ledger, disk and machine": PLACES,
    }
)
ENTRIES: Final[Mapping[str, Entry]] = MappingProxyType(
    {entry.code: entry for entry in chain.from_iterable(GROUPS.values())}
)
ISSUES: Final[Mapping[str, Entry]] = MappingProxyType(
    {entry.code: entry for entry in (*READING, *FIELDS, *CHECKING)}
)
REFUSED_BY_API: Final = ENTRIES["refused_by_api"]
_WORDS_OF_API: Final = frozenset(entry.code for entry in REFUSED)

__all__ = [
    "ENTRIES",
    "GROUPS",
    "ISSUES",
    "REFUSED",
    "REFUSED_BY_API",
    "UNCERTAIN",
    "Entry",
    "Fix",
    "Level",
    "code_of_refusal",
    "entry_of",
]


def entry_of(code: str) -> Entry:
    """What is known of a code; of a word of the API's own, what is true of all."""
    return ENTRIES.get(code, REFUSED_BY_API)


def code_of_refusal(said: str, status: int) -> str:
    """The API's own word for a refusal, or its status.

    A word that means something else here gets `api_` in front.
    """
    if not said:
        return f"http_{status}"
    is_ours = said in ENTRIES and said not in _WORDS_OF_API
    return f"api_{said}" if is_ours else said
