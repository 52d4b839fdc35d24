"""What every source of the key has in common."""

from dataclasses import dataclass
from typing import NoReturn, Protocol

from pipeline.errors import SettingsError

_NO_KEY_HINT = (
    "Set the variable REEVO_API_KEY, or name a file by --api-key-file. To try without "
    "a key: --sandbox, or --dry-run."
)


class KeySource(Protocol):
    """A place that may hold the key; neither its repr nor its errors show it."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        ...

    def read(self) -> str:
        """The key as it is there now; raises SettingsError."""
        ...


@dataclass(frozen=True)
class NoKey:
    """Nothing was found anywhere. `where` was expected to have it."""

    where: str

    @property
    def place(self) -> str:
        return "nowhere"

    def read(self) -> str:
        refuse_empty(self.where)


def checked(text: str, where: str) -> str:
    """The key without white space around; raises SettingsError."""
    key = text.strip()
    if not key:
        refuse_empty(where)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(
            "The API key has characters that no key has.",
            where=where,
            hint="Copy it again from Reevo: Settings, Integrations, API Keys.",
            code="api_key_unusable",
        )
    return key


def refuse_empty(where: str) -> NoReturn:
    raise SettingsError(
        "There is no API key.", where=where, hint=_NO_KEY_HINT, code="api_key_missing"
    )
