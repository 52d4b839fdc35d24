"""Where the API key comes from: a file, the environment, a credential, a keyring."""

from pipeline.keys.choose import CREDENTIAL_NAME, find_key_source
from pipeline.keys.environment import KEY_VARIABLE, EnvironmentKey
from pipeline.keys.key_file import CredentialKey, KeyFile
from pipeline.keys.source import KeySource, NoKey

__all__ = [
    "CREDENTIAL_NAME",
    "KEY_VARIABLE",
    "CredentialKey",
    "EnvironmentKey",
    "KeyFile",
    "KeySource",
    "NoKey",
    "find_key_source",
]
