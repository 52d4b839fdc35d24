"""Names of months and weekdays in English, German, French, Spanish, Portuguese.

They are compared in lower case, without accents and final dots.
"""

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from types import MappingProxyType

import polars as pl

_MONTHS = (
    "january jan januar janner jaenner janvier janv enero ene janeiro",
    "february feb februar feber fevrier fevr fev febrero febr fevereiro",
    "march mar marz maerz mrz mars marzo marco",
    "april apr avril avr abril abr",
    "may mai mayo maio",
    "june jun juni juin junio junho",
    "july jul juli juillet juil julio julho",
    "august aug aout agosto ago",
    "september sep sept septembre septiembre setiembre set setembro",
    "october oct oktober okt octobre octubre outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dezembro",
)
_WEEKDAYS = (
    "monday mon montag mo lundi lun lunes segunda-feira segunda seg",
    "tuesday tue tues dienstag di mardi mar martes terca-feira terca ter",
    "wednesday wed mittwoch mi mercredi mer miercoles mie quarta-feira quarta qua",
    "thursday thu thur thurs donnerstag do jeudi jeu jueves jue quinta-feira quinta "
    "qui",
    "friday fri freitag fr vendredi ven viernes vie sexta-feira sexta sex",
    "saturday sat samstag sonnabend sa samedi sam sabado sab",
    "sunday sun sonntag so dimanche dim domingo dom",
)


def _numbered(lines: Iterable[str]) -> dict[str, int]:
    return {
        name: number
        for number, names in enumerate(lines, start=1)
        for name in names.split()
    }


MONTHS: Dict[str, int] = MappingProxyType(_numbered(_MONTHS))
WEEKDAYS = frozenset(_numbered(_WEEKDAYS))


def month_number(name: pl.Expr) -> pl.Expr:
    """1 to 12; null for a word that names no month."""
    return _plain(name).replace_strict(
        dict(MONTHS), default=None, return_dtype=pl.Int32
    )


def is_weekday(name: pl.Expr) -> pl.Expr:
    return _plain(name).is_in(sorted(WEEKDAYS))


def _plain(name: pl.Expr) -> pl.Expr:
    return name.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
