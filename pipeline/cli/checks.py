"""What a run depends on, as checks: for `doctor` and for `nightly --check`."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.api import (
    ActivityApi,
    ApiAddress,
    Credentials,
    RereadKey,
    find_proxy,
)
from pipeline.checkup import (
    Answering,
    CertificateCheck,
    Check,
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
)
from pipeline.cli.tools import (
    Connection,
    Reach,
    Sending,
    address_of,
    key_source,
    sandbox_connection,
)
from pipeline.errors import PipelineError

_ANSWER_SECONDS = 15.0


def checks_of(
    stack: ExitStack,
    sending: Sending,
    ledger: Path,
    reports: Path,
    files: tuple[Path, ...] = (),
) -> list[Check]:
    """All that there are; the stand-in API, if asked for, ends with `stack`.

    `files` are those whose run is to find room on the disk.
    """
    asking = replace(sending, timeout=_ANSWER_SECONDS)
    return [
        *_of_the_api(stack, asking, ledger),
        LedgerFile(ledger),
        ReportFolder(reports),
        Rights(ledger, reports),
        Disk(ledger, reports, files),
        TimeZones(),
        OpenFiles(sending.concurrency),
        Memory(),
    ]


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
    address = address_of(sending)
    source = key_source(sending, address)
    return _Line(address, source.place, lambda: RereadKey(source))


def _now() -> datetime:
    return datetime.now(UTC)
