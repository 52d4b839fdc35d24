"""How every command ends: text or JSON, and an exit code."""

import os
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from pipeline.cli.texts import error_text, summary_text
from pipeline.errors import PipelineError
from pipeline.runs.summary import EXIT_CODES, RunStatus, Summary
from pipeline.stopping import Interrupted

WRONG_USAGE = 2
INTERRUPTED = EXIT_CODES[RunStatus.INTERRUPTED]


def end_with(summary: Summary, *, as_json: bool) -> None:
    """Prints the summary and leaves with its exit code."""
    click.echo(summary.json() if as_json else summary_text(summary), nl=not as_json)
    raise SystemExit(summary.exit_code)


@contextmanager
def told(*, as_json: bool = False) -> Iterator[None]:
    """Turns whatever ends a command early into words, and JSON if asked for."""
    try:
        yield
    except PipelineError as error:
        _tell(error, as_json=as_json)
    except KeyboardInterrupt:
        _tell(Interrupted(INTERRUPTED), as_json=as_json)
    except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
        raise
    except Exception as error:
        _tell(_bug(error), as_json=as_json)


def complain(errors: list[PipelineError]) -> None:
    for error in errors:
        click.echo(error_text(error), err=True)


def _tell(error: PipelineError, *, as_json: bool) -> None:
    click.echo(error_text(error), err=True)
    if as_json:
        click.echo(_failure(error, error.exit_code).json(), nl=False)
    raise SystemExit(error.exit_code)


def tell_wrong_usage() -> None:
    """The JSON of an ending that Click has told in words already."""
    error = PipelineError("The command was not understood.", hint="See --help.")
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
        next=error.next,
    )


def _bug(error: Exception) -> PipelineError:
    """Our own fault: the traceback goes to a private file, not to the user."""
    descriptor, path = tempfile.mkstemp(prefix="activity-import-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return PipelineError(
        f"Something went wrong that should not have: {type(error).__name__}.",
        where=path,
        hint="This is a fault of the program. Report it with that file; what was sent "
        "is in the ledger, and nothing is sent twice.",
    )
