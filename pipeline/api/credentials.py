"""The key that requests bear, and which one follows when the API refuses it."""

from typing import Protocol

from pipeline.errors import SettingsError


class HasKey(Protocol):
    """Where a key can be read, and read again."""

    def read(self) -> str:
        """The key as it is there now; raises SettingsError."""
        ...


class Credentials(Protocol):
    """`key` is what the next request bears."""

    @property
    def key(self) -> str: ...

    def instead_of(self, refused: str) -> str | None:
        """The key to use after the API refused one; None when there is no other.

        A key that was refused once never comes back, so that whoever sends again
        with each new one comes to an end.
        """
        ...


class Anonymous:
    """For what is asked without showing a key."""

    key = ""

    def instead_of(self, refused: str) -> str | None:
        return None


class FixedKey:
    """One key for good; raises SettingsError, which never shows it."""

    def __init__(self, key: str) -> None:
        self._key = checked_key(key)

    @property
    def key(self) -> str:
        return self._key

    def instead_of(self, refused: str) -> str | None:
        return None


class RereadKey:
    """Reads its source again, once, for each key that the API refuses.

    All requests of a run share it: those that were in flight with the old key find
    the new one here. Raises SettingsError when there is no key to begin with.
    """

    def __init__(self, source: HasKey) -> None:
        self._source = source
        self._key = checked_key(source.read())
        self._refused: set[str] = set()

    @property
    def key(self) -> str:
        return self._key

    def instead_of(self, refused: str) -> str | None:
        if refused not in self._refused:
            self._refused.add(refused)
            self._read_again()
        return None if self._key in self._refused else self._key

    def _read_again(self) -> None:
        """What cannot be read now leaves the key as it is."""
        if self._key not in self._refused:
            return
        try:
            self._key = checked_key(self._source.read())
        except SettingsError:
            return


def checked_key(key: str) -> str:
    """Raises SettingsError, which never shows the key."""
    if key and key.isascii() and all("!" <= character <= "~" for character in key):
        return key
    raise SettingsError(
        "The API key is empty, or holds a blank, a line break or a special character.",
        hint="Copy it again, whole, into REEVO_API_KEY.",
        code="api_key_unusable",
    )
