r"""Whether a backslash escapes quotes, or is a sign like others, as in `"C:\"`."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from pipeline.stages.read.careful import careful_records
from pipeline.stages.read.form import Form
from pipeline.stages.read.utf8 import text_lines

_DECISIVE = 100


def escapes(path: Path, form: Form, delimiter: str) -> bool:
    """Reads the file both ways; the one that leaves fewer faults is right.

    A fault is a stray quote, or a record of another width than most. A backslash is
    a sign like others unless the faults say more.
    """
    with (
        text_lines(path, replace(form, escaped=True)) as escaped,
        text_lines(path, replace(form, escaped=False)) as plain,
    ):
        faults = [0, 0]
        both = (_faults(lines, delimiter) for lines in (escaped, plain))
        for pair in zip_longest(*both, fillvalue=0):
            faults = [sum(each) for each in zip(faults, pair, strict=True)]
            if max(faults) - min(faults) > _DECISIVE:
                break
    return faults[0] < faults[1]


def _faults(lines: Iterator[str], delimiter: str) -> Iterator[int]:
    widths: dict[int, int] = {}
    for record in careful_records(lines, delimiter):
        width = len(record.cells)
        widths[width] = widths.get(width, 0) + 1
        usual = max(widths, key=lambda each: widths[each])
        yield int(record.stray) + int(width != usual)
