"""The key in the system keyring, by the library itself, with a keyring of our own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

from pipeline.errors import SettingsError
from pipeline.keys import find_key_source
from tests.commands import activity_import

URL = "https://api.reevo.ai"
PLACE = "the system keyring (activity-import, https://api.reevo.ai)"


@dataclass
class Drawer(KeyringBackend):
    """Holds keys; counts how often it is opened."""

    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    trouble: Exception | None = None
    asked: int = 0
    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        return self.keys.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.keys[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.keys[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before, mine = keyring.get_keyring(), Drawer()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def test_the_key_is_the_one_stored_for_the_base_url(drawer: Drawer) -> None:
    keyring.set_password("activity-import", URL, "the-key")
    keyring.set_password("activity-import", "https://elsewhere", "another")
    source = find_key_source(None, URL, {})

    assert [source.read(), source.read()] == ["the-key", "the-key"]
    assert (source.place, drawer.asked) == (PLACE, 1)


def test_an_empty_keyring_is_no_key(drawer: Drawer) -> None:
    with pytest.raises(SettingsError, match="There is no API key") as caught:
        find_key_source(None, URL, {}).read()
    assert (caught.value.where, drawer.asked) == ("REEVO_API_KEY", 1)


def test_no_keyring_at_all_is_no_key(drawer: Drawer) -> None:
    drawer.trouble = NoKeyringError("x")
    with pytest.raises(SettingsError, match="There is no API key"):
        find_key_source(None, URL, {}).read()


@pytest.mark.parametrize(
    ("trouble", "message", "hint"),
    [
        (
            KeyringLocked("x"),
            "The system keyring is locked.",
            "Unlock it and try again",
        ),
        (KeyringError("x"), "The system keyring cannot be read: x.", "Mend it"),
    ],
)
def test_a_keyring_that_gives_nothing_is_told(
    drawer: Drawer, trouble: Exception, message: str, hint: str
) -> None:
    drawer.trouble = trouble
    with pytest.raises(SettingsError) as caught:
        find_key_source(None, URL, {}).read()

    assert (caught.value.message, caught.value.where) == (message, PLACE)
    assert caught.value.hint.startswith(hint)


def test_doctor_says_that_the_key_comes_from_the_keyring(drawer: Drawer) -> None:
    url = "http://127.0.0.1:9"
    keyring.set_password("activity-import", url, "the-key")
    ended = activity_import("doctor", "--base-url", url)

    assert f"in the system keyring (activity-import, {url})" in ended.out
    assert "the-key" not in ended.out + ended.err
    assert drawer.asked == 1
