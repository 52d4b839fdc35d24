"""What the first bytes of a file say of its encoding."""

import codecs
import unicodedata

from pipeline.stages.read.form import Form

_BOMS = {
    codecs.BOM_UTF32_LE: Form("utf-32", "utf-32-le"),
    codecs.BOM_UTF32_BE: Form("utf-32", "utf-32-be"),
    codecs.BOM_UTF8: Form("utf-8", "utf-8"),
    codecs.BOM_UTF16_LE: Form("utf-16", "utf-16-le"),
    codecs.BOM_UTF16_BE: Form("utf-16", "utf-16-be"),
}
_WIDE = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_TEXT_BYTES = bytes({9, 10, 11, 12, 13, 27, 31, *range(32, 256)})
_MOST_NULS = 0.3
_MOST_ODD_BYTES = 0.01
_LEAST_ASCII = 0.05
_LOOKED_AT = 1 << 14


def by_bom(head: bytes) -> Form | None:
    """The form that a byte-order mark promises."""
    return next((form for mark, form in _BOMS.items() if head.startswith(mark)), None)


def wide(head: bytes) -> Form | None:
    """UTF-16 without a byte-order mark: its delimiters and line breaks have a NUL."""
    found = [(_ascii_share(head, codec), codec) for codec in ("utf-16-le", "utf-16-be")]
    share, codec = max(found)
    return Form(codec, codec) if share >= _LEAST_ASCII else None


def asked_for(name: str, head: bytes) -> Form | None:
    """The form that a mapping names; None if the first bytes say that it is wrong."""
    codec = codecs.lookup(name).name.removesuffix("-sig")
    promised = by_bom(head)
    if promised is not None:
        fits = codec in (promised.codec, promised.encoding)
        return Form(name, promised.codec) if fits else None
    codec = _WIDE.get(codec, codec)
    if codec.startswith(("utf-16", "utf-32")) and b"\0" not in head:
        return None
    return Form(name, codec)


def is_text(head: bytes) -> bool:
    """Whether text of one byte a letter, or UTF-8, may begin like this."""
    nuls = head.count(0)
    odd = len(head.translate(None, _TEXT_BYTES)) - nuls
    return nuls <= len(head) * _MOST_NULS and odd <= len(head) * _MOST_ODD_BYTES


def _ascii_share(head: bytes, codec: str) -> float:
    """Of its letters; 0 if it cannot be text in that encoding."""
    if b"\0" not in head:
        return 0.0
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head[:_LOOKED_AT])
    except UnicodeDecodeError:
        return 0.0
    if not text or any(unicodedata.category(sign) in ("Cn", "Co") for sign in text):
        return 0.0
    breaks = sum(map(text.count, "\r\n"))
    if (
        "\0" in text
        or 2 * breaks < sum(map(head[:_LOOKED_AT].count, b"\r\n"))
        or not breaks
    ):
        return 0.0
    return sum(sign.isascii() for sign in text) / len(text)
