"""The commands that a person would type after a run."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.ledger import RunRecord
from pipeline.rows import Status
from pipeline.runs.typed import command, from_here, on_sources
from pipeline.stages.post import Posted
from pipeline.stages.reconcile import NOT_FOUND
from pipeline.stages.report import FIX_ME, Counted

_LAYOUT = ("--sheet=", "--member=", "--corrects=")
_FOR_RESUME = ("--ledger=", "--allow-http", "--api-key-file=")


def resume_command(record: RunRecord) -> str:
    return command("resume", record.name, *_needed(record))


def reconcile_command(record: RunRecord, *orders: str) -> str:
    return command("reconcile", record.name, *orders, *_needed(record))


def next_commands(
    record: RunRecord, counted: Counted, posted: Posted
) -> tuple[str, ...]:
    """The most pressing first."""
    counts = counted.statuses
    commands = [
        *_to_send(record, counts, posted),
        *_to_settle(record, counted),
        *_to_fix(record, counts),
    ]
    if not commands:
        ledger = [word for word in record.options if word.startswith("--ledger=")]
        commands.append(command("history", *ledger))
    return tuple(commands)


def _to_send(record: RunRecord, counts: Counter[str], posted: Posted) -> Iterator[str]:
    if counts[Status.UNSENT] and posted.resumable:
        yield resume_command(record)
    to_fix = counts[Status.INVALID] + counts[Status.REJECTED]
    if record.dry_run and not to_fix and posted.resumable:
        yield on_sources("run", record.sources, *record.options)


def _to_settle(record: RunRecord, counted: Counted) -> Iterator[str]:
    """Only what this run sent: what others sent is settled in theirs."""
    if not counted.sent[Status.UNCERTAIN]:
        return
    again = ["--resend-uncertain"] if NOT_FOUND in counted.issues else []
    yield reconcile_command(record, *again)


def _to_fix(record: RunRecord, counts: Counter[str]) -> Iterator[str]:
    if counts[Status.INVALID] + counts[Status.REJECTED]:
        fix_me = str(Path(record.reports) / FIX_ME)
        if record.command != "nightly":  # that is read elsewhere
            fix_me = from_here(fix_me)
        yield command("run", fix_me, *_without_layout(record))


def _without_layout(record: RunRecord) -> list[str]:
    """A fix-me.csv is no sheet and no archive, and lies in its folder."""
    return [word for word in record.options if not word.startswith(_LAYOUT)]


def _needed(record: RunRecord) -> list[str]:
    return [word for word in record.options if word.startswith(_FOR_RESUME)]
