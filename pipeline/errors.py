"""The errors that end a run.

PipelineError           what, where, and what to do next; exit code 1
|-- SourceError         a source cannot be read
|-- MistakesError       a file that the user wrote has mistakes, all told at once
|   |-- MappingError    a mapping is wrong, or does not fit the source
|   |   `-- LookupsMissing   lookup files that it names are not there
|   `-- NightlyError    the configuration of the nightly jobs is wrong
|-- SettingsError       an option, the environment or a settings file is wrong
|-- LedgerError         the ledger cannot be opened or written
|-- ReportError         a report or plan file cannot be written
|-- ApiError            what answers at the base URL is not the API
|-- Interrupted         the user stopped the run before anything was sent; 130
`-- AccountingError     the rows do not add up: our own bug

A row's trouble is never an exception: it is an issue (see `issues`) and ends
in the report.
"""

from dataclasses import dataclass
from typing import Final

MOST_MISTAKES: Final = 1_000


@dataclass(frozen=True)
class Place:
    """Where in a text file: line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a file the user wrote."""

    message: str
    place: Place | None = None
    hint: str = ""

    @property
    def sentence(self) -> str:
        """The message and the hint."""
        return f"{self.message} {self.hint}".strip()


class PipelineError(Exception):
    """Ends the run; carries all that a person needs to mend the cause.

    `code` stands in the catalogue; a class has one for whoever gives none. `next` are
    commands to type when it is mended. A hint may quote what a source holds, and so
    may a mistake without a place; a message never does, if `outside` is taken for it
    where one is given.
    """

    code = "program_fault"
    exit_code = 1
    next: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        code: str = "",
        outside: str = "",
    ) -> None:
        super().__init__(message)
        self.outside = outside or message
        self.message = message
        self.where = where
        self.hint = hint
        self.code = code or self.code

    @property
    def sentence(self) -> str:
        """What and where, in one line."""
        return f"{self.message} ({self.where})" if self.where else self.message


class SourceError(PipelineError):
    """A source is missing, unreadable, or not a table."""

    code = "source_not_a_table"


class MistakesError(PipelineError):
    """A file that the user wrote has mistakes; the first thousand are listed."""

    what = "file"

    def __init__(
        self,
        path: str,
        mistakes: tuple[Mistake, ...],
        *,
        message: str = "",
        hint: str = "",
        code: str = "",
        outside: str = "",
    ) -> None:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(
            message or f"The {self.what} has {count}.",
            where=path,
            hint=hint,
            code=code,
            outside=outside,
        )
        self.mistakes = mistakes[:MOST_MISTAKES]
        if len(mistakes) > MOST_MISTAKES:
            more = len(mistakes) - MOST_MISTAKES
            self.mistakes += (Mistake(f"{more:,} more are not told."),)


class MappingError(MistakesError):
    """A mapping has mistakes, or does not fit a source."""

    what = "mapping"
    code = "mapping_wrong"


class LookupsMissing(MappingError):
    """A mapping needs lookup files that are not there."""

    code = "lookup_file_missing"


class NightlyError(MistakesError):
    """The configuration of the nightly jobs has mistakes."""

    what = "configuration"
    code = "config_wrong"


class SettingsError(PipelineError):
    """An option, an environment variable or a settings file is wrong."""

    code = "settings_wrong"


class LedgerError(PipelineError):
    """The ledger is locked, damaged, of a newer version, or not a ledger."""

    code = "ledger_failed"


class ReportError(PipelineError):
    """A report or plan file cannot be written."""

    code = "file_not_written"


class ApiError(PipelineError):
    """The base URL does not lead to the Reevo API."""

    code = "wrong_base_url"


class AccountingError(PipelineError):
    """The counts of rows do not add up."""

    code = "rows_do_not_add_up"
