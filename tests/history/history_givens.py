"""Ledgers with the runs of many nights."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.ledger import Ledger, RunRecord
from pipeline.ledger.run_rows import BEGIN_RUN, run_row
from pipeline.rows import Status

FIRST = datetime(2024, 1, 1, 2, tzinfo=UTC)
_CODES = ("bad_time", "unknown_value", "required", "lookup_no_match", "bad_subject")


def night(number: int, folder: Path) -> RunRecord:
    """A run of that night: what becomes of its rows depends on its number alone."""
    started = FIRST + timedelta(days=number)
    name = f"{started:%Y%m%d-%H%M}-{number:04x}"
    issues = {code: number % (3 + at) for at, code in enumerate(_CODES)}
    invalid, rejected = sum(issues.values()) - number % 7, number % 7
    counts = {Status.CREATED: 200 + number % 50, Status.DUPLICATE: 30}
    flawed = {Status.INVALID: invalid, Status.REJECTED: rejected}
    wrong = bool(invalid + rejected)
    return RunRecord(
        name=name,
        command="run",
        dry_run=number % 10 == 9,
        target="https://api.example.test",
        workspace="default",
        mapping_name="acme-tasks",
        mapping_sha256="0" * 64,
        started_at=started,
        reports=str(folder / "reports" / name),
        sources=(str(folder / "exports" / "tasks.csv"),),
        ended_at=started + timedelta(minutes=3),
        status="attention" if wrong else "ok",
        exit_code=3 if wrong else 0,
        counts={status.value: n for status, n in (counts | flawed).items() if n},
        issues={"old_time": 4} | {code: n for code, n in issues.items() if n},
    )


def nights(count: int, folder: Path) -> Iterator[RunRecord]:
    return (night(number, folder) for number in range(count))


def ledger_with(path: Path, runs: Sequence[RunRecord]) -> Path:
    """A ledger that knows these runs, the first of them as the oldest."""
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as file, file:
        file.executemany(BEGIN_RUN, map(run_row, runs))
    return path


def with_page(run: RunRecord) -> RunRecord:
    """The run, after a report.html was put where its report lies."""
    Path(run.reports).mkdir(parents=True)
    Path(run.reports, "report.html").write_text("the report", encoding="utf-8")
    return run


def hostile(run: RunRecord, text: str) -> RunRecord:
    """The run, with a text of its user's wherever one can stand."""
    return replace(
        run,
        mapping_name=text,
        target=text,
        workspace=text,
        sources=(text, text),
        issues={text: 1, "bad_time": 2},
    )
