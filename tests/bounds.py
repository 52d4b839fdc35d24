"""The bounds of what comes from outside, as the README's table tells them."""

from collections.abc import Iterator
from inspect import signature

import aiohttp

from pipeline import yaml_file
from pipeline.api import transport, waits
from pipeline.cli import settings
from pipeline.errors import MOST_MISTAKES
from pipeline.keys import key_file
from pipeline.nightly import load, log, names
from pipeline.nightly.telling import attachments, delivery, mail, secret, smtp, web
from pipeline.sandbox.front import scenario
from pipeline.stages.lookup import inquiry
from pipeline.stages.post import shift
from pipeline.stages.read import archive, book_facts, careful, header, spool
from pipeline.stages.reconcile import timelines

_MB = 1_000_000
_TIMES = transport.Timeouts()


def bounds_table() -> str:
    lines = ["| what comes from outside | its bound |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | {bound} |" for what, bound in _bounds())])


def _bounds() -> Iterator[tuple[str, str]]:
    yield from _files()
    yield from _answers()
    yield from _messages()


def _files() -> Iterator[tuple[str, str]]:
    yield (
        "a CSV file",
        (
            "none: it passes in blocks; a quoted cell ends within "
            f"{careful._LONGEST >> 20} MB, a row has {header.MOST_COLUMNS:,} columns "
            "at most"
        ),
    )
    yield (
        "a workbook",
        (
            f"{book_facts.MOST_CELLS:,} cells from its first to its last (ODS: "
            f"{book_facts.MOST_ODS_CELLS:,} of all sheets), "
            f"{header.MOST_COLUMNS:,} columns; unpacked "
            f"{book_facts.MOST_BYTES >> 30} GB, and {book_facts.MOST_RATIO} times "
            "the size of a part"
        ),
    )
    yield (
        "an archive",
        (
            f"{archive.MOST_MEMBERS:,} members; unpacked {spool.MOST_BYTES >> 30} GB "
            f"and {archive.MOST_RATIO} times its size, and never the last "
            f"{spool._SPARE_BYTES >> 20} MB of the disk; archives in it are not opened"
        ),
    )
    yield (
        "a mapping, a configuration",
        (
            f"{yaml_file.MOST_BYTES // _MB} MB; aliases multiply nothing, regular "
            "expressions are none"
        ),
    )
    yield (
        "a settings file, a scenario",
        f"{settings.MOST_BYTES:,} bytes, {scenario.MOST_BYTES:,} bytes",
    )
    yield (
        "mistakes of a file that are told",
        f"{MOST_MISTAKES:,}, each of {yaml_file.MOST_LETTERS:,} letters",
    )
    yield (
        "a file with a key, with another secret",
        (f"{key_file._LONGEST_BYTES:,} bytes, {secret._LONGEST:,} bytes"),
    )
    yield (
        "a name in quarantine or archive",
        (f"{names._MOST_BYTES} bytes, else it is shortened"),
    )


def _answers() -> Iterator[tuple[str, str]]:
    yield (
        "an answer of the API",
        (
            f"{transport.LONGEST_ANSWER:,} bytes, also when it is packed; "
            f"{_usual('max_headers')} headers of {_usual('max_field_size'):,} bytes; "
            f"{_TIMES.connect_seconds:g} s to connect, {_TIMES.read_seconds:g} s for a "
            f"silence, {_TIMES.whole_seconds:g} s for all of it (`--timeout`)"
        ),
    )
    yield "`Retry-After` and its like", f"{waits.LONGEST_WAIT_SECONDS:g} s"
    yield (
        "pages of a search, of a timeline",
        (f"{inquiry.MOST_PAGES}, {timelines.MOST_PAGES}"),
    )
    yield "requests in flight", f"`--concurrency`, {load._MOST_IN_FLIGHT} at most"
    yield "an API that is down", "`--patience`, then the run stops"
    yield "what is in flight when a run is stopped", f"{shift.FINISH_SECONDS:g} s"
    yield "rows that another run has in flight", f"{shift.HELD_SECONDS:g} s"


def _messages() -> Iterator[tuple[str, str]]:
    yield (
        "a webhook, a ping",
        (
            f"{web.TIMEOUT_SECONDS:g} s for each step, {2 * web.TIMEOUT_SECONDS:g} s "
            "for all of it; only the status of the answer is read"
        ),
    )
    yield (
        "a mail server",
        (
            f"{smtp.TIMEOUT_SECONDS:g} s for each step, {mail.WHOLE_SECONDS:g} s for "
            f"all of it; {smtp.MOST_LINES} lines in an answer"
        ),
    )
    yield "what is attached to a mail", f"{attachments.MOST_BYTES // _MB} MB"
    yield (
        "a message that nobody takes",
        f"{delivery.KEPT.days} days, and the newest {delivery.MOST} for each receiver",
    )
    yield (
        "the log of the nights",
        (f"{log.LOG_FILES + 1} files of {log.LOG_BYTES // _MB} MB"),
    )


def _usual(option: str) -> int:
    """What aiohttp does when it is told nothing else."""
    value: int = signature(aiohttp.ClientSession).parameters[option].default
    return value
