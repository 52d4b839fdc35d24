"""The key in an environment variable, which never changes while a program runs."""

from dataclasses import dataclass, field
from typing import Final

from pipeline.keys.source import checked

KEY_VARIABLE: Final = "REEVO_API_KEY"


@dataclass(frozen=True)
class EnvironmentKey:
    """`text` is what the variable held when the program began."""

    text: str = field(repr=False)

    @property
    def place(self) -> str:
        return f"the variable {KEY_VARIABLE}"

    def read(self) -> str:
        return checked(self.text, KEY_VARIABLE)
