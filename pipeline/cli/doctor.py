"""`doctor`: what to check before a long night."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.api import (
    ActivityApi,
    ApiAddress,
    Credentials,
    RereadKey,
    find_proxy,
    parse_address,
)
from pipeline.checkup import (
    Answering,
    CertificateCheck,
    Check,
    Checkup,
    Disk,
    Finding,
    Known,
    LedgerFile,
    Level,
    Memory,
    OpenFiles,
    ReportFolder,
    Rights,
    TimeZones,
    examine,
)
from pipeline.cli.ending import told
from pipeline.cli.options import (
    EXISTING,
    address_options,
    concurrency_option,
    key_option,
    ledger_option,
    reports_option,
    sandbox_option,
)
from pipeline.cli.run import sending_of
from pipeline.cli.texts import table
from pipeline.cli.tools import (
    Connection,
    Reach,
    Sending,
    default_ledger,
    key_source,
    sandbox_connection,
)
from pipeline.errors import PipelineError

_ANSWER_SECONDS = 15.0
_VERDICTS = {
    Level.OK: "All is well.",
    Level.WARNING: "A run can begin; look at the warnings before a long one.",
    Level.FAILED: "Mend what failed before you run anything.",
}


@click.command("doctor")
@click.argument("files", nargs=-1, type=EXISTING, metavar="[FILE]...")
@ledger_option
@reports_option
@sandbox_option
@address_options
@key_option
@concurrency_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    *,
    files: tuple[Path, ...],
    ledger: Path | None,
    reports: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Check all that a long night depends on: API, key, clock, ledger, disk.

    Sends no activity. The key is tried by reading one contact, which does not show
    whether it may write. With FILE, the room that a run of it needs is told. Exit
    codes: 0 all is well, or there are warnings only, 1 something failed.

    \b
    Examples:
      activity-import doctor
      activity-import doctor Task.csv --api-key-file key
      activity-import doctor --sandbox
    """
    with told(as_json=as_json), ExitStack() as stack:
        sending = replace(sending_of(options), timeout=_ANSWER_SECONDS)
        path = ledger or default_ledger(sandbox=sending.sandbox)
        checks = [
            *_of_the_api(stack, sending, path),
            LedgerFile(path),
            ReportFolder(reports),
            Rights(path, reports),
            Disk(path, reports, files),
            TimeZones(),
            OpenFiles(sending.concurrency),
            Memory(),
        ]
        checkup = examine(checks)
    _show(checkup, as_json=as_json)
    raise SystemExit(checkup.exit_code)


@dataclass(frozen=True)
class _Line:
    """Where the API is, and what to show it."""

    address: ApiAddress
    place: str
    credentials: Callable[[], Credentials]


def _of_the_api(stack: ExitStack, sending: Sending, ledger: Path) -> Iterator[Check]:
    """Without an address there is nobody to ask."""
    try:
        line = _line(stack, sending)
    except PipelineError as error:
        yield Known(Finding("url", Level.FAILED, error.sentence, error.hint))
        return

    def connect(credentials: Credentials) -> ActivityApi:
        return Reach(Connection(line.address, credentials), sending, ledger).open()

    proxy = find_proxy(line.address, os.environ)
    by = "; a proxy leads there (HTTPS_PROXY)" if proxy else ""
    yield Known(Finding("url", Level.OK, f"{line.address.base_url}{by}"))
    yield CertificateCheck(line.address, has_proxy=bool(proxy), now=_now)
    yield Answering(connect, line.credentials, line.place, _now)


def _line(stack: ExitStack, sending: Sending) -> _Line:
    if sending.sandbox:
        stand_in = sandbox_connection(stack, sending.scenario)
        return _Line(
            stand_in.address, "the stand-in itself", lambda: stand_in.credentials
        )
    address = parse_address(sending.base_url, allow_http=sending.allow_http)
    source = key_source(sending, address)
    return _Line(address, source.place, lambda: RereadKey(source))


def _now() -> datetime:
    return datetime.now(UTC)


def _show(checkup: Checkup, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(checkup.document(), indent=2))
        return
    click.echo(table(_lines(checkup)))
    click.echo(f"\n{_VERDICTS[checkup.level]}")


def _lines(checkup: Checkup) -> Iterator[tuple[str, str, str]]:
    """A hint stands below its finding."""
    for found in checkup.findings:
        yield found.level, found.check, found.message
        if found.hint:
            yield "", "", f"-> {found.hint}"
