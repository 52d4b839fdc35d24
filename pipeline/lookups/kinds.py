"""How values of lookups are made comparable, and how they may stand in Reevo.

A kind makes a text of every text: what is no e-mail is compared as it stands, so
that it is told as unknown, and not taken for empty.
"""

import string
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

import polars as pl

Normalize = Callable[[pl.Series], pl.Series]

_NO_RECORD = r"^0{15}(AAA)?$"  # what Salesforce writes where there is none
_ID = r"^[0-9A-Za-z]{15}$"
_LONG_ID = r"^[0-9A-Za-z]{15}[A-Za-z0-5]{3}$"
_CHECK = string.ascii_uppercase + "012345"
_GROUPS = (range(5), range(5, 10), range(10, 15))
# After a comma these stand at the end of a name, and are no first names.
_ENDINGS = (
    "inc llc ltd limited co corp corporation company gmbh ag kg sa sas sarl srl spa "
    "bv nv ab oy as aps plc lp llp pty jr sr ii iii iv phd md esq mba"
)
_ENDS_WITH = rf",\s*(?:{'|'.join(_ENDINGS.split())})\W*$"
_LINKEDIN = r"^(?:[a-z]{2,3}\.)?linkedin\.com/(?:mwlite/)?in/([^/]+)"


def exact(values: pl.Series) -> pl.Series:
    return values.str.strip_chars()


def number(values: pl.Series) -> pl.Series:
    """A whole number as spreadsheets write it: 32, 032, 32.0 and 32,00 are 32."""
    text = values.str.strip_chars()
    whole = text.str.replace(r"^(\d+)[.,]0+$", "$1")
    plain = whole.str.replace(r"^0+(\d)", "$1")
    return plain.zip_with(plain.str.contains(r"^\d+$"), text)


def email(values: pl.Series) -> pl.Series:
    """`Ada <Ada@X.com>` and `mailto:ada@x.com?subject=Hi` are ada@x.com."""
    return _address(values).str.to_lowercase()


def domain(values: pl.Series) -> pl.Series:
    """That of an e-mail or of a URL: the host in lower case, without `www.`."""
    text = _address(values).str.replace(r"^[A-Za-z][A-Za-z0-9+.-]*://", "")
    host = text.str.replace(r"[/?#].*$", "").str.replace(r"^.*@", "")
    name = host.str.replace(r":\d*$", "").str.to_lowercase().str.strip_chars_end(".")
    found = _each(name.str.replace(r"^www\.", ""), _in_ascii)
    return found.zip_with(
        found.str.contains(".", literal=True), text.str.to_lowercase()
    )


def name(values: pl.Series) -> pl.Series:
    """Without regard to case, dots, commas and white space; `Last, First` turned."""
    turned = _turned(values).str.replace_all(r"[.,]", " ")
    tidy = turned.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars()
    return _each(tidy, _folded).str.to_lowercase()


def salesforce_id(values: pl.Series) -> pl.Series:
    """15 characters become 18; the capitals of 18 are told by their last three."""
    text = values.str.strip_chars()
    frame = text.to_frame("id").with_columns(
        long=pl.when(pl.col("id").str.contains(_LONG_ID)).then(_capitals("id")),
    )
    whole = frame.with_columns(
        short=pl.coalesce("long", pl.when(pl.col("id").str.contains(_ID)).then("id"))
    )
    check = pl.concat_str(_check("short", group) for group in _GROUPS)
    return whole.select(
        pl.when(~pl.col("id").str.contains(_NO_RECORD)).then(
            pl.coalesce(pl.col("short") + check, "id")
        )
    ).to_series()


def profile_url(values: pl.Series) -> pl.Series:
    """Host and path in lower case, without query; of LinkedIn the part after /in/."""
    text = values.str.strip_chars().str.replace(r"^[A-Za-z][A-Za-z0-9+.-]*://", "")
    bare = text.str.replace(r"[?#].*$", "").str.strip_chars_end("/").str.to_lowercase()
    plain = _each(bare.str.replace(r"^www\.", ""), unquote, only=r"%")
    return plain.str.replace(_LINKEDIN + r".*$", "linkedin.com/in/$1")


KIND_OF: Final[dict[str, Normalize]] = {
    "exact": exact,
    "number": number,
    "email": email,
    "domain": domain,
    "name": name,
    "salesforce_id": salesforce_id,
    "profile_url": profile_url,
}


def forms(values: pl.Series, kind: str) -> pl.DataFrame:
    """How each value may stand in Reevo: `value`, and the texts to ask for (`form`).

    Whether the API heeds capitals is not known: the value is asked for as it is
    written, and as it is compared. What cannot be of the kind is not asked for.
    """
    written = values.drop_nulls().unique().sort()
    normal = KIND_OF[kind](written)
    frame = pl.DataFrame({"value": normal, "written": written})
    columns = [normal, *_FORMS[kind](written, normal)]
    listed = frame.with_columns(form=pl.concat_list(columns))
    told = listed.explode("form").filter(pl.col("form") != "")
    possible = told.filter(pl.col("value").str.contains(_POSSIBLE.get(kind, ".")))
    return possible.select("value", "form").unique(maintain_order=True)


def _as_written(written: pl.Series, normal: pl.Series) -> list[pl.Series]:
    del normal
    return [written]


def _as_addresses(written: pl.Series, normal: pl.Series) -> list[pl.Series]:
    del normal
    return [_address(written)]


def _as_names(written: pl.Series, normal: pl.Series) -> list[pl.Series]:
    del normal
    return [written, _turned(written).str.replace_all(r"\s+", " ").str.strip_chars()]


def _as_hosts(written: pl.Series, normal: pl.Series) -> list[pl.Series]:
    del written
    return ["www." + normal]


def _as_ids(written: pl.Series, normal: pl.Series) -> list[pl.Series]:
    short = normal.str.head(15)
    return [written, short]


def _as_profiles(written: pl.Series, normal: pl.Series) -> list[pl.Series]:
    hosts = ("https://www.", "https://", "http://www.", "www.")
    urls = [pl.Series([host]) + normal for host in hosts]
    return [written, *urls, *(url + "/" for url in urls[:2])]


_FORMS: Final[dict[str, Callable[[pl.Series, pl.Series], list[pl.Series]]]] = {
    "exact": _as_written,
    "number": _as_written,
    "email": _as_addresses,
    "domain": _as_hosts,
    "name": _as_names,
    "salesforce_id": _as_ids,
    "profile_url": _as_profiles,
}
_POSSIBLE: Final = {"email": r"^[^@\s]+@[^@\s]+$", "domain": r"^[^@\s]+\.[^@\s]+$"}


def _address(values: pl.Series) -> pl.Series:
    text = values.str.strip_chars()
    inner = text.str.extract(r"<\s*([^<>]+?)\s*>\s*$")
    bare = inner.zip_with(inner.is_not_null(), text)
    return bare.str.replace(r"^(?i)mailto:([^?]*).*$", "$1").str.strip_chars()


def _turned(values: pl.Series) -> pl.Series:
    """`Lindqvist, Ada` as `Ada Lindqvist`; `Harbor Coffee, Inc.` as it is."""
    stays = values.str.contains("(?i)" + _ENDS_WITH)
    turned = values.str.replace(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$", "$2 $1")
    return values.zip_with(stays, turned)


def _each(
    values: pl.Series, change: Callable[[str], str], *, only: str = r"[^\x00-\x7f]"
) -> pl.Series:
    """Changes those texts that are out of the ordinary, each once."""
    unusual = values.filter(values.str.contains(only)).unique()
    if unusual.is_empty():
        return values
    changed = pl.Series([change(text) for text in unusual], dtype=pl.String)
    return values.replace(unusual, changed)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", folded)


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _check(column: str, group: range) -> pl.Expr:
    """One of the three check characters: which of five letters are capitals."""
    letters = (pl.col(column).str.slice(at, 1) for at in group)
    bits = (
        letter.str.contains("[A-Z]").cast(pl.UInt8) * 2**place
        for place, letter in enumerate(letters)
    )
    number = pl.sum_horizontal(*bits, ignore_nulls=False)
    return number.replace_strict(
        list(range(32)), list(_CHECK), default=None, return_dtype=pl.String
    )


def _capitals(column: str) -> pl.Expr:
    """The first 15 characters, capitals where the last three say so."""
    return pl.concat_str(
        _letter(column, at, group=number, place=place)
        for number, group in enumerate(_GROUPS)
        for place, at in enumerate(group)
    )


def _letter(column: str, at: int, *, group: int, place: int) -> pl.Expr:
    letter = pl.col(column).str.slice(at, 1)
    check = pl.col(column).str.slice(15 + group, 1).str.to_uppercase()
    number = check.replace_strict(
        list(_CHECK), list(range(32)), default=None, return_dtype=pl.UInt8
    )
    is_capital = (number // 2**place) % 2 == 1
    upper, lower = letter.str.to_uppercase(), letter.str.to_lowercase()
    return pl.when(is_capital).then(upper).otherwise(lower)
