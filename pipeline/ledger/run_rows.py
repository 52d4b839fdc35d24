"""How a run's record is written as a row of the ledger, and read from it."""

import json
from collections.abc import Mapping as Dict
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.ledger.records import RunEnd, RunRecord

_COLUMNS: Final = (
    "name, command, dry_run, target, workspace, mapping_name, mapping_sha256, "
    "started_at, reports, sources, options, ended_at, status, exit_code, counts, issues"
)
_MARKS: Final = ", ".join("?" * 16)
BEGIN_RUN: Final = f"""
INSERT INTO run ({_COLUMNS}, created) VALUES ({_MARKS}, 0)
"""  # noqa: S608
FIND_RUN: Final = f"SELECT {_COLUMNS} FROM run WHERE name = ?"  # noqa: S608
NEWEST_RUNS: Final = f"SELECT {_COLUMNS} FROM run ORDER BY id DESC LIMIT ?"  # noqa: S608
END_RUN: Final = """
UPDATE run SET ended_at = ?, status = ?, exit_code = ?, counts = ?, issues = ?
WHERE id = ?
"""

_Row = tuple[Any, ...]


def run_row(record: RunRecord) -> _Row:
    """What `BEGIN_RUN` takes."""
    return (
        record.name,
        record.command,
        record.dry_run,
        record.target,
        record.workspace,
        record.mapping_name,
        record.mapping_sha256,
        _utc_text(record.started_at),
        record.reports,
        json.dumps(record.sources),
        json.dumps(record.options),
        *ended_row(record),
    )


def ended_row(run: RunRecord | RunEnd) -> _Row:
    """What `END_RUN` takes, but for the run's number."""
    return (
        None if run.ended_at is None else _utc_text(run.ended_at),
        None if run.status is None else str(run.status),
        run.exit_code,
        _numbers_text(run.counts),
        _numbers_text(run.issues),
    )


def record_of(row: _Row) -> RunRecord:
    name, command, dry_run, target, workspace, mapping_name, sha256, *rest = row
    started_at, reports, sources, options, *ending = rest
    ended_at, status, exit_code, counts, issues = ending
    return RunRecord(
        name=name,
        command=command,
        dry_run=bool(dry_run),
        target=target,
        workspace=workspace,
        mapping_name=mapping_name,
        mapping_sha256=sha256,
        started_at=datetime.fromisoformat(started_at),
        reports=reports,
        sources=tuple(json.loads(sources)),
        options=tuple(json.loads(options)),
        ended_at=None if ended_at is None else datetime.fromisoformat(ended_at),
        status=status,
        exit_code=exit_code,
        counts=None if counts is None else json.loads(counts),
        issues=None if issues is None else json.loads(issues),
    )


def _numbers_text(numbers: Dict[str, int] | None) -> str | None:
    return None if numbers is None else json.dumps(dict(numbers))


def _utc_text(moment: datetime) -> str:
    """Text that sorts as the moments do; a moment without a zone is our own bug."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
