"""Where the key comes from, and which files are refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.keys import (
    CredentialKey,
    EnvironmentKey,
    KeyFile,
    KeySource,
    NoKey,
    find_key_source,
)
from pipeline.keys.system_keyring import KeyringKey

URL = "https://api.reevo.ai"
KEY = "sk-Very/Secret+123"


def file_of(folder: Path, text: str = KEY, *, mode: int = 0o600) -> Path:
    path = folder / "reevo-api-key"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def refusal(source: KeySource) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        source.read()
    assert KEY not in f"{caught.value!r}{caught.value.sentence}{source!r}"
    return caught.value


def test_a_file_counts_before_the_variable_the_credential_and_the_keyring(
    tmp_path: Path,
) -> None:
    path = file_of(tmp_path)
    mine = tmp_path / "mine" / "key"
    credential = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    variable = {"REEVO_API_KEY": KEY, **credential}
    empty = {"REEVO_API_KEY": " ", **credential}

    assert find_key_source(mine, URL, variable) == KeyFile(mine)
    assert find_key_source(None, URL, variable) == EnvironmentKey(KEY)
    assert find_key_source(None, URL, credential) == CredentialKey(path)
    assert find_key_source(None, URL, empty) == CredentialKey(path)
    assert find_key_source(None, URL, {}) == KeyringKey(URL)


def test_each_source_says_where_it_is_and_not_what_it_holds(tmp_path: Path) -> None:
    path = file_of(tmp_path)
    sources: list[KeySource] = [EnvironmentKey(KEY), KeyFile(path), CredentialKey(path)]

    assert [source.read() for source in sources] == [KEY] * 3
    assert KEY not in repr(sources)
    assert [source.place for source in sources] == [
        "the variable REEVO_API_KEY",
        f"the file {path}",
        "the systemd credential reevo-api-key",
    ]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o602, 0o610])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    error = refusal(KeyFile(file_of(tmp_path, mode=mode)))

    assert error.message == (
        "The file with the API key is open to others on this machine "
        f"(mode {mode:04o})."
    )
    assert error.hint == f"Make it yours alone: chmod 600 {tmp_path}/reevo-api-key"


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_your_own_is_read(tmp_path: Path, mode: int) -> None:
    assert KeyFile(file_of(tmp_path, f"{KEY}\r\n", mode=mode)).read() == KEY


def test_a_link_counts_as_the_file_it_leads_to(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file_of(tmp_path))
    assert KeyFile(link).read() == KEY

    file_of(tmp_path, mode=0o644)
    assert refusal(KeyFile(link)).where == str(link)


@pytest.mark.parametrize("mode", [0o400, 0o440])
def test_a_credential_may_show_rights_of_its_group(tmp_path: Path, mode: int) -> None:
    path = file_of(tmp_path, mode=mode)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert find_key_source(None, URL, environ).read() == KEY
    assert find_key_source(path, URL, environ).read() == KEY


def test_a_credential_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    error = refusal(CredentialKey(file_of(tmp_path, mode=0o444)))

    assert error.message.startswith("Everybody on this machine may read the credential")


def test_files_that_hold_no_key_are_told_apart(tmp_path: Path) -> None:
    empty = file_of(tmp_path, " \n")
    assert refusal(KeyFile(empty)).message == "There is no API key."
    file_of(tmp_path, f"{KEY} {KEY}")
    assert refusal(KeyFile(empty)).message == (
        "The API key has characters that no key has."
    )
    file_of(tmp_path, KEY * 5_000)
    assert "it is too long for a key" in refusal(KeyFile(empty)).message
    empty.write_bytes(b"\xff\xfe\x00\xd8")
    assert "it is not a text file" in refusal(KeyFile(empty)).message
    assert "Is a directory" in refusal(KeyFile(tmp_path)).message
    assert "No such file" in refusal(KeyFile(tmp_path / "none")).message


def test_what_comes_out_of_a_pipe_is_read_once() -> None:
    reader, writer = os.pipe()
    os.write(writer, KEY.encode())
    os.close(writer)
    source = KeyFile(Path(f"/dev/fd/{reader}"))

    assert [source.read(), source.read()] == [KEY, KEY]
    os.close(reader)


def test_without_a_key_anywhere_it_says_where_to_put_one() -> None:
    error = refusal(NoKey("REEVO_API_KEY"))

    assert error.sentence == "There is no API key. (REEVO_API_KEY)"
    assert error.hint.startswith("Set the variable REEVO_API_KEY, or name a file by ")


@given(st.text(min_size=12).filter(lambda text: text.strip()))
@settings(deadline=None)
def test_no_error_shows_what_was_meant_to_be_a_key(text: str) -> None:
    said, key = said_of(EnvironmentKey(text)), text.strip()

    assert said == key or key not in said


def said_of(source: KeySource) -> str:
    try:
        return source.read()
    except SettingsError as error:
        return f"{error.sentence}{error.hint}"


def test_the_keyring_is_imported_only_when_it_is_asked() -> None:
    code = "import sys, pipeline.cli; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
