"""The key in a file: one that only its owner may read, or a systemd credential."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.errors import SettingsError
from pipeline.keys.source import checked
from pipeline.printable import printable, shell_word

_LONGEST_BYTES: Final = 65_536
_OTHERS: Final = 0o007
_GROUP_AND_OTHERS: Final = 0o077
_HAS_MODES: Final = os.name != "nt"


@dataclass(frozen=True)
class KeyFile:
    """A file of the user's. What comes out of a pipe is read once and remembered."""

    path: Path
    _from_pipe: list[str] = field(default_factory=list, repr=False, compare=False)

    @property
    def place(self) -> str:
        return f"the file {printable(str(self.path))}"

    def read(self) -> str:
        if self._from_pipe:
            return self._from_pipe[0]
        text, is_file = _read(self.path, self._refuse_readers)
        key = checked(text, str(self.path))
        if not is_file:
            self._from_pipe.append(key)
        return key

    def _refuse_readers(self, mode: int) -> None:
        if mode & _GROUP_AND_OTHERS:
            raise SettingsError(
                "The file with the API key is open to others on this machine (mode "
                f"{mode:04o}).",
                where=str(self.path),
                hint=f"Make it yours alone: chmod 600 {shell_word(str(self.path))}",
                code="api_key_unusable",
            )


@dataclass(frozen=True)
class CredentialKey:
    """A file in systemd's folder of credentials.

    It belongs to root there; the service's user reads it by an access list, which
    shows as rights of the group (0440).
    """

    path: Path

    @property
    def place(self) -> str:
        return f"the systemd credential {printable(self.path.name)}"

    def read(self) -> str:
        text, _ = _read(self.path, self._refuse_readers)
        return checked(text, str(self.path))

    def _refuse_readers(self, mode: int) -> None:
        if mode & _OTHERS:
            raise SettingsError(
                "Everybody on this machine may read the credential with the API key "
                f"(mode {mode:04o}).",
                where=str(self.path),
                hint="systemd makes no such file: look at CREDENTIALS_DIRECTORY.",
                code="api_key_unusable",
            )


def _read(path: Path, refuse_readers: Callable[[int], None]) -> tuple[str, bool]:
    """Its text, and whether it is a regular file; symbolic links are followed."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if _HAS_MODES:
                refuse_readers(stat.S_IMODE(mode))
            content = file.read(_LONGEST_BYTES + 1)
        if len(content) > _LONGEST_BYTES:
            raise _unreadable(path, "it is too long for a key")
        return content.decode("utf-8-sig"), stat.S_ISREG(mode)
    except UnicodeDecodeError:
        raise _unreadable(path, "it is not a text file") from None
    except OSError as error:
        raise _unreadable(path, error.strerror or "it is not a file") from None


def _unreadable(path: Path, reason: str) -> SettingsError:
    return SettingsError(
        f"The file with the API key cannot be read: {reason}.",
        where=str(path),
        code="api_key_unusable",
    )
