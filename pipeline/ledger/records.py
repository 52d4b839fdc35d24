"""What the ledger holds, as frozen values."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final


class State(IntEnum):
    """Where a sending stands; the numbers are stored, and stay as they are.

    INTENT, CREATED and UNCERTAIN are live: an identity has one live sending at
    most, over all runs. REJECTED and RELEASED provably left nothing behind.
    """

    INTENT = 0
    CREATED = 1
    REJECTED = 2
    UNCERTAIN = 3
    RELEASED = 4


LIVE: Final = (State.INTENT, State.CREATED, State.UNCERTAIN)


@dataclass(frozen=True)
class RunRecord:
    """A run; what comes after `options` is known when it has ended.

    `reports` and `sources` are absolute paths; `options` are those that a next
    command about the same rows needs. `counts` are rows by status, `issues` are
    issues by code, which a run that an older version ended did not keep.
    """

    name: str
    command: str
    dry_run: bool
    target: str
    workspace: str
    mapping_name: str
    mapping_sha256: str
    started_at: datetime
    reports: str
    sources: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    ended_at: datetime | None = None
    status: str | None = None
    exit_code: int | None = None
    counts: Dict[str, int] | None = None
    issues: Dict[str, int] | None = None


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: `counts` are rows by status, `issues` are issues by code."""

    status: str
    exit_code: int
    ended_at: datetime
    counts: Dict[str, int]
    issues: Dict[str, int]


@dataclass(frozen=True)
class Intent:
    """The wish to send a row; `body` is the digest of its body. 16 bytes each."""

    identity: bytes
    body: bytes


@dataclass(frozen=True)
class Standing:
    """The sending that holds an identity already; `run` is a run's name."""

    run: str
    state: State
    activity_id: str | None
    body: bytes


@dataclass(frozen=True)
class Settled:
    """What came of a sending. `attempts` counts what the caller made of it.

    `field` is the activity's field that the API complained of.
    """

    identity: bytes
    state: State
    activity_id: str | None = None
    http_status: int | None = None
    attempts: int = 1
    code: str = ""
    field: str = ""
    message: str = ""


@dataclass(frozen=True)
class Topic:
    """What a lookup asks the API for: records whose `field` is one of its values.

    `kind` is how values are normalised before they are compared.
    """

    target: str
    workspace: str
    record_type: str
    field: str
    kind: str


@dataclass(frozen=True)
class FormerRun:
    """A run that sent: `live` sendings, and the rows it read, by fingerprint."""

    name: str
    live: int
    rows: Dict[str, int]


@dataclass(frozen=True)
class Seen:
    """What a mapping saw in the sources of one name, or pattern of names.

    `values` holds, by field, the values that occurred; `run` is a run's name.
    """

    system: str
    mapping: str
    source: str
    headers: tuple[str, ...]
    values: Dict[str, tuple[str, ...]]
    seen_at: datetime
    run: str


def utc_now() -> datetime:
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """Since 1970, in UTC: how the ledger stores the time of a sending."""
    return int(moment.timestamp() * 1000)


def moment_of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
