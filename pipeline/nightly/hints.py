"""What a run advises, as it holds for a file that goes on by itself."""

from typing import Final

_GOES_ON: Final = "It stays where it is, and goes on by itself next time."
_THEN: Final = ", then "


def on_its_way(hint: str) -> str:
    """The hint without what it says of `resume`: nobody has to type that."""
    sentences = hint.rstrip().removesuffix(".").split(". ") if hint.strip() else []
    kept = (_without_resume(sentence) for sentence in sentences)
    return " ".join([*(f"{each}." for each in kept if each), _GOES_ON])


def _without_resume(sentence: str) -> str:
    if "resume`" not in sentence:
        return sentence
    before, then, _ = sentence.rpartition(_THEN)
    return before if then else ""
