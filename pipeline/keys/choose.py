"""Which source counts when several have a key."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pipeline.keys.environment import KEY_VARIABLE, EnvironmentKey
from pipeline.keys.key_file import CredentialKey, KeyFile
from pipeline.keys.source import KeySource, NoKey

CREDENTIAL_NAME: Final = "reevo-api-key"
_CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"


def find_key_source(
    file: Path | None, base_url: str, environ: Mapping[str, str]
) -> KeySource:
    """The file that was named, else the environment, a credential, the keyring.

    Nothing is read yet but names; an empty variable counts as none.
    """
    folder = environ.get(_CREDENTIALS)
    if file is not None:
        return _file(file, folder)
    if environ.get(KEY_VARIABLE, "").strip():
        return EnvironmentKey(environ[KEY_VARIABLE])
    if folder and (credential := Path(folder, CREDENTIAL_NAME)).exists():
        return CredentialKey(credential)
    return _keyring(base_url)


def _file(path: Path, folder: str | None) -> KeySource:
    """A credential stays one when it is named by --api-key-file."""
    if folder and path.absolute().parent == Path(folder).absolute():
        return CredentialKey(path)
    return KeyFile(path)


def _keyring(base_url: str) -> KeySource:
    """Imported only here: it takes longer than all that most commands do."""
    if find_spec("keyring") is None:
        return NoKey(KEY_VARIABLE)
    module = import_module("pipeline.keys.system_keyring")
    source: KeySource = module.KeyringKey(base_url)
    return source
