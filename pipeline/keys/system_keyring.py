"""The key in the keyring of the desktop or the system; needs the extra `keyring`."""

from dataclasses import dataclass
from functools import cached_property

import keyring
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from pipeline.errors import SettingsError
from pipeline.keys.source import checked, refuse_empty

SERVICE = "activity-import"
_ELSEWHERE = "or set the variable REEVO_API_KEY, or name a file by --api-key-file."


@dataclass(frozen=True)
class KeyringKey:
    """What `keyring set activity-import BASE_URL` stored; asked for once.

    A keyring may ask a person for its password, so that it is never asked while
    requests are in flight.
    """

    base_url: str

    @property
    def place(self) -> str:
        return f"the system keyring ({SERVICE}, {self.base_url})"

    def read(self) -> str:
        return self._key

    @cached_property
    def _key(self) -> str:
        key = self._ask()
        if key is None:
            refuse_empty("REEVO_API_KEY")
        return checked(key, self.place)

    def _ask(self) -> str | None:
        """None where there is no keyring at all, as on servers."""
        try:
            return keyring.get_password(SERVICE, self.base_url)
        except NoKeyringError:
            return None
        except (KeyringLocked, InitError):
            raise SettingsError(
                "The system keyring is locked.",
                where=self.place,
                hint=f"Unlock it and try again, {_ELSEWHERE}",
                code="api_key_unusable",
            ) from None
        except KeyringError as error:
            raise SettingsError(
                f"The system keyring cannot be read: {error}.",
                where=self.place,
                hint=f"Mend it, {_ELSEWHERE}",
                code="api_key_unusable",
            ) from None
