"""Text to records, by the same rules wherever a few records are looked at."""

import csv
import io
import sys
from collections.abc import Iterator


def text_records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of some CSV text, of any width; one that is malformed is empty."""
    csv.field_size_limit(sys.maxsize)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except csv.Error:
            yield []
