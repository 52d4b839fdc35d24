"""What people and programs read of findings."""

from collections.abc import Iterator
from typing import Final, NoReturn

from pipeline.checkup import Checkup, Level
from pipeline.cli.ending import echo
from pipeline.cli.texts import table
from pipeline.printable import json_text

_VERDICTS: Final = {
    Level.OK: "All is well.",
    Level.WARNING: "A run can begin; look at the warnings before a long one.",
    Level.FAILED: "Mend what failed before you run anything.",
}


def end_checkup(checkup: Checkup, *, as_json: bool) -> NoReturn:
    """Prints the findings and leaves with their exit code."""
    echo(_document(checkup) if as_json else _text(checkup), err=False)
    raise SystemExit(checkup.exit_code)


def _document(checkup: Checkup) -> str:
    return json_text(checkup.document())


def _text(checkup: Checkup) -> str:
    return f"{table(_lines(checkup))}\n\n{_VERDICTS[checkup.level]}\n"


def _lines(checkup: Checkup) -> Iterator[tuple[str, str, str]]:
    """A hint stands below its finding."""
    for found in checkup.findings:
        yield found.level, found.check, found.message
        if found.hint:
            yield "", "", f"-> {found.hint}"
