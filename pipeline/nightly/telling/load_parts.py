"""What sections have in common: secrets, lists of words, encryption."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.api import is_loopback
from pipeline.errors import SettingsError
from pipeline.nearest import did_you_mean
from pipeline.nightly.telling.secret import FromEnvironment, Secret, file_secret
from pipeline.yaml_file import Section

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True)
class Around:
    """What the file stands in: paths count from `folder`."""

    folder: Path
    environ: Dict[str, str]


def secret_in(section: Section, name: str, around: Around) -> Secret | None:
    """From `<name>_env` or `<name>_file`; exactly one of them."""
    keys = (f"{name}_env", f"{name}_file")
    variable, file = (section.text(key) for key in keys)
    if bool(variable) == bool(file):
        section.complain(
            f"{section.what} needs one of '{keys[0]}' and '{keys[1]}'.",
            hint="Secrets do not stand in the configuration itself.",
        )
        return None
    secret: Secret = (
        FromEnvironment(variable, around.environ)
        if variable
        else file_secret(file or "", around.folder, around.environ)
    )
    try:
        secret.read()
    except SettingsError as error:
        section.complain(error.sentence, keys[0] if variable else keys[1], error.hint)
    return secret


def refuse_open(section: Section, host: str, *, is_open: bool) -> None:
    """What is open goes to this machine only, unless it is said to be meant."""
    allowed = section.flag("allow_insecure") or False
    if is_open and host and not is_loopback(host) and not allowed:
        section.complain(
            f"What goes to {host} would not be encrypted.",
            "security" if "security" in section else "",
            "Anyone on the way could read it. If you mean it, add "
            "'allow_insecure: true'.",
        )


def words_in(section: Section, key: str, known: tuple[Word, ...]) -> list[Word]:
    """The values of a list; those that are not known are told."""
    found = []
    for text in section.texts(key):
        word = next((each for each in known if each == text.value), None)
        if word is None:
            section.mistakes.add(
                f"'{text.value}' is no value of '{key}'; it takes {', '.join(known)}.",
                text.place,
                did_you_mean(text.value or "", known),
            )
            continue
        found.append(word)
    return found
