"""Columns as spreadsheets name them: A, B, ..., Z, AA; and their numbers."""

_MOST_DIGITS = 9


def column_number(letters: bytes) -> int:
    """A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def whole_number(digits: bytes | str) -> int:
    """What digits say; of too many of them only that it is more than there can be."""
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def column_letters(number: int) -> str:
    """1 is A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
