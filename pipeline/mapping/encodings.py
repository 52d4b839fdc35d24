"""The encodings of text that a mapping may name: all that Python reads."""

import codecs
from encodings.aliases import aliases

USUAL_ENCODINGS = (
    "utf-8",
    "utf-16",
    "windows-1252",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1250",
    "windows-1251",
    "shift_jis",
    "gb18030",
    "mac-roman",
)
_SAMPLE = 'Id,Text\r\n1,"a"\r\n'


def is_encoding(name: str) -> bool:
    """Whether Python knows it, and it writes a table as one would expect."""
    try:
        codecs.getincrementaldecoder(name)
        codec = codecs.lookup(name)
        return codec.decode(codec.encode(_SAMPLE)[0])[0] == _SAMPLE and (
            codec.name not in _NOTATIONS
        )
    except (LookupError, ValueError, TypeError, AttributeError):
        return False


def encodings() -> list[str]:
    """The usual names, and all others."""
    others = {name.replace("_", "-") for name in {*aliases, *aliases.values()}}
    found = {name for name in others if is_encoding(name)}
    return [*USUAL_ENCODINGS, *sorted(found - set(USUAL_ENCODINGS))]


_NOTATIONS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"}
