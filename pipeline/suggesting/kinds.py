"""What kind of text the cells of a column are."""

from enum import StrEnum

import polars as pl

from pipeline.activity import UUID_FORM

_CLOCK = r"\d{1,2}[:.h]\d{2}([:.]\d{2}(\.\d+)?)?(\s?(?i:[ap]\.?\s?m\.?))?"
_OFFSET = r"\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})"
_DAY = r"\d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4}"
_COMPACT = r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])"
_MONTH = r"(?i:[\p{L}]{3,10}\.?)"
_NAMED_DAY = (
    rf"(\p{{L}}{{2,10}},?\s)?(\d{{1,2}}\.?[\s-](de\s)?{_MONTH}([\s,-]|\sde)+\d{{2,4}}"
    rf"|{_MONTH}\s\d{{1,2}},?\s\d{{2,4}})"
)
_MAIL = r"[^@\s;,<>]+@[^@\s;,<>]+\.[^@\s;,<>]+"
_MOSTLY = 0.9


class Kind(StrEnum):
    """In the order in which they are tried."""

    EMPTY = "empty"
    ID = "Reevo id"
    IDS = "Reevo ids"
    MAIL = "e-mail"
    MAILS = "e-mails"
    SALESFORCE_ID = "Salesforce id"
    WEB = "web address"
    TIME = "date or time"
    EPOCH_MS = "milliseconds since 1970"
    EPOCH_S = "seconds since 1970"
    YES_NO = "yes or no"
    CLOCK = "time of day or duration"
    NUMBER = "number"
    PHONE = "phone number"
    HTML = "HTML"
    TEXT = "text"


REEVO_IDS = frozenset({Kind.ID, Kind.IDS})
MAILS = frozenset({Kind.MAIL, Kind.MAILS})
_PATTERNS = {
    Kind.ID: rf"^\{{?{UUID_FORM}\}}?$",
    Kind.IDS: rf"^{UUID_FORM}(\s*[;,\n]\s*{UUID_FORM})*[;,]?$",
    Kind.MAIL: rf"^{_MAIL}$",
    Kind.MAILS: rf"^{_MAIL}(\s*[;,\n]\s*{_MAIL})*[;,]?$",
    Kind.SALESFORCE_ID: r"^(0[0-9A-Z]|a[0-9A-Za-z])[0-9A-Za-z]{13}([A-Z0-5]{3})?$",
    Kind.WEB: r"^(?i:https?://|www\.)\S+$",
    Kind.TIME: rf"^({_DAY}|{_COMPACT}|{_NAMED_DAY})"
    rf"([T,\s]+(?i:um |at |à |às )?{_CLOCK})?({_OFFSET})?$",
    Kind.EPOCH_MS: r"^1\d{12}$",
    Kind.EPOCH_S: r"^1\d{9}$",
    Kind.YES_NO: r"^(?i:true|false|yes|no|y|n|0|1|ja|nein|oui|non|sí|si|sim|não|x)$",
    Kind.CLOCK: rf"^{_CLOCK}$",
    Kind.NUMBER: r"^[+-]?\d+([.,]\d+)*$",
    Kind.PHONE: r"^\+?[\d\s().\-/]{7,20}$",
}
OFFSET = rf"{_CLOCK}{_OFFSET}$"


def kind_of(cells: pl.Series) -> tuple[Kind, bool]:
    """The kind of filled, trimmed cells, and whether all of them are of it."""
    if cells.is_empty():
        return Kind.EMPTY, True
    for kind, pattern in _PATTERNS.items():
        share = cells.str.contains(pattern).mean()
        if isinstance(share, float) and share >= _MOSTLY:
            return kind, share == 1
    marked = bool(cells.str.contains(r"<[a-zA-Z/][^>]*>").any())
    return (Kind.HTML if marked else Kind.TEXT), True
