"""Secrets: from the environment, or from a file that only its owner can read."""

import os
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from pipeline.errors import SettingsError

_OTHERS: Final = 0o077
_LONGEST: Final = 16_384
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"


class Secret(Protocol):
    """Text that is read when it is needed, and stands nowhere else."""

    @property
    def where(self) -> str:
        """Its place, as people are told it."""
        ...

    @property
    def label(self) -> str:
        """What tells it from others, and is no secret itself."""
        ...

    def read(self) -> str:
        """Raises SettingsError when it is not there, or not kept secret."""
        ...


@dataclass(frozen=True)
class FromEnvironment:
    """The value of a variable."""

    name: str
    environ: Dict[str, str] = field(repr=False, compare=False)

    @property
    def where(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name

    def read(self) -> str:
        if value := self.environ.get(self.name, "").strip():
            return value
        raise SettingsError(
            f"The variable {self.name} is not set.",
            where=self.name,
            hint="Set it where the program is started, or name a file.",
        )


@dataclass(frozen=True)
class FromFile:
    """The text of a file. `guarded` says that others than its owner keep it safe."""

    path: Path
    guarded: bool = False

    @property
    def where(self) -> str:
        return str(self.path)

    @property
    def label(self) -> str:
        return str(self.path)

    def read(self) -> str:
        try:
            self._refuse_open()
            with self.path.open(encoding="utf-8-sig") as stream:
                text = stream.read(_LONGEST).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not a text file"
            raise SettingsError(
                f"The file with the secret cannot be read: {reason}.", where=self.where
            ) from None
        if text:
            return text
        raise SettingsError("The file with the secret is empty.", where=self.where)

    def _refuse_open(self) -> None:
        if self.guarded or os.name != "posix":
            return
        if self.path.stat().st_mode & _OTHERS:
            raise SettingsError(
                "Others on this machine can read the file with the secret.",
                where=self.where,
                hint=f"Take their rights away: chmod 600 {self.path}",
            )


@dataclass(frozen=True)
class InTheOpen:
    """Text that stands in the configuration: no secret."""

    text: str

    @property
    def where(self) -> str:
        return "the configuration"

    @property
    def label(self) -> str:
        return self.text

    def read(self) -> str:
        return self.text


def file_secret(name: str, folder: Path, environ: Dict[str, str]) -> FromFile:
    """A file named relative to `folder`, or below systemd's folder of credentials."""
    given = environ.get(CREDENTIALS, "")
    for variable in (f"${CREDENTIALS}/", f"${{{CREDENTIALS}}}/"):
        if given and name.startswith(variable):
            return FromFile(Path(given, name.removeprefix(variable)), guarded=True)
    path = folder / Path(name).expanduser()
    return FromFile(path, guarded=bool(given) and path.is_relative_to(given))
