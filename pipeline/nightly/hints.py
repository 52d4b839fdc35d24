"""What a run advises, as it holds for a file that goes on by itself."""

from collections.abc import Iterator
from typing import Final

_GOES_ON: Final = "It stays where it is, and goes on by itself next time."
_THEN: Final = ", then "


def on_its_way(hint: str) -> str:
    """The hint without what it says of `resume`: nobody has to type that."""
    return " ".join([*_kept(hint), _GOES_ON])


def without_resume(hint: str) -> str:
    """The hint as it holds where no run had begun."""
    return " ".join(_kept(hint)) if "resume`" in hint else hint


def _kept(hint: str) -> Iterator[str]:
    sentences = hint.rstrip().removesuffix(".").split(". ") if hint.strip() else []
    for sentence in sentences:
        if kept := _without_resume(sentence):
            yield f"{kept}."


def _without_resume(sentence: str) -> str:
    if "resume`" not in sentence:
        return sentence
    before, then, _ = sentence.rpartition(_THEN)
    return before if then else ""
