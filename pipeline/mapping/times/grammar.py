"""What dates and times look like as text: a regular expression per form.

The parts are named year, month, day, hour, minute, second, fraction, half (the a or
p of AM and PM), zone and weekday. `week`, `weekday_number` and `day_of_year` stand in
dates of ISO; `one` and `other` are numbers of which one is the day, and `gap` and
`same_gap` stand between them.
"""

from typing import Final

_WEEKDAY = r"(?:(?P<weekday>\p{L}[\p{L}-]+)(?:\.,?|,|\s)\s*)?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?"
_MONTH = r"(?P<month>\p{L}{3,})\.?"
_OF = r"(?:,?\s+(?:de|del|of)\s+|[\s,./-]*)"
_OFFSET = r"(?:utc|gmt)?\s?[+\u2212-](?:\d{2}(?::?\d{2})?|\d(?::\d{2})?)"
_NAMED = r"[a-z][a-z0-9_+/-]+"
_COMMENT = r"(?:\s*[(\[][^()\[\]]*[)\]])?"  # +01:00[Europe/Berlin]: the offset counts
_ZONE = rf"(?:\s*(?P<zone>z|{_OFFSET}|(?:\s|\b)[\[(]?{_NAMED}[\])]?){_COMMENT})?"
_HALF = r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
_SECOND = r"(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?"
_THEN = r"(?:t|\s*,?\s+(?:(?:at|um|à|a las?|às|as)\s+)?|,)"
_HOURS = rf"(?P<hour>\d{{1,2}})(?::(?P<minute>\d{{2}})(?::{_SECOND})?)?"
_ANY_HOURS = (
    rf"(?P<hour>\d{{1,2}})(?:(?:[:.]|\s?h\s?)(?P<minute>\d{{2}})(?:[:.]{_SECOND})?)?"
    r"(?:\s?(?:uhr|hrs|h)\b)?"
)
_CLOCK_OF_ISO = rf"(?:{_THEN}{_HOURS}{_HALF}{_ZONE})?"
_BARE_CLOCK = rf"[t\s](?P<hour>\d{{2}})(?:(?P<minute>\d{{2}})(?:{_SECOND})?)?{_ZONE}"
_EITHER_CLOCK = (
    rf"(?:[t\s](?P<hour>\d{{2}}):?(?:(?P<minute>\d{{2}})(?::?{_SECOND})?)?{_ZONE})"
)
_CLOCK = rf"(?:{_THEN}{_ANY_HOURS}{_HALF}{_ZONE})?"


def _whole(form: str) -> str:
    return f"(?i)^{form}$"


YEAR_FIRST: Final = _whole(
    r"(?P<year>\d{4})(?P<gap>[./-])(?P<month>\d{1,2})(?P<same_gap>[./-])"
    rf"(?P<day>\d{{1,2}}){_CLOCK_OF_ISO}"
)
BASIC: Final = _whole(rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d){_EITHER_CLOCK}?")
WEEK: Final = _whole(
    rf"(?P<year>\d{{4}})-?W(?P<week>\d\d)-?(?P<weekday_number>[1-7]){_EITHER_CLOCK}?"
)
ORDINAL: Final = _whole(rf"(?P<year>\d{{4}})-(?P<day_of_year>\d{{3}}){_EITHER_CLOCK}?")
BASIC_ORDINAL: Final = _whole(
    rf"(?P<year>\d{{4}})(?P<day_of_year>\d{{3}}){_EITHER_CLOCK}"
)
NUMBERS: Final = _whole(
    rf"{_WEEKDAY}(?P<one>\d{{1,2}})\s?(?P<gap>[./-])\s?(?P<other>\d{{1,2}})\s?"
    rf"(?P<same_gap>[./-])\s?{_YEAR}{_CLOCK}"
)
DAY_THEN_NAME: Final = _whole(rf"{_WEEKDAY}{_DAY}{_OF}{_MONTH}{_OF}{_YEAR}{_CLOCK}")
NAME_THEN_DAY: Final = _whole(rf"{_WEEKDAY}{_MONTH}{_OF}{_DAY}[\s,./-]+{_YEAR}{_CLOCK}")
YEAR_THEN_NAME: Final = _whole(rf"(?P<year>\d{{4}}){_OF}{_MONTH}{_OF}{_DAY}{_CLOCK}")
YEAR_LAST: Final = _whole(  # Fri Mar 01 10:30:00 CET 2024
    rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s+{_HOURS}{_ZONE}\s+(?P<year>\d{{4}})"
)
ZONE_AT_END: Final = _whole(
    rf"(?P<text>.*?(?::\d{{2}}(?:[.,]\d{{1,9}})?|\d\s?[ap]\.?\s?m\b\.?|[t\s]\d{{4,6}}))"
    rf"\s*(?P<zone>z|{_OFFSET}|[\[(]?{_NAMED}[\])]?){_COMMENT}"
)
HALF_OF_DAY: Final = r"(?i)([ap])\.?\s?m\b\.?"
UNSEEN: Final = (
    r"[\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2060}\u{2066}-\u{2069}\u{FEFF}]"
)
