"""`doctor`: what to check before a long night."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.api import ActivityApi, Health, find_proxy, open_transport
from pipeline.cli.ending import told
from pipeline.cli.options import (
    address_options,
    key_option,
    ledger_option,
    reports_option,
    sandbox_option,
)
from pipeline.cli.run import sending_of
from pipeline.cli.texts import table
from pipeline.cli.tools import Connection, connect, default_ledger
from pipeline.errors import ApiError, LedgerError, PipelineError
from pipeline.ledger import Ledger
from pipeline.private_files import private_folder, writing

_LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """How one check came out; `hint` says what to do when it failed."""

    check: str
    ok: bool
    message: str
    hint: str = ""


@click.command("doctor")
@ledger_option
@reports_option
@sandbox_option
@address_options
@key_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    *, ledger: Path | None, reports: Path, as_json: bool, **options: Any
) -> None:
    """Check the URL, the API's health, that a key is set, the ledger and the disk.

    Sends no activity, and does not try the key. Exit codes: 0 all is well, 1
    something failed.

    \b
    Examples:
      activity-import doctor
      activity-import doctor --sandbox
    """
    with told():
        sending = sending_of(options)
        path = ledger or default_ledger(sandbox=sending.sandbox)
        with ExitStack() as stack:
            findings = [
                *_api_findings(lambda: connect(stack, sending)),
                _finding("ledger", lambda: _check_ledger(path)),
                _finding("reports", lambda: _check_folder(reports)),
                _finding("disk", lambda: _check_disk(path)),
            ]
    _show(findings, as_json=as_json)
    raise SystemExit(0 if all(finding.ok for finding in findings) else 1)


def _finding(check: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, ok=True, message=look())
    except PipelineError as error:
        return Finding(check, ok=False, message=error.sentence, hint=error.hint)


def _api_findings(connect_now: Callable[[], Connection]) -> list[Finding]:
    opened: list[Connection] = []

    def settings() -> str:
        opened.append(connect_now())
        return f"{opened[0].address.base_url}, and a key is set (only a run tries it)"

    findings = [_finding("settings", settings)]
    if opened:
        findings.append(_finding("api", lambda: _check_health(opened[0])))
    return findings


def _check_health(connection: Connection) -> str:
    health = asyncio.run(_health(connection))
    if not health.ok:
        raise ApiError(
            health.message,
            hint="Check the base URL and the network.",
            code="api_down" if health.waiting_helps else "wrong_base_url",
        )
    return health.message


async def _health(connection: Connection) -> Health:
    proxy = find_proxy(connection.address, os.environ)
    transport = open_transport(concurrency=1, proxy=proxy)
    async with ActivityApi(
        connection.address, key=connection.key, transport=transport
    ) as api:
        return await api.health()


def _check_ledger(path: Path) -> str:
    if not path.exists():
        return f"{path} will be made by the first run"
    with Ledger.open(path) as ledger:
        problems = ledger.check()
    if problems:
        raise LedgerError(
            "The ledger is damaged: " + "; ".join(problems),
            where=str(path),
            hint="Restore it from a backup before you send anything.",
            code="ledger_damaged",
        )
    return f"{path} is sound, {path.stat().st_size / 1e6:,.1f} MB"


def _check_folder(reports: Path) -> str:
    private_folder(reports)
    with writing(reports), tempfile.TemporaryFile(dir=reports):
        return f"{reports} can be written"


def _check_disk(path: Path) -> str:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE_BYTES:
        raise PipelineError(
            f"Only {free / 1e9:,.1f} GB are free at {folder}.",
            hint="A plan takes about as much room as its source: make room.",
            code="disk_full",
        )
    return f"{free / 1e9:,.1f} GB free at {folder}"


def _show(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
        return
    click.echo(
        table(
            (
                ("ok" if finding.ok else "failed"),
                finding.check,
                f"{finding.message} {finding.hint}".strip(),
            )
            for finding in findings
        )
    )
