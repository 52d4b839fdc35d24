"""How every command ends: text or JSON, and an exit code."""

import errno
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from polars.exceptions import PanicException

from pipeline.cli.screen import screen_of_stdout
from pipeline.cli.summary_text import summary_text
from pipeline.cli.texts import error_text
from pipeline.errors import PipelineError
from pipeline.runs.summary import EXIT_CODES, RunStatus, Summary
from pipeline.stopping import Interrupted

WRONG_USAGE = 2
_BEGAN = "activity_import.began"
_TOO_MANY = (errno.EMFILE, errno.ENFILE)
_FILES = (
    "Close other programs, or allow more with `ulimit -n 4096`. What was sent is in "
    "the ledger: `activity-import history` names the run to resume."
)
_MEMORY = (
    "Close other programs, or raise the limit. What was sent is in the ledger: "
    "`activity-import history` names the run to resume."
)
INTERRUPTED = EXIT_CODES[RunStatus.INTERRUPTED]


def end_with(summary: Summary, *, as_json: bool) -> None:
    """Prints the summary and leaves with its exit code."""
    if as_json:
        echo(summary.json(), err=False)
    else:
        show(summary)
    raise SystemExit(summary.exit_code)


def show(summary: Summary) -> None:
    """Prints the summary for people."""
    seconds = time.monotonic() - click.get_current_context().meta[_BEGAN]
    text = summary_text(summary, screen_of_stdout(), seconds=seconds)
    echo(f"{_writable(text)}\n", err=False)


def began(context: click.Context) -> None:
    """From now on the command's time is counted."""
    context.meta[_BEGAN] = time.monotonic()


def json_of(error: PipelineError) -> str:
    """What `--json` prints of a run that could not be done."""
    return _failure(error, error.exit_code).json()


@contextmanager
def told(
    *, as_json: bool = False, document: Callable[[PipelineError], str] = json_of
) -> Iterator[None]:
    """Turns whatever ends a command early into words, and JSON if asked for."""
    try:
        yield
    except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
        raise
    except (Exception, PanicException, KeyboardInterrupt) as raised:
        error = in_words(raised)
        echo(f"{error_text(error)}\n", err=True)
        if as_json:
            echo(document(error), err=False)
        raise SystemExit(error.exit_code) from None


def in_words(error: BaseException) -> PipelineError:
    """Whatever was raised, as what its user can be told."""
    if isinstance(error, PipelineError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(INTERRUPTED)
    return _exhausted(error) or _bug(error)


def complain(errors: list[PipelineError]) -> None:
    for error in errors:
        click.echo(error_text(error), err=True)


def echo(text: str, *, err: bool) -> None:
    """Where nobody can read it any more, the exit code still tells."""
    try:
        click.echo(text, nl=False, err=err)
    except BrokenPipeError:
        raise
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2 if err else 1)


def _writable(text: str) -> str:
    """What the terminal has no letters for is spelled out."""
    encoding = sys.stdout.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def tell_wrong_usage() -> None:
    """The JSON of an ending that Click has told in words already."""
    error = PipelineError(
        "The command was not understood.", hint="See --help.", code="wrong_usage"
    )
    click.echo(_failure(error, WRONG_USAGE).json(), nl=False)


def _failure(error: PipelineError, exit_code: int) -> Summary:
    interrupted = isinstance(error, Interrupted)
    return Summary(
        heading=None,
        status=RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED,
        exit_code=exit_code,
        ended_at=datetime.now(UTC),
        reason=error.sentence,
        hint=error.hint,
        code=error.code,
        next=error.next,
    )


def _exhausted(error: BaseException) -> PipelineError | None:
    """Words for what the machine could not give, whichever part of us asked for it."""
    if isinstance(error, MemoryError):
        return PipelineError(
            "There is too little memory for the work.",
            hint=_MEMORY,
            code="out_of_memory",
        )
    if getattr(error, "errno", None) in _TOO_MANY or "code: 24," in str(error):
        return PipelineError(
            "Too many files are open for the work.", hint=_FILES, code="too_many_files"
        )
    if isinstance(error, PanicException) or "start new thread" in str(error):
        return PipelineError(
            f"The machine could not give what the work needs: {error}",
            hint=_MEMORY,
            code="out_of_memory",
        )
    return None


def _bug(error: BaseException) -> PipelineError:
    """Our own fault: the traceback goes to a private file, not to the user."""
    descriptor, path = tempfile.mkstemp(prefix="activity-import-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return PipelineError(
        f"Something went wrong that should not have: {type(error).__name__}.",
        where=path,
        hint="This is a fault of the program. Report it with that file, and look into "
        "it first, as it may quote a row; what was sent is in the ledger, and nothing "
        "is sent twice.",
        code="program_fault",
    )
