"""Which encoding some text is in that is no UTF-8: a guess, and how it reads."""

import math
import re
import unicodedata
from collections import Counter

import chardet

# What exports are in, the likelier first. Japanese Windows writes signs that plain
# Shift-JIS lacks: cp932 has them.
_CODECS = {
    "cp1252": "windows-1252",
    "iso8859-15": "iso-8859-15",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp932": "cp932",
    "gb18030": "gb18030",
    "mac-roman": "mac-roman",
}
_WORD = re.compile(
    rb"[A-Za-z'\x80-\xff]*[\x80-\xff]"
    rb"(?:[ '0-9\x40-\x5b\x5d-\x7b\x7d-\xff-]*[\x80-\xff])?[A-Za-z\x80-\xff]*"
)
_LETTERS = re.compile(r"\w+")
_SIGNS = re.compile(r"\S+")
_SHOWN_LENGTH = 30
# The letters beyond ASCII of languages that exports are often in.
_ALPHABETS = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "äöüß",
        "àâæçéèêëîïôœùûü",
        "áéíñóúü",
        "áâãàçéêíóôõú",
        "àèéìòù",
        "åäöé",
        "æøåéö",
        "äëéèïöüç",
        "áðéíóúýþæö",
        "áčďéěíňóřšťúůýž",
        "áäčďéíĺľňóôŕšťúýž",
        "ąćęłńóśźż",
        "áéíóöőúüű",
        "čćđšž",
        "ăâîşţșț",
        "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "абвгдђежзијклљмнњопрстћуфхцчџш",
    )
)
_LETTERS_OF_ANY = frozenset().union(*_ALPHABETS)
_WORDS_OF_ONE = frozenset("àèéåöÀÈÉÅÖавикосуяіАВИКОСУЯІ")
_APOSTROPHE = "\u2019"
_OPENING = "\u2018\u201c\u201e\u00ab"
_SYMBOLS = frozenset(
    "\u201d\u2013\u2014…€£№•\u00bb°½\u00d7±²³§©®™" + _OPENING + _APOSTROPHE
)
_NO_TEXT = ("Cc", "Cn", "Co", "Cs")
_MARGIN = 0.12
_PRIOR = {"cp1252": 0.05, "mac-roman": -0.1}
_WEIGHT_OF_ALPHABET = 0.5
_WEIGHT_OF_DETECTOR = 0.05
_LEAST_SURE = 1e-6


def words(sample: bytes) -> bytes:
    """The words of a sample that are not all ASCII, one a line."""
    return b"\n".join(found.group() for found in _WORD.finditer(sample))


def guess(sample: bytes) -> str:
    """The likeliest encoding of a sample of lines: windows-1252 if nothing tells.

    A statistical detector ranks those that the text is plausible in. It is asked
    about words that are not all ASCII: the names, numbers and dates around them
    would only tell it that the file is English.
    """
    told = words(sample)
    marks = {name: _plausible(told, name) for name in _CODECS.values()}
    best = max(marks.values())
    left = [codec for codec, name in _CODECS.items() if marks[name] >= best - _MARGIN]
    ranks = chardet.detect_all(
        told,
        ignore_threshold=True,
        include_encodings=left,
        no_match_encoding=left[0],
        compat_names=False,
    )
    sure = {rank["encoding"]: rank["confidence"] for rank in ranks}

    def weight(codec: str) -> float:
        # The detector's figures are small, and only their ratios tell something.
        ratio = math.log(max(sure.get(codec, 0.0), _LEAST_SURE))
        prior = _PRIOR.get(codec, 0.0)
        return marks[_CODECS[codec]] + _WEIGHT_OF_DETECTOR * ratio + prior

    chosen = max(left, key=weight)
    return _plainest(told, _CODECS[chosen])


def as_read(sample: bytes, name: str, count: int = 2) -> tuple[str, ...]:
    """Words of the sample that are not all ASCII, as an encoding reads them."""
    text = sample.decode(name, "replace")
    found = _foreign(_LETTERS, text) or _foreign(_SIGNS, text)
    return tuple(dict.fromkeys(word[:_SHOWN_LENGTH] for word in found))[:count]


def _foreign(words: re.Pattern[str], text: str) -> list[str]:
    return [word for word in words.findall(text) if not word.isascii()]


def _plainest(told: bytes, name: str) -> str:
    """The likeliest of the encodings that read the same."""
    text = told.decode(name, "replace")
    return next(
        other for other in _CODECS.values() if told.decode(other, "replace") == text
    )


def _plausible(told: bytes, name: str) -> float:
    """How well the text reads; more if all of its letters are those of one language."""
    text = told.decode(name, "replace")
    before, marks, count = "\n", 0.0, 0
    for at, sign in enumerate(text):
        if sign >= "\x80":
            after = text[at + 1] if at + 1 < len(text) else "\n"
            marks += _mark(before, sign, after)
            count += 1
        before = sign
    share = _WEIGHT_OF_ALPHABET * _share_of_one_alphabet(text)
    return marks / count + share if count else 0.0


def _share_of_one_alphabet(text: str) -> float:
    times = Counter(sign for sign in text if sign >= "\x80" and sign.isalpha())
    if not times:
        return 1.0
    own = (sum(times[sign] for sign in times.keys() & each) for each in _ALPHABETS)
    ideographs = sum(n for sign, n in times.items() if _is_common_ideograph(sign))
    return max(*own, ideographs) / times.total()


def _mark(before: str, sign: str, after: str) -> float:
    kind = unicodedata.category(sign)
    if sign == "\ufffd" or kind in _NO_TEXT:
        return -3.0
    if kind[0] != "L":
        return _mark_of_symbol(before, sign, after)
    if kind in ("Lo", "Lm"):
        return _mark_of_ideograph(before, sign, after)
    return _mark_of_letter(before, sign, after)


def _mark_of_letter(before: str, sign: str, after: str) -> float:
    script = _script(sign)
    if any(other.isalpha() and _script(other) != script for other in (before, after)):
        return -1.5
    inside = before.islower() or (before.isalpha() and after.islower())
    if (sign.isupper() and inside) or (sign.islower() and after.isupper()):
        return -1.0
    alone = not (before.isalpha() or after.isalpha())
    if before.isdigit() or after.isdigit() or (alone and sign not in _WORDS_OF_ONE):
        return -0.5
    return 1.0 if sign in _LETTERS_OF_ANY else 0.3


def _mark_of_ideograph(before: str, sign: str, after: str) -> float:
    alone = before.isascii() and after.isascii()
    if alone and (before.isalpha() or after.isalpha()):
        return -1.0
    return 1.0 if _is_common_ideograph(sign) else 0.0


def _mark_of_symbol(before: str, sign: str, after: str) -> float:
    if sign in _OPENING and before.isalpha():
        return -1.0
    if before.isalpha() and after.isalpha():
        return 1.0 if sign == _APOSTROPHE else -1.0
    return 0.8 if sign in _SYMBOLS else -0.5


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").split(" ")[0]


def _is_common_ideograph(sign: str) -> bool:
    """Those that both old national sets have; GB18030 can write all the others too."""
    try:
        return bool(sign.encode("gb2312"))
    except UnicodeEncodeError:
        pass
    try:
        return bool(sign.encode("shift_jis"))
    except UnicodeEncodeError:
        return False
